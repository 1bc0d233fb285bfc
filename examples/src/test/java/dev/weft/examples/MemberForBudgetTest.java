package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cost.CountedCosts;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.model.Family;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Recipe;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.level.LevelDistribution;
import dev.weft.sample.level.LevelMembers;
import dev.weft.weight.generator.MemberGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberForBudgetTest {
    /** Enough for every member of pictures that small: a generator so little trained must find one. */
    private static final double BUDGET = 1e8;

    @Test
    void theGeneratorsMemberIsKeptWithinTheBudget(@TempDir Path folder) throws IOException {
        Path pictures = folder.resolve("pictures");
        Pictures.write(pictures, 120);
        Recipe recipe = generated(pictures);
        Path file = Files.writeString(folder.resolve("generated.yaml"), Yaml.write(recipe));
        Path out = folder.resolve("out");

        String printed = Output.of(
                () -> MemberForBudget.main(new String[] {file.toString(), out.toString(), Double.toString(BUDGET)}));

        assertThat(printed).contains("accuracy", "macs");
        try (Family family = Family.open(out.resolve("family.safetensors"));
                CountedCosts costs = new CountedCosts(family.definition())) {
            assertThat(costs.of(family.member("small")).value("macs")).isLessThanOrEqualTo((long) BUDGET);
        }
    }

    private static Recipe generated(Path pictures) throws IOException {
        Recipe tiny = Yaml.parse(Files.readString(Path.of("src/test/resources/tiny.yaml")), "tiny.yaml", Recipe.class);
        Optimizer adam = new Optimizer.Adam(0.01, 0.9, 0.999, 1e-8, 0);
        return new Recipe(
                tiny.name(),
                tiny.description(),
                tiny.model(),
                List.of(new MemberGenerator("macs", 16, null, MemberGenerator.View.SLICE)),
                null,
                tiny.data().withSource(pictures.toString()),
                tiny.train()
                        .with(
                                new CostLevelSampler(
                                        "macs",
                                        new CostLevelSampler.Levels(3, null),
                                        new LevelDistribution.Learned(
                                                adam, 2, 0, LevelDistribution.Mode.SURROGATE, null, 0.25),
                                        new LevelMembers.Generator(30, adam),
                                        1),
                                new Distillation.None()));
    }
}
