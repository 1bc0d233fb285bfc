package dev.weft.train;

import dev.weft.io.InputException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Parameters that the optimiser treats differently; the first group whose pattern is found in a name decides.
 *
 * @param pattern a regular expression, found anywhere in the tensor's name
 * @param learningRateFactor what the learning rate is multiplied by; 0 freezes
 * @param weightDecayFactor what the optimiser's weight decay is multiplied by
 */
public record ParameterGroup(String pattern, double learningRateFactor, double weightDecayFactor) {
    public ParameterGroup {
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    "A parameter group's pattern must be a regular expression, but got \"" + pattern + "\": "
                            + e.getDescription() + ".",
                    e);
        }
        if (!(learningRateFactor >= 0 && weightDecayFactor >= 0)) {
            throw new InputException(
                    "Factors of parameter group \"" + pattern + "\" must not be negative, but got learningRateFactor="
                            + learningRateFactor + ", weightDecayFactor=" + weightDecayFactor + ".");
        }
    }

    boolean matches(String name) {
        return Pattern.compile(pattern).matcher(name).find();
    }
}
