package dev.weft.lab.cells;

import dev.weft.lab.Stripes;
import dev.weft.lab.cells.GroundTruth.Anchor;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.space.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Sixteen members of the tiniest cell space whose truth is made up, on four classes of noisy stripes. */
public final class TinyTruth {
    private TinyTruth() {}

    /** @param folder for the images, which must not be there yet */
    public static GroundTruth in(Path folder) throws IOException {
        Path data = Stripes.in(folder, 76);
        ModelDefinition model = Presets.named("cell-tiny");
        SplittableRandom random = new SplittableRandom(3);
        List<Anchor> anchors = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Member member = model.space().sample(random);
            anchors.add(new Anchor(member, 1, 10 + i % 3, 100, List.of(0.4 + i / 32.0, 0.41 + i / 33.0)));
        }
        Recipe recipe = new Recipe(
                "tiny",
                "",
                model,
                DataSettings.Images.builder(data.toString())
                        .selectionSize(12)
                        .batchSize(16)
                        .build()
                        .withSplitsOf(0),
                GroundTruth.load().recipe().train().withEpochs(1));
        return new GroundTruth(recipe, anchors);
    }
}
