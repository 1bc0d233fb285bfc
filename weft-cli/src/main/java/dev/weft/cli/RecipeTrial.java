package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.weft.data.DataCatalog;
import dev.weft.model.ModelInput;
import dev.weft.recipe.Recipe;
import dev.weft.train.DryRun;
import dev.weft.tree.TreeDryRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code weft train --dry-run}: one step on random examples, without the data where that is not here. */
final class RecipeTrial {
    /** Few, so that a recipe for a large machine runs on a small one. */
    private static final int BATCH = 4;

    /**
     * What {@code --dry-run} answers.
     *
     * @param tree what a recipe with a split will take; left out for any other
     */
    record Answer(
            @JsonUnwrapped DryRun.Result step,
            @JsonInclude(JsonInclude.Include.NON_NULL) TreeDryRun.Result tree) {}

    private RecipeTrial() {}

    static Answer run(Recipe recipe, long seed) {
        String source = recipe.data().source();
        boolean here = DataCatalog.list().stream().anyMatch(d -> d.name().equals(source) && d.available())
                || Files.exists(Path.of(source));
        ModelInput input = here ? recipe.data().input(recipe.data().open(seed)) : recipe.standIn();
        return new Answer(
                DryRun.run(recipe, input, BATCH, seed, Installed.kinds()),
                recipe.split() == null ? null : TreeDryRun.run(recipe, input, BATCH, seed, Installed.kinds()));
    }

    static List<String> text(Answer answer) {
        DryRun.Result result = answer.step();
        List<String> text = new ArrayList<>();
        text.add("Recipe " + result.recipe() + " works: one step of " + result.batchSize() + " random examples, "
                + result.input().shape() + "; "
                + Text.count(result.params()) + " shared parameters");
        for (DryRun.MemberResult member : result.members()) {
            text.add(String.format(
                    Locale.ROOT,
                    "  %-9s %,12d parameters  loss %.3f  forward and backward %.2f s  evaluation %.2f s",
                    member.role(),
                    member.params(),
                    member.loss(),
                    member.trainSeconds(),
                    member.evaluateSeconds()));
        }
        if (result.architecture() != null) {
            text.add(String.format(
                    Locale.ROOT,
                    "  step of %d logits  loss %.3f  %.2f s",
                    result.architecture().logits(),
                    result.architecture().loss(),
                    result.architecture().seconds()));
        }
        text.add(String.format(Locale.ROOT, "  optimiser %.2f s", result.updateSeconds())
                + (result.peakMemoryBytes() == null
                        ? ""
                        : ", at most " + Text.bytes(result.peakMemoryBytes()) + " of memory"));
        if (answer.tree() != null) {
            text.addAll(text(answer.tree()));
        }
        text.add("Nothing was trained or written.");
        return text;
    }

    private static List<String> text(TreeDryRun.Result tree) {
        List<String> text = new ArrayList<>();
        text.add("  tree: " + tree.leaves() + " leaves, " + tree.supernetEpochs()
                + " supernet-epochs; the root may split " + String.join(", ", tree.choices()));
        if (tree.choice() != null) {
            text.add(String.format(
                    Locale.ROOT,
                    "  probe of %s %.2f s a batch; all probes: at most %,d passes",
                    tree.choice(),
                    tree.probeSeconds(),
                    tree.probePasses()));
        }
        return text;
    }
}
