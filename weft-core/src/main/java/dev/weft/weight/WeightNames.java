package dev.weft.weight;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.io.WeftCommand;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** The weights that a strategy is for: those in whose names a regular expression is found. */
public final class WeightNames {
    private static final int SHOWN = 5;

    private final String what;
    private final Pattern pattern;
    private final boolean plainWeights;
    private final Set<String> others = new LinkedHashSet<>();
    private boolean matched;

    /**
     * @param what messages call the strategy, with a capital letter
     * @param plainWeights whether weights that have nothing elastic may match
     */
    public WeightNames(String what, String pattern, boolean plainWeights) {
        this.what = what;
        this.pattern = Pattern.compile(pattern);
        this.plainWeights = plainWeights;
    }

    /** @throws InputException when {@code pattern}, of settings, is absent or no regular expression */
    public static void requirePattern(String what, String pattern) {
        try {
            if (pattern != null) {
                Pattern.compile(pattern);
                return;
            }
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    what + ": a pattern must be a regular expression, but got \"" + pattern + "\": "
                            + e.getDescription() + ".",
                    e);
        }
        throw new InputException(what + " must have a pattern that is found in the names of weights.");
    }

    /**
     * What a weight is called that is one of several parts of a stored tensor: {@code blocks.0.attn.qkv.weight[0]} for the query, {@code [1]}
     * and {@code [2]} for key and value. Any other weight is called by its name.
     */
    public static String part(String name, Axis... axes) {
        String parts = Arrays.stream(axes)
                .filter(axis -> axis.parts() > 1)
                .map(axis -> Integer.toString(axis.part()))
                .collect(Collectors.joining(","));
        return parts.isEmpty() ? name : name + "[" + parts + "]";
    }

    /**
     * The match of the pattern in {@code name}, or in the name of the {@link #part} that it is; empty for a weight that is none of the
     * strategy's.
     */
    public Optional<MatchResult> find(String name, Axis... axes) {
        Matcher matcher = pattern.matcher(name);
        boolean found = matcher.find();
        if (!found && Arrays.stream(axes).anyMatch(axis -> axis.parts() > 1)) {
            matcher = pattern.matcher(part(name, axes));
            found = matcher.find();
        }
        if (!found) {
            others.add(part(name, axes));
            return Optional.empty();
        }
        if (!plainWeights
                && Arrays.stream(axes).allMatch(axis -> axis.size().choices().isEmpty())) {
            throw new InputException(what + " must have weights that differ between members, but pattern \"" + pattern
                    + "\" matches " + name
                    + ", which has nothing elastic. Narrow the pattern, or set plainWeights: true.");
        }
        matched = true;
        return Optional.of(matcher.toMatchResult());
    }

    /** @throws InputException when the pattern was found in no name */
    public void requireSome() {
        if (!matched) {
            throw new InputException(
                    what + " must have a pattern that is found in the name of a weight, but \"" + pattern
                            + "\" is in none of " + others.stream().limit(SHOWN).collect(Collectors.joining(", "))
                            + (others.size() > SHOWN ? " and " + (others.size() - SHOWN) + " more." : ".")
                            + Suggest.part(pattern.pattern(), others) + " See them all with: "
                            + WeftCommand.of("inspect", "FAMILY"));
        }
    }
}
