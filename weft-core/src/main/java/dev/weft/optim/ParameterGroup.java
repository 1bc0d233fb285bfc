package dev.weft.optim;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Parameters that the optimiser treats differently; the first group whose pattern is found in a name decides.
 *
 * @param pattern a regular expression, found anywhere in the tensor's name
 * @param learningRateFactor what the learning rate is multiplied by; 0 freezes: such a
 *     parameter is not clipped, and its state does not change
 * @param weightDecayFactor what the optimiser's weight decay is multiplied by
 */
public record ParameterGroup(
        String pattern,
        @JsonProperty(defaultValue = "1.0") double learningRateFactor,
        @JsonProperty(defaultValue = "1.0") double weightDecayFactor) {
    /** Every parameter of no group. */
    static final ParameterGroup REST = new ParameterGroup("", 1, 1);

    public ParameterGroup {
        if (pattern == null) {
            throw new InputException("A parameter group must have a pattern.");
        }
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    "A parameter group's pattern must be a regular expression, but got \"" + pattern + "\": "
                            + e.getDescription() + ".",
                    e);
        }
        if (!(learningRateFactor >= 0
                && weightDecayFactor >= 0
                && Double.isFinite(learningRateFactor + weightDecayFactor))) {
            throw new InputException("Factors of parameter group \"" + pattern
                    + "\" must be finite and not negative, but got learningRateFactor=" + learningRateFactor
                    + ", weightDecayFactor=" + weightDecayFactor + ".");
        }
    }

    /**
     * The group that decides for each parameter.
     *
     * @throws InputException when a pattern is found in no name, as one with a typing error is not
     */
    public static Map<String, ParameterGroup> byParameter(List<ParameterGroup> groups, Collection<String> names) {
        Map<String, ParameterGroup> decided = new LinkedHashMap<>();
        names.forEach(name -> decided.put(name, REST));
        for (ParameterGroup group : groups) {
            Pattern regex = Pattern.compile(group.pattern);
            List<String> found =
                    names.stream().filter(name -> regex.matcher(name).find()).toList();
            if (found.isEmpty()) {
                throw new InputException("The pattern of a parameter group must be found in a tensor's name, but \""
                        + group.pattern + "\" is in none of "
                        + names.stream().limit(5).toList() + ", …. See them all with: "
                        + WeftCommand.of("inspect", "FAMILY"));
            }
            found.forEach(name -> decided.replace(name, REST, group));
        }
        return decided;
    }
}
