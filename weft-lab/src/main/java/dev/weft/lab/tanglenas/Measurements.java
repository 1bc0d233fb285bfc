package dev.weft.lab.tanglenas;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.weft.cost.MemberCosts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that was measured: what {@code results.json} holds beyond the table.
 *
 * @param steps what a step costs, and how many weights are stored for it
 * @param plain the name in {@code steps} of the largest member trained alone
 * @param largest what the largest member costs
 * @param options of all choices together
 * @param seedResults in the order of {@code seeds}
 */
record Measurements(
        List<Long> seeds,
        StepTimes.Measured steps,
        String plain,
        Cost largest,
        int options,
        List<Seed> seedResults,
        SmallSpace smallSpace) {
    /** Groups of members that are trained alone, beside the choice of each search, which has its arm's name. */
    static final String RANDOM = "D";

    static final String MATCHED = "D-matched";
    static final String LARGEST = "largest";

    /** Counted costs of a member. */
    record Cost(long params, long macs) {
        Cost(MemberCosts costs) {
            this(costs.params(), costs.macs());
        }
    }

    /**
     * A member trained alone, by the one recipe.
     *
     * @param accuracy on the report split, in percent
     * @param seconds of training, by the clock
     */
    record Alone(String member, double accuracy, long params, long macs, double seconds) {}

    /**
     * One seed.
     *
     * @param alone members trained alone, by the search that chose them or their group
     */
    record Seed(long seed, List<Chosen> chosen, Map<String, List<Alone>> alone, List<SearchCurve> curves) {
        Seed {
            chosen = List.copyOf(chosen);
            alone = Collections.unmodifiableMap(new LinkedHashMap<>(alone));
            curves = List.copyOf(curves);
        }

        /** What a search chose, or {@code null} where it was not run with this seed. */
        @JsonIgnore
        Chosen chosenBy(String arm) {
            return chosen.stream().filter(c -> c.arm().equals(arm)).findFirst().orElse(null);
        }

        double meanAccuracy(String group) {
            return alone.get(group).stream()
                    .mapToDouble(Alone::accuracy)
                    .average()
                    .orElseThrow();
        }
    }
}
