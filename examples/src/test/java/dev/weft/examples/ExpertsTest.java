package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.nn.MemberStatistics;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.space.Member;
import dev.weft.text.TokenizerSettings;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.weight.Sharing;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/mixture-of-supernets.md says of training with experts. */
class ExpertsTest {
    @TempDir
    Path temporary;

    @Test
    void memberCollapsesToPlainWeights() throws IOException {
        Path folder = temporary.resolve("run");
        Path text = Files.writeString(temporary.resolve("text.txt"), "to be or not to be, that is ".repeat(60));
        ModelDefinition model = Presets.named("lm-tiny");
        DataSettings data =
                new DataSettings.Text(text.toString(), new TokenizerSettings.Characters(), 16, 0.1, 0.1, 16);
        Recipe plain = new Recipe(
                "experts", "", model, data, Recipes.read("mos-bert").train().withEpochs(20));
        // tag::experts[]
        Sharing experts = new Experts(
                "(blocks\\.\\d+\\.mlp)\\.fc[12]\\.", // the group: both layers of an MLP share one router
                2,
                Experts.Granularity.LAYER, // or NEURON: a mixture for each output neuron
                Experts.Routing.SOFT,
                128,
                2,
                new MemberEncoding.Scaled(), // what the router reads: each choice over its largest option
                false,
                new ExpertStart.Independent(),
                true);
        Recipe recipe = new Recipe("experts", "", plain.model(), List.of(experts), null, plain.data(), plain.train());
        try (Trainer trainer = Trainer.start(recipe, folder, 1)) {
            trainer.run();
            Family family = trainer.family();
            Member member = family.space().smallest();
            try (Family collapsed = family.extract(member, MemberStatistics.none())) { // no experts, no router
                double own = loss(family, member, trainer);
                assertThat(loss(collapsed, Member.PLAIN, trainer)).isCloseTo(own, within(1e-5));
            }
        }
        // end::experts[]
        try (Family family = Family.open(folder.resolve("family.safetensors"))) {
            assertThat(family.mixing()).isPresent();
        }
    }

    private static double loss(Family family, Member member, Trainer trainer) {
        return Evaluation.loss(
                family, member, MemberStatistics.none(), trainer.splits().report());
    }
}
