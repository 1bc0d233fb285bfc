package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.model.Family;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.SimplexMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchByGradientTest {
    @Test
    void chosenMemberIsTrainedOn(@TempDir Path folder) throws IOException {
        Path pictures = folder.resolve("pictures");
        Pictures.write(pictures, 120);
        Path file = Files.writeString(folder.resolve("blended.yaml"), Yaml.write(blended(pictures)));
        Path out = folder.resolve("out");

        String printed = Output.of(() -> SearchByGradient.main(new String[] {file.toString(), out.toString()}));

        try (Family searched = Family.open(out.resolve("search/family.safetensors"));
                Family tuned = Family.open(out.resolve("tuned/family.safetensors"))) {
            assertThat(printed).contains(searched.member("chosen").toString(), "{accuracy=");
            assertThat(tuned.definition().choices()).isEmpty();
            assertThat(tuned.members().get("largest").measurements().get("accuracy"))
                    .isGreaterThan(0.9);
        }
    }

    /** The tiny recipe with one resolution, searched by gradient. */
    private static Recipe blended(Path pictures) throws IOException {
        String text = Files.readString(Path.of("src/test/resources/tiny.yaml"));
        Recipe tiny = Yaml.parse(text.replace("[12, 16]", "[16]"), "tiny.yaml", Recipe.class);
        TrainSettings train = tiny.train();
        ArchitectureSettings architecture =
                new ArchitectureSettings(0.5, new Optimizer.Adam(0.01, 0.5, 0.999, 1e-8, 0), null, null, null, null, 0);
        return new Recipe(
                tiny.name(),
                tiny.description(),
                tiny.model(),
                List.of(new Blend(new SimplexMap.Dirichlet(), Blend.Norm.MASKED, null, 1)),
                null,
                tiny.data().withSource(pictures.toString()),
                train.toBuilder()
                        .epochs(8)
                        .sampler(new Sampler.Blend())
                        .distillation(new Distillation.None())
                        .threads(1)
                        .architecture(architecture)
                        .build());
    }
}
