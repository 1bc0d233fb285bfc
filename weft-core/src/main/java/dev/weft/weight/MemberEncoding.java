package dev.weft.weight;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A member as numbers, for a router. Every number is a weighted sum over choices of the picked option's value, so a blend has an
 * encoding too: the expected one. Decisions that mean nothing in a member count with their first option, as in
 * {@link Space#canonical}.
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
     * @param shift added to the terms
     */
    record Entry(List<Term> terms, double shift) {}

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
                double largest = values.get(values.size() - 1);
                entries.add(new Entry(
                        List.of(new Term(
                                choice, values.stream().map(v -> v / largest).toList())),
                        0));
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
                    List<Double> values = new ArrayList<>();
                    for (int j = 0; j < choice.options().size(); j++) {
                        values.add(i == j ? 1.0 : 0.0);
                    }
                    entries.add(new Entry(List.of(new Term(choice, values)), 0));
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
        /** One number, their mean. */
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
            divide = divide == 0 ? 1 : divide;
            if (choices == null) {
                throw new InputException("A feature must name its choices.");
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
            if (combine == Combine.MEAN) {
                return List.of(new Entry(
                        matching.stream().map(c -> term(c, matching.size())).toList(), add - subtract / divide));
            }
            return matching.stream()
                    .map(c -> new Entry(List.of(term(c, 1)), add - subtract / divide))
                    .toList();
        }

        private Term term(Choice<?> choice, int of) {
            return new Term(
                    choice, values(choice).stream().map(v -> v / divide / of).toList());
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
