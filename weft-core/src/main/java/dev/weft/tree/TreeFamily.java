package dev.weft.tree;

import dev.weft.io.Kinds;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.MemberStatistics;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.weight.tree.Tree;
import dev.weft.weight.tree.TreeWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** The leaves of a trained tree as one family, with the members that it names. */
final class TreeFamily {
    private final RunSettings settings;
    private final Kinds kinds;
    private final TreeRecord tree;
    private final Function<String, Path> folders;

    /** @param folders the run of a leaf, by its name */
    TreeFamily(RunSettings settings, TreeRecord tree, Function<String, Path> folders, Kinds kinds) {
        this.settings = settings;
        this.kinds = kinds;
        this.tree = tree;
        this.folders = folders;
    }

    /**
     * Writes the family. Named are the largest and the smallest member and, after a search by gradient, what each leaf chose, and as
     * {@code chosen} the best of these on the selection split.
     */
    void save(Path file) {
        Recipe recipe = settings.recipe();
        Tree sharing = TreeTrainer.sharing(tree, recipe.sharing());
        try (Family family = Family.of(recipe.model(), settings.seed(), List.of(sharing), kinds)) {
            Map<String, Member> chosen = new LinkedHashMap<>();
            Trainer last = null;
            try {
                for (Tree.Leaf leaf : sharing.leaves()) {
                    if (last != null) {
                        last.close();
                    }
                    last = Trainer.resume(
                            folders.apply(leaf.name()),
                            Optional.of(recipe.data().source()),
                            kinds);
                    copy(last.family(), family, TreeWeights.prefix(leaf.name()));
                    last.family().chosen().ifPresent(member -> chosen.put(leaf.name(), member));
                }
                name(family, last, chosen);
            } finally {
                if (last != null) {
                    last.close();
                }
            }
            family.note("recipe", recipe.name());
            family.note("data", recipe.data().source());
            family.note("seed", Long.toString(settings.seed()));
            family.note("supernetEpochs", Long.toString(tree.supernetEpochs()));
            settings.noteOrigin(family);
            family.save(file);
        }
    }

    private static void copy(Family leaf, Family family, String prefix) {
        Map<String, Tensor> into = family.weights().stored();
        try (NoGradGuard guard = new NoGradGuard()) {
            leaf.weights().stored().forEach((name, tensor) -> into.get(prefix + name)
                    .copy_(tensor));
        }
    }

    /** @param data any run of the tree: all hold out the same */
    private void name(Family family, Trainer data, Map<String, Member> chosen) {
        Metric quality = family.definition().input().metrics().get(0);
        keep(family, data, Role.LARGEST.toString(), family.space().largest());
        keep(family, data, Role.SMALLEST.toString(), family.space().smallest());
        NamedMember best = null;
        double toBeat = 0;
        for (Map.Entry<String, Member> entry : chosen.entrySet()) {
            NamedMember named = keep(family, data, Role.CHOSEN + "-" + entry.getKey(), entry.getValue());
            double value = named.measurements().get(quality.key());
            if (best == null || (quality.higherIsBetter() ? value > toBeat : value < toBeat)) {
                best = named;
                toBeat = value;
            }
        }
        if (best != null) {
            keep(family, data, Role.CHOSEN.toString(), best.member());
        }
    }

    private NamedMember keep(Family family, Trainer data, String name, Member member) {
        Recipe recipe = settings.recipe();
        MemberStatistics statistics = Evaluation.calibrate(
                family,
                member,
                data.splits().train(),
                recipe.train().calibrationBatches(),
                recipe.data().batchSize());
        Map<String, Double> measurements = new LinkedHashMap<>();
        Evaluation.of(family, member, statistics, data.splits().selection())
                .forEach((metric, value) -> measurements.put(metric.key(), value));
        NamedMember named = new NamedMember(member, statistics, measurements);
        family.name(name, named);
        return named;
    }
}
