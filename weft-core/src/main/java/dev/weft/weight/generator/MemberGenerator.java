package dev.weft.weight.generator;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weights;
import dev.weft.weight.blend.Temperature;
import java.util.List;

/**
 * A generator of members for a target cost, trained with the weights (ShiftNAS, Zhang et al. 2023): see {@link GeneratedWeights}.
 *
 * @param metric that targets are of, for instance {@code macs}
 * @param hidden width of its LSTM cell; 64 in the paper
 * @param temperature of its Gumbel noise over a run; 1 to 0.3 when left out (not published)
 * @param view how gradients flow to it
 */
public record MemberGenerator(String metric, int hidden, Temperature temperature, View view) implements Sharing {
    /** How a generated member's weights carry gradient to what picked it. */
    public enum View {
        /**
         * The largest member, masked: exact gradients also of what the member leaves out, at the largest member's cost. Norms count a
         * channel by its mask, so the output is that of the slice.
         */
        @JsonProperty("mask")
        MASK,
        /**
         * The member's slice, times the part of the mask that is 1: the member's own cost. There is no gradient of what the member
         * leaves out, nor through the count of channels of a norm, so the generator's gradient is biased.
         */
        @JsonProperty("slice")
        SLICE
    }

    public MemberGenerator {
        temperature = temperature == null ? new Temperature(1, 0.3) : temperature;
        if (metric == null || view == null || hidden < 1) {
            throw new InputException("A generator must have a metric, a view (mask or slice) and hidden >= 1, but got"
                    + " metric=" + metric + ", view=" + view + ", hidden=" + hidden + ".");
        }
    }

    @Override
    public boolean generatesMembers() {
        return true;
    }

    @Override
    public void requirePlace(List<Sharing> all, int place) {
        if (all.size() > 1) {
            throw new InputException(
                    "sharing must list a generator alone: it masks what members have in common, but got " + all
                            + ". Leave the others out.");
        }
    }

    @Override
    public GeneratedWeights over(Weights source, Space space) {
        space.requireNoneSwitched("A generator of members");
        return new GeneratedWeights(source, this, space);
    }
}
