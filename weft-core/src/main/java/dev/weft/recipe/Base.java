package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.data.Splits;
import dev.weft.data.SplitsRecord;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.MemberStatistics;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A member of a trained family as the model of a run: fine-tuned from the weights it inherits, or trained again from scratch.
 *
 * @param family its file
 * @param member by name, or written as its choices
 * @param weights what it begins with
 */
public record Base(String family, String member, Weights weights) {
    /** What a member begins with. */
    public enum Weights {
        /** The weights that the member has in its family. */
        @JsonProperty("inherited")
        INHERITED,
        /** Fresh ones, drawn from the run's seed. */
        @JsonProperty("fresh")
        FRESH
    }

    public Base {
        if (family == null || member == null || weights == null) {
            throw new InputException(
                    "A start must have family, member and weights (inherited or fresh), but got family=" + family
                            + ", member=" + member + ", weights=" + weights + ".");
        }
    }

    /** The plain model of the member. */
    ModelDefinition model(Kinds kinds) {
        try (Family from = Family.open(Path.of(family), kinds)) {
            return from.definition().at(from.member(member));
        }
    }

    /** The seed that cut the data of the family into splits; empty for a family that no {@link dev.weft.train.Trainer Trainer} made. */
    public OptionalLong seed(Kinds kinds) {
        try (Family from = Family.open(Path.of(family), kinds)) {
            return DataProvenance.of(from)
                    .map(origin -> OptionalLong.of(origin.seed()))
                    .orElse(OptionalLong.empty());
        }
    }

    /**
     * Refuses a start whose weights do not fit the data of the run, or have learnt from what the run holds out.
     *
     * @param fresh a family of {@link #model}, bound to that data
     * @param splits of the run
     */
    public void requireFits(Family fresh, Splits splits) {
        if (weights == Weights.FRESH) {
            return;
        }
        try (Family from = Family.open(Path.of(family), fresh.kinds());
                Family alone = Family.ofShapes(from.definition().at(from.member(member)))) {
            Map<String, Tensor> inherited = alone.weights().tensors();
            fresh.weights().tensors().forEach((name, tensor) -> {
                if (!Arrays.equals(tensor.shape(), inherited.get(name).shape())) {
                    throw new InputException(
                            "A member whose weights are inherited must read data like its family's, but "
                                    + name + " is "
                                    + Arrays.toString(inherited.get(name).shape()) + " in " + family + " and "
                                    + Arrays.toString(tensor.shape())
                                    + " for this run's data. Use that data, or start with weights: fresh.");
                }
            });
            DataProvenance.of(from).ifPresent(origin -> requireSameSplits(origin, from.definition(), splits));
        }
    }

    private void requireSameSplits(DataProvenance origin, ModelDefinition supernet, Splits splits) {
        if (!origin.data().source().equals(splits.source())) {
            return; // other data
        }
        SplitsRecord before = origin.isRecorded()
                ? origin.splits()
                : origin.open(supernet.input()).record();
        if (!before.train().idsSha256().equals(splits.train().idsSha256())) {
            throw new InputException(
                    "The data of a member whose weights are inherited must be split as its family's, or"
                            + " it is chosen by examples that it has learnt from. " + family + " was trained with seed "
                            + origin.seed() + " and " + origin.data()
                            + ": use that seed, or start with weights: fresh.");
        }
    }

    /** Copies the inherited weights into a fresh family of {@link #model}. */
    public void into(Family fresh) {
        if (weights == Weights.FRESH) {
            return;
        }
        try (Family from = Family.open(Path.of(family), fresh.kinds());
                MemberStatistics none = MemberStatistics.none();
                Family alone = from.extract(from.member(member), none);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<String, Tensor> inherited = alone.weights().tensors();
            fresh.weights().tensors().forEach((name, tensor) -> tensor.copy_(inherited.get(name)));
        }
    }
}
