package dev.weft.delta;

import dev.weft.io.InputException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How another program's names become those of a model: the first rule whose pattern is the whole name decides.
 *
 * @param rules in order
 */
public record NameMap(List<Rule> rules) {
    public NameMap {
        rules = List.copyOf(rules);
    }

    /**
     * One rule.
     *
     * @param pattern a regular expression that must match a whole name
     * @param name what it becomes, with {@code $1} for a group; {@code null} to leave such tensors out
     */
    public record Rule(String pattern, String name) {
        public Rule {
            if (pattern == null) {
                throw new InputException("A rule of a name map must have a pattern.");
            }
            try {
                Pattern.compile(pattern);
            } catch (PatternSyntaxException e) {
                throw new InputException(
                        "A rule of a name map must have a regular expression as its pattern, but got \"" + pattern
                                + "\": " + e.getDescription() + ".",
                        e);
            }
        }
    }

    /** Every name as it is. */
    public static NameMap identity() {
        return new NameMap(List.of(new Rule(".*", "$0")));
    }

    /** What {@code name} becomes; empty when no rule speaks of it, or one leaves it out. */
    public Optional<String> of(String name) {
        for (Rule rule : rules) {
            Matcher matcher = Pattern.compile(rule.pattern).matcher(name);
            if (matcher.matches()) {
                return Optional.ofNullable(rule.name).map(matcher::replaceFirst);
            }
        }
        return Optional.empty();
    }
}
