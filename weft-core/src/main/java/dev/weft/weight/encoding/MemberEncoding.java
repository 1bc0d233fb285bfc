package dev.weft.weight.encoding;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import dev.weft.weight.WeightNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A member as numbers, for a router. Every number is a sum, or a mean, over choices of the picked option's value, so a blend has
 * an encoding too: the expected one. Decisions that mean nothing in a member count in a sum with their first option, as in
 * {@link Space#canonical}, and in a mean not at all.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = MemberEncoding.Scaled.class, name = "scaled"),
    @JsonSubTypes.Type(value = MemberEncoding.OneHot.class, name = "one-hot"),
    @JsonSubTypes.Type(value = MemberEncoding.Features.class, name = "features")
})
public sealed interface MemberEncoding {
    /** The terms of each number, in order. */
    List<Entry> entries(Space space);

    /**
     * One number of an encoding.
     *
     * @param mean whether it is the mean over the terms whose choices mean something in the member, not the sum over all
     * @param shift added to that
     */
    record Entry(List<Term> terms, boolean mean, double shift) {
        private static Entry of(Choice<?> choice, List<Double> values, double shift) {
            return new Entry(List.of(new Term(choice, values)), false, shift);
        }
    }

    /**
     * What one choice adds to a number.
     *
     * @param values one an option
     */
    record Term(Choice<?> choice, List<Double> values) {}

    /** Each choice's value over its largest; a choice between names counts by position. */
    record Scaled() implements MemberEncoding {
        @Override
        public List<Entry> entries(Space space) {
            List<Entry> entries = new ArrayList<>();
            for (Choice<?> choice : space.choices()) {
                List<Double> values = values(choice);
                double largest = values.stream().mapToDouble(Math::abs).max().orElseThrow();
                double divide = largest == 0 ? 1 : largest;
                entries.add(
                        Entry.of(choice, values.stream().map(v -> v / divide).toList(), 0));
            }
            return entries;
        }
    }

    /** One number an option: 1 for the picked one. */
    record OneHot() implements MemberEncoding {
        @Override
        public List<Entry> entries(Space space) {
            List<Entry> entries = new ArrayList<>();
            for (Choice<?> choice : space.choices()) {
                for (int i = 0; i < choice.options().size(); i++) {
                    List<Double> values =
                            new ArrayList<>(Collections.nCopies(choice.options().size(), 0.0));
                    values.set(i, 1.0);
                    entries.add(Entry.of(choice, values, 0));
                }
            }
            return entries;
        }
    }

    /** Declared features with declared normalisers, as published encodings have them. */
    record Features(List<Feature> features) implements MemberEncoding {
        public Features {
            if (features == null || features.isEmpty()) {
                throw new InputException("An encoding by features must list one or more.");
            }
            features = List.copyOf(features);
        }

        @Override
        public List<Entry> entries(Space space) {
            return features.stream()
                    .flatMap(feature -> feature.entries(space).stream())
                    .toList();
        }
    }

    /** What becomes of the choices that a feature's pattern matches. */
    enum Combine {
        /** A number each. */
        @JsonProperty("each")
        EACH,
        /** One number, the mean of those that mean something in the member: as many layers as it has. */
        @JsonProperty("mean")
        MEAN
    }

    /**
     * {@code add + (value - subtract) / divide}, for the choices whose whole names match.
     *
     * @param choices a regular expression
     */
    record Feature(String choices, Combine combine, double subtract, double divide, double add) {
        public Feature {
            combine = combine == null ? Combine.EACH : combine;
            WeightNames.requirePattern("A feature's choices", choices);
            if (!Double.isFinite(divide) || divide == 0 || !Double.isFinite(subtract) || !Double.isFinite(add)) {
                throw new InputException(
                        "A feature must have finite subtract and add and divide != 0, but got subtract=" + subtract
                                + ", divide=" + divide + ", add=" + add + ".");
            }
        }

        private List<Entry> entries(Space space) {
            List<Choice<?>> matching = space.choices().stream()
                    .<Choice<?>>map(c -> c)
                    .filter(c -> Pattern.matches(choices, c.name()))
                    .toList();
            if (matching.isEmpty()) {
                List<String> names = space.choices().stream().map(Choice::name).toList();
                throw new InputException("A feature's choices must match a choice of space \"" + space.name()
                        + "\", but \"" + choices + "\" matches none of " + names + "."
                        + Suggest.nearest(choices, names));
            }
            double shift = add - subtract / divide;
            if (combine == Combine.MEAN) {
                return List.of(new Entry(
                        matching.stream().map(c -> new Term(c, divided(c))).toList(), true, shift));
            }
            return matching.stream().map(c -> Entry.of(c, divided(c), shift)).toList();
        }

        private List<Double> divided(Choice<?> choice) {
            return values(choice).stream().map(v -> v / divide).toList();
        }
    }

    private static List<Double> values(Choice<?> choice) {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < choice.options().size(); i++) {
            values.add(choice.options().get(i) instanceof Number number ? number.doubleValue() : i + 1.0);
        }
        return values;
    }
}
