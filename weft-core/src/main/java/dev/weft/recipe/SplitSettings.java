package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How a supernet splits while it trains (few-shot NAS, Zhao et al. 2021; gradient matching, Hu et al. 2022): at the end of each round
 * every supernet parts the options of one of its choices into groups, and each group goes on as a supernet of its own. After the last
 * round all of them train until the recipe's last epoch.
 *
 * @param rounds the epochs after which there is a split, rising; 0 splits before anything is trained
 * @param groups into how many, one number a round; absent for 2. An exhaustive partition has as many as there are options
 * @param minimumSize of a group; absent for 2, or 1 where a choice has too few options for that
 * @param choices that may be split, in the order in which rule {@code predefined} takes them; absent for all between operations (names),
 *     or, where there are none, for all
 * @param rule which choice a supernet splits; absent for {@code max-cut-distance}
 * @param partition which options part; absent for {@code gradient}
 * @param repeats batches that the distances of a choice are averaged over; absent for 100, as published
 * @param distance between the gradients of two options; absent for {@code cos}
 * @param row what becomes of the probed choice in a blend; absent for {@code hard}
 * @param mean whether groups are chosen by the mean distance within, not by the sum; absent for no
 * @param exclude a regular expression: weights in whose names it is found are not compared; absent for {@value #STEM_AND_CLASSIFIER}
 * @param restart when supernets begin anew; absent for {@code none}
 * @param weights what they then begin with; absent for {@code fresh}
 * @param schedule what the learning rate's schedule spans; absent for {@code remaining}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SplitSettings(
        List<Integer> rounds,
        List<Integer> groups,
        Integer minimumSize,
        List<String> choices,
        Rule rule,
        PartitionBy partition,
        Integer repeats,
        Distance distance,
        Row row,
        Boolean mean,
        String exclude,
        Restart restart,
        RestartWeights weights,
        RestartSchedule schedule) {
    private static final String STEM_AND_CLASSIFIER = "^(stem|conv_stem|lastact|classifier)\\b";

    /** Says which choice a supernet splits, of those that it has not split yet. */
    public enum Rule {
        /** The one whose groups are furthest apart in sum. */
        @JsonProperty("max-cut-distance")
        MAX_CUT_DISTANCE,
        /** The one whose groups have the least distances within. */
        @JsonProperty("min-within")
        MIN_WITHIN,
        /** The next of {@link SplitSettings#choices}, one a round. */
        @JsonProperty("predefined")
        PREDEFINED,
        /** A choice by chance, another at each split of the tree, as long as there is another. */
        @JsonProperty("random-permutation")
        RANDOM_PERMUTATION,
        /** A choice by chance. */
        @JsonProperty("random")
        RANDOM;

        /** Whether it needs the distances of every choice. */
        public boolean comparesDistances() {
            return this == MAX_CUT_DISTANCE || this == MIN_WITHIN;
        }
    }

    /** Says which options go into different groups. */
    public enum PartitionBy {
        /** Options whose gradients disagree go into different groups. */
        @JsonProperty("gradient")
        GRADIENT,
        /** Options go into groups by chance, which is the baseline. */
        @JsonProperty("random")
        RANDOM,
        /** All from all: few-shot NAS. */
        @JsonProperty("exhaustive")
        EXHAUSTIVE
    }

    /** The distance between the gradients of two options. */
    public enum Distance {
        /** One minus the cosine of all that is compared. */
        @JsonProperty("cos")
        COS,
        /** Summed over the output filters of all weights but vectors: one minus the cosine of each. */
        @JsonProperty("per-filter-cos")
        PER_FILTER_COS,
        /** The squared distance. */
        @JsonProperty("mse")
        MSE
    }

    /** The part of a probed option in a blend. */
    public enum Row {
        /** All of the choice. */
        @JsonProperty("hard")
        HARD,
        /** What the blend gives it, and nothing of the others. */
        @JsonProperty("soft")
        SOFT
    }

    /** Says when supernets begin anew, with fresh logits of a blend and optimisers that remember nothing. */
    public enum Restart {
        /** Never: they go on from the supernet that was split. */
        @JsonProperty("none")
        NONE,
        /** Weights are drawn anew after every split. */
        @JsonProperty("all")
        ALL,
        /** After the last split, as gradient matching was published. */
        @JsonProperty("final")
        FINAL
    }

    /** The weights of a supernet that begins anew. */
    public enum RestartWeights {
        @JsonProperty("fresh")
        FRESH,
        /** Those of the supernet that was split, as in few-shot NAS. */
        @JsonProperty("parent")
        PARENT
    }

    /** What the schedule of a supernet spans. */
    public enum RestartSchedule {
        /** The epochs that are left in the run when it begins anew; of the first supernet those of the whole run. */
        @JsonProperty("remaining")
        REMAINING,
        /** The schedule has as many epochs as the whole run, of which only the first are trained. */
        @JsonProperty("whole")
        WHOLE,
        /** The epochs from one beginning to the next, so that it ends where training does: also that of the first supernet. */
        @JsonProperty("own")
        OWN
    }

    public SplitSettings {
        if (rounds == null || rounds.isEmpty()) {
            throw new InputException("A split must have rounds, the epochs after which there is one, but has none.");
        }
        rounds = List.copyOf(rounds);
        for (int i = 0; i < rounds.size(); i++) {
            if (rounds.get(i) < (i == 0 ? 0 : rounds.get(i - 1) + 1)) {
                throw new InputException(
                        "A split's rounds must be epochs of 0 or more that rise, but are " + rounds + ".");
            }
        }
        rule = rule == null ? Rule.MAX_CUT_DISTANCE : rule;
        partition = partition == null ? PartitionBy.GRADIENT : partition;
        if (groups != null && partition == PartitionBy.EXHAUSTIVE) {
            throw new InputException(
                    "An exhaustive partition has a group for each option, so a split by it must have no "
                            + "groups, but got groups=" + groups + ".");
        }
        groups = groups == null && partition != PartitionBy.EXHAUSTIVE
                ? Collections.nCopies(rounds.size(), 2)
                : groups == null ? null : List.copyOf(groups);
        if (groups != null && (groups.size() != rounds.size() || groups.stream().anyMatch(g -> g < 2))) {
            throw new InputException("A split must have a number of groups of 2 or more for each round, but got groups="
                    + groups + " for rounds " + rounds + ".");
        }
        repeats = repeats == null ? 100 : repeats;
        if (repeats < 1 || minimumSize != null && minimumSize < 1) {
            throw new InputException("A split must have repeats and minimumSize >= 1, but got repeats=" + repeats
                    + ", minimumSize=" + minimumSize + ".");
        }
        choices = choices == null ? null : List.copyOf(choices);
        if (rule == Rule.PREDEFINED && (choices == null || choices.size() < rounds.size())) {
            throw new InputException("A split by rule predefined must name a choice for each of its " + rounds.size()
                    + " rounds in choices, but got " + choices + ".");
        }
        distance = distance == null ? Distance.COS : distance;
        row = row == null ? Row.HARD : row;
        mean = mean != null && mean;
        exclude = exclude == null ? STEM_AND_CLASSIFIER : exclude;
        try {
            Pattern.compile(exclude);
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    "A split's exclude must be a regular expression, but got \"" + exclude + "\": " + e.getDescription()
                            + ".",
                    e);
        }
        restart = restart == null ? Restart.NONE : restart;
        weights = weights == null ? RestartWeights.FRESH : weights;
        schedule = schedule == null ? RestartSchedule.REMAINING : schedule;
    }

    /** The same with one batch a probe. */
    public SplitSettings once() {
        return toBuilder().repeats(1).build();
    }

    /** The epoch after which the supernets of a level, from 0, end, of a run of so many epochs. */
    public int end(int level, int epochs) {
        return level < rounds.size() ? rounds.get(level) : epochs;
    }

    /** The epoch with which the supernets of a level, from 0, begin. */
    public int begin(int level) {
        return level == 0 ? 0 : rounds.get(level - 1);
    }

    /** Whether the supernets of a level begin anew. */
    public boolean restarts(int level) {
        return level == 0 || restart == Restart.ALL || restart == Restart.FINAL && level == rounds.size();
    }

    /** The epoch since which the supernets of a level have been trained without beginning anew. */
    public int since(int level) {
        return restarts(level) ? begin(level) : since(level - 1);
    }

    /** The epochs that the schedule of a supernet of a level spans, of a run of so many; 1 where it does not train at all. */
    public int scheduled(int level, int epochs) {
        return switch (schedule) {
            case WHOLE -> epochs;
            case REMAINING -> epochs - since(level);
            case OWN -> Math.max(1, until(level, epochs) - since(level));
        };
    }

    /** The epoch until which the supernets of a level and those that go on from them train without beginning anew. */
    private int until(int level, int epochs) {
        return level == rounds.size() || restarts(level + 1) ? end(level, epochs) : until(level + 1, epochs);
    }

    /**
     * What training costs when every supernet splits into as many as asked for, in epochs of one supernet: for two splits in two of
     * 15, 30 and 60 epochs, 15 + 2 · 15 + 4 · 30.
     *
     * @param epochs of the recipe
     * @param options of the choices that an exhaustive partition splits
     */
    public long supernetEpochs(int epochs, int options) {
        long sum = 0;
        long supernets = 1;
        for (int level = 0; level <= rounds.size(); level++) {
            sum += supernets * (end(level, epochs) - begin(level));
            supernets *= level == rounds.size() ? 1 : groups == null ? options : groups.get(level);
        }
        return sum;
    }

    /** A split that is as a document has it that says no more than this. */
    public static Builder builder(List<Integer> rounds) {
        return new Builder().rounds(rounds);
    }

    /** A copy of these settings, to be changed. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Puts settings together; {@link #build} checks them. Each is the component of that name. */
    public static final class Builder {
        private List<Integer> rounds;
        private List<Integer> groups;
        private Integer minimumSize;
        private List<String> choices;
        private Rule rule;
        private PartitionBy partition;
        private Integer repeats;
        private Distance distance;
        private Row row;
        private Boolean mean;
        private String exclude;
        private Restart restart;
        private RestartWeights weights;
        private RestartSchedule schedule;

        private Builder() {}

        private Builder(SplitSettings from) {
            this.rounds = from.rounds;
            this.groups = from.groups;
            this.minimumSize = from.minimumSize;
            this.choices = from.choices;
            this.rule = from.rule;
            this.partition = from.partition;
            this.repeats = from.repeats;
            this.distance = from.distance;
            this.row = from.row;
            this.mean = from.mean;
            this.exclude = from.exclude;
            this.restart = from.restart;
            this.weights = from.weights;
            this.schedule = from.schedule;
        }

        public Builder rounds(List<Integer> value) {
            rounds = value;
            return this;
        }

        public Builder groups(List<Integer> value) {
            groups = value;
            return this;
        }

        public Builder minimumSize(Integer value) {
            minimumSize = value;
            return this;
        }

        public Builder choices(List<String> value) {
            choices = value;
            return this;
        }

        public Builder rule(Rule value) {
            rule = value;
            return this;
        }

        public Builder partition(PartitionBy value) {
            partition = value;
            return this;
        }

        public Builder repeats(Integer value) {
            repeats = value;
            return this;
        }

        public Builder distance(Distance value) {
            distance = value;
            return this;
        }

        public Builder row(Row value) {
            row = value;
            return this;
        }

        public Builder mean(Boolean value) {
            mean = value;
            return this;
        }

        public Builder exclude(String value) {
            exclude = value;
            return this;
        }

        public Builder restart(Restart value) {
            restart = value;
            return this;
        }

        public Builder weights(RestartWeights value) {
            weights = value;
            return this;
        }

        public Builder schedule(RestartSchedule value) {
            schedule = value;
            return this;
        }

        public SplitSettings build() {
            return new SplitSettings(
                    rounds,
                    groups,
                    minimumSize,
                    choices,
                    rule,
                    partition,
                    repeats,
                    distance,
                    row,
                    mean,
                    exclude,
                    restart,
                    weights,
                    schedule);
        }
    }
}
