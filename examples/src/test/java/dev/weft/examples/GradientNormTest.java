package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.Augmentation;
import dev.weft.loss.Distillation;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.sample.Sampler;
import dev.weft.sample.norm.GradientNormSampler;
import dev.weft.sample.norm.GradientNormSampler.Data;
import dev.weft.sample.norm.GradientNormSampler.Memory;
import dev.weft.sample.norm.GradientNormSampler.Paths;
import dev.weft.sample.norm.GradientNormSampler.Read;
import dev.weft.sample.norm.GradientNormSampler.Reduction;
import dev.weft.sample.norm.GradientNormSampler.Reweight;
import dev.weft.sample.norm.GradientNormSampler.Scope;
import dev.weft.sample.norm.TauSchedule;
import dev.weft.step.StepReport;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/pa-da.md says of drawing by the norms of gradients. */
class GradientNormTest {
    @TempDir
    Path folder;

    @Test
    void samplerSaysWhatItDraws() {
        ModelDefinition model = Presets.named("cell-tiny");
        DataSettings data = DataSettings.Images.builder("fashion-mnist-10k")
                .selectionSize(9000)
                .batchSize(250)
                .augmentation(new Augmentation(1, true))
                .imageSize(8)
                .build();
        Recipe base = Recipes.read("pa-da-quick");
        // tag::norms[]
        Sampler sampler = new GradientNormSampler(
                new Paths(Scope.ALL_CHOICES, Reduction.SUM, Read.AFTER_CLIPPING, new TauSchedule.Linear(), 0.1),
                new Data(Memory.CARRY, new TauSchedule.Linear(), 0.1),
                Reweight.NONE,
                null);
        Recipe recipe = new Recipe(
                "pa-da",
                "",
                model,
                data,
                base.train().with(sampler, new Distillation.None()).withEpochs(2));
        Map<String, Double> last = new HashMap<>();
        try (Trainer trainer = Trainer.start(recipe, folder.resolve("run"), 1)) {
            trainer.run(() -> false, List.of(new TrainingListener() {
                @Override
                public void stepDone(StepReport report) {
                    last.putAll(trainer.sampling().measures()); // what the coming step is drawn from
                }
            }));
        }
        double convolutions = last.get("option=nor_conv_1x1") + last.get("option=nor_conv_3x3");
        // end::norms[]
        assertThat(last.get("distinctExamples")).isBetween(500.0, 1000.0);
        assertThat(convolutions).isGreaterThan(0.4);
        assertThat(last.get("option=none")).isCloseTo(last.get("option=skip_connect"), within(1e-9));
    }
}
