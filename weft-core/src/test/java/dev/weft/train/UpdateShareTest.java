package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.CountedCosts;
import dev.weft.loss.Distillation;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import dev.weft.sample.fair.FairSampler;
import dev.weft.space.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpdateShareTest {
    @TempDir
    Path folder;

    private Path data;
    private final TinyTraining.Settings settings = TinyTraining.settings();

    @BeforeEach
    void setUp() throws IOException {
        data = TinyTraining.data(folder.resolve("data"));
        settings.epochs = 1;
        settings.distillation = new Distillation.None();
    }

    private double share(ModelDefinition model, Sampler sampler, long seed) {
        settings.sampler = sampler;
        Recipe recipe = new Recipe("tiny", "", model, TinyTraining.dataSettings(data), settings.build());
        try (Trainer trainer =
                Trainer.start(recipe, folder.resolve(sampler.getClass().getSimpleName()), 1)) {
            return UpdateShare.of(trainer, new SplittableRandom(seed));
        }
    }

    @Test
    void stepThatTrainsTheLargestTrainsEverySlice() {
        assertThat(share(TinyTraining.model(), new Sampler.Sandwich(1), 1)).isEqualTo(1);
    }

    @Test
    void slicesOfRandomMembersAreTheirPartOfTheLargest() {
        Sampler.Memoryless sampler = new Sampler.SinglePath(1);
        Space space = TinyTraining.model().space();
        SplittableRandom same = new SplittableRandom(7);
        double params = 0;
        double largest;
        try (CountedCosts costs = new CountedCosts(TinyTraining.boundModel())) {
            for (int i = 0; i < 32; i++) {
                params += costs.of(sampler.draw(space, same).get(0).member()).params();
            }
            largest = costs.of(space.largest()).params();
        }
        assertThat(share(TinyTraining.model(), sampler, 7))
                .isCloseTo(params / 32 / largest, within(1e-9))
                .isLessThan(0.95);
    }

    @Test
    void pathsTrainAFifthOfTheOperationsAndFiveThatShareNoneTrainAll() {
        ModelDefinition cells = Presets.named("cell-tiny");
        assertThat(share(cells, new FairSampler(false), 1)).isEqualTo(1);
        assertThat(share(cells, new Sampler.SinglePath(1), 1)).isBetween(0.15, 0.6);
    }

    @Test
    void plainModelIsTrainedWhole() {
        ModelDefinition plain =
                TinyTraining.model().at(TinyTraining.model().space().smallest());
        assertThat(share(plain, new Sampler.Largest(), 1)).isEqualTo(1);
    }
}
