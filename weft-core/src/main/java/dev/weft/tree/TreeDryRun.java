package dev.weft.tree;

import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.SplitSettings;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import dev.weft.train.DryRun;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/** What a tree of supernets will take, and one repeat of a probe on random examples of the real shape, without the data. */
public final class TreeDryRun {
    /**
     * @param leaves when every supernet splits as asked for
     * @param supernetEpochs of training, summed over supernets
     * @param choices that the root may split
     * @param probePasses forward and backward passes of all probes, an upper bound
     * @param choice that was probed once, or null where the recipe compares no gradients
     * @param probeSeconds that one repeat of it took
     * @param distances between its options, of random examples
     */
    public record Result(
            long leaves,
            long supernetEpochs,
            List<String> choices,
            long probePasses,
            String choice,
            double probeSeconds,
            List<List<Double>> distances) {}

    private TreeDryRun() {}

    /**
     * @param recipe with a split
     * @throws InputException when it cannot split
     */
    public static Result run(Recipe recipe, ModelInput input, int batchSize, long seed, Kinds kinds) {
        Recipe bound = recipe.on(input, kinds);
        SplitSettings split = recipe.split();
        Space space = bound.family().space();
        SplitChooser chooser = new SplitChooser(split, space, seed);
        List<Choice<?>> candidates = chooser.candidates(space, 0, new ArrayList<>());
        List<Choice<?>> probed = candidates.isEmpty() ? List.of() : chooser.probed(candidates, 0, 0);
        long leaves = 1;
        long passes = 0;
        long each = (long) split.repeats()
                * probed.stream().mapToInt(choice -> choice.options().size()).sum();
        for (int round = 0; round < split.rounds().size(); round++) {
            passes += leaves * each;
            leaves *= split.groups() == null
                    ? chooser.usualOptions()
                    : split.groups().get(round);
        }
        long epochs = split.supernetEpochs(recipe.train().epochs(), chooser.usualOptions());
        List<String> names = candidates.stream().map(Choice::name).toList();
        if (probed.isEmpty()) {
            return new Result(leaves, epochs, names, 0, null, 0, List.of());
        }
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(bound.model(), seed, bound.sharing(), kinds);
                Batch batch = DryRun.batch(input, batchSize, RandomStream.STAND_IN.random(seed))) {
            Choice<?> choice = probed.get(0);
            long began = System.nanoTime();
            List<List<Double>> distances = TreeRecord.rows(new GradientProbe(family, recipe.train(), split.once(), 0)
                    .distances(choice, choice.options(), DryRun.one(batch), seed));
            return new Result(
                    leaves, epochs, names, passes, choice.name(), (System.nanoTime() - began) / 1e9, distances);
        }
    }
}
