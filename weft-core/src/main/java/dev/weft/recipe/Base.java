package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.data.Splits;
import dev.weft.data.SplitsRecord;
import dev.weft.delta.NameMap;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.FamilyDefinition;
import dev.weft.weight.Axis;
import dev.weft.weight.WeightNames;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

/**
 * What a run begins from: a family that was trained, one of its members, or the weights of another program. A recipe without a model
 * takes that of the base; one with a model fills it from the base's weights by their names.
 *
 * @param source the file of a family or of an extracted model, or another program's weights: safetensors, a folder that holds them, or ONNX
 * @param member by name, or written as its choices; absent for the whole family
 * @param weights what the run begins with
 * @param names from another program's names to the model's, the first rule that matches a whole name; absent where they are the same
 * @param inherit how weights become those of a model of other sizes or another depth; absent where they are the same
 * @param fresh a regular expression, found in the names of weights that are not taken from the base, such as a new head; may be absent
 * @param frozen a regular expression, found in the names of weights that are never trained; may be absent
 */
public record Base(
        String source,
        @JsonInclude(JsonInclude.Include.NON_NULL) String member,
        Weights weights,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<NameMap.Rule> names,
        @JsonInclude(JsonInclude.Include.NON_NULL) Inheritance inherit,
        @JsonInclude(JsonInclude.Include.NON_NULL) String fresh,
        @JsonInclude(JsonInclude.Include.NON_NULL) String frozen) {
    /** What a run begins with. */
    public enum Weights {
        /** The weights of the base. */
        @JsonProperty("inherited")
        INHERITED,
        /** Fresh ones, drawn from the run's seed: the base gives the model alone. */
        @JsonProperty("fresh")
        FRESH
    }

    public Base {
        weights = weights == null ? Weights.INHERITED : weights;
        names = names == null ? List.of() : List.copyOf(names);
        if (source == null) {
            throw new InputException(
                    "A base must have a source: a family, an extracted model, or another program's safetensors or ONNX.");
        }
        if (weights == Weights.FRESH && (inherit != null || fresh != null || frozen != null || !names.isEmpty())) {
            throw new InputException("A base whose weights are fresh gives its model alone, so it must have no names,"
                    + " inherit, fresh or frozen.");
        }
        if (fresh != null) {
            WeightNames.requirePattern("What stays fresh", fresh);
        }
        if (frozen != null) {
            WeightNames.requirePattern("What is frozen", frozen);
        }
    }

    /** A member of a family, to be trained alone. */
    public static Base of(String family, String member, Weights weights) {
        return new Base(family, member, weights, null, null, null, null);
    }

    /**
     * The model of the base, and how its weights are shared.
     *
     * @throws InputException when another program wrote it, so that it says no model
     */
    FamilyDefinition definition(Kinds kinds) {
        try (BaseWeights from = BaseWeights.open(this, kinds)) {
            return from.definition()
                    .orElseThrow(
                            () -> new InputException(source + " is no family, so it does not say what its model is."
                                    + " A recipe with such a base must have a model."));
        }
    }

    /** The seed that cut the data of the family into splits; empty for a base that no {@link dev.weft.train.Trainer Trainer} made. */
    public OptionalLong seed(Kinds kinds) {
        try (BaseWeights from = BaseWeights.open(this, kinds)) {
            return from.origin().map(origin -> OptionalLong.of(origin.seed())).orElse(OptionalLong.empty());
        }
    }

    /**
     * Refuses a base whose weights do not fit the model of the run, or have learnt from what the run holds out.
     *
     * @param fresh a family of the recipe, bound to its data, on shapes
     * @param splits of the run
     */
    public void requireFits(Family fresh, Splits splits) {
        if (frozen != null) {
            fresh.freeze(Pattern.compile(frozen));
        }
        if (weights == Weights.FRESH) {
            return;
        }
        try (BaseWeights from = BaseWeights.open(this, fresh.kinds())) {
            from.values(fresh.plan()).values().forEach(Tensor::close);
            from.origin().ifPresent(origin -> requireSameSplits(origin, from, splits));
        }
    }

    /**
     * The weights that a run takes, by the names and in the shapes of its model; none where it begins with fresh ones.
     *
     * @param family of the run
     * @return kept tensors that the caller closes
     */
    public Map<String, Tensor> values(FamilyDefinition family, Kinds kinds) {
        if (weights == Weights.FRESH) {
            return Map.of();
        }
        try (BaseWeights from = BaseWeights.open(this, kinds)) {
            return from.values(family);
        }
    }

    private void requireSameSplits(DataProvenance origin, BaseWeights from, Splits splits) {
        if (!origin.data().source().equals(splits.source())) {
            return; // other data
        }
        SplitsRecord before = origin.isRecorded()
                ? origin.splits()
                : origin.open(from.definition().orElseThrow().model().input()).record();
        if (!before.train().idsSha256().equals(splits.train().idsSha256())) {
            throw new InputException("The data of a run whose weights are inherited must be split as its base's, or"
                    + " it is chosen by examples that it has learnt from. " + source + " was trained with seed "
                    + origin.seed() + " on " + Json.writeLine(origin.data())
                    + ": give that seed (as data.splitSeed, where only training is to differ) and those splits, or begin with weights:"
                    + " fresh.");
        }
    }

    /** Whether a weight is not taken from the base. */
    boolean leavesFresh(String name) {
        return fresh != null && Pattern.compile(fresh).matcher(name).find();
    }

    /** How weights are taken. */
    Inheritance how() {
        return Optional.ofNullable(inherit).orElse(Inheritance.BY_NAME);
    }

    /** One weight as the model has it; in the caller's {@code PointerScope}. Nothing is cut unless the base is to be inherited so. */
    Tensor cut(Tensor base, String name, List<Axis> axes) {
        List<Long> own = axes.stream().map(axis -> (long) axis.stored()).toList();
        List<Long> theirs = Arrays.stream(base.shape()).boxed().toList();
        if (inherit == null && !own.equals(theirs)) {
            throw new InputException(
                    "A model whose weights are inherited must have them in the shapes of the base, but "
                            + name + " is " + theirs + " in " + source + " and " + own
                            + " here, by this run's model and data."
                            + " Use that model and data, leave it fresh, say how it is cut (inherit: {}), or begin with weights:"
                            + " fresh.");
        }
        return how().cut(base, name, axes);
    }
}
