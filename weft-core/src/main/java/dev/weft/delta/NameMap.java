package dev.weft.delta;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import java.util.List;
import java.util.Optional;
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
     * @param transpose whether the tensor is a matrix (in, out), as programs that multiply from the right store it, where the model has (out, in)
     */
    public record Rule(
            String pattern,
            String name,

            @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JsonProperty(defaultValue = "false")
            boolean transpose) {
        /** A rule for tensors that stay as they are. */
        public Rule(String pattern, String name) {
            this(pattern, name, false);
        }

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

        /** Its pattern as that of a whole name. */
        private Pattern whole() {
            return Pattern.compile("\\A(?:" + pattern + ")\\z");
        }

        private Optional<String> of(String from) {
            try {
                return Optional.ofNullable(name).map(to -> whole().matcher(from).replaceFirst(to));
            } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
                throw new InputException(
                        "A rule of a name map must name groups of its pattern, as $1, but of the pattern \"" + pattern
                                + "\" it makes \"" + name + "\".",
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
        return rule(name).flatMap(rule -> rule.of(name));
    }

    /** Whether the tensor of this name is transposed. */
    public boolean transposes(String name) {
        return rule(name).map(Rule::transpose).orElse(false);
    }

    /** @throws InputException when a rule transposes, where only names can be mapped */
    void requireNoneTransposed() {
        rules.stream().filter(Rule::transpose).findFirst().ifPresent(rule -> {
            throw new InputException("A name map for adapters must leave matrices as they are, but its rule \""
                    + rule.pattern + "\" transposes. Leave transpose out.");
        });
    }

    private Optional<Rule> rule(String name) {
        return rules.stream()
                .filter(rule -> rule.whole().matcher(name).matches())
                .findFirst();
    }
}
