package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.architecture.ArchitectureSettings.Order;
import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Base;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.weight.blend.SimplexMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a search by gradient to the model of its own. */
class BaseTest {
    private static final long SEED = 9;

    @TempDir
    Path temporary;

    private Path data;
    private Path family;
    private Path run;
    private Recipe search;

    @BeforeEach
    void searched() throws IOException {
        data = TinyTraining.data(temporary.resolve("data"));
        run = temporary.resolve("run");
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.epochs = 1;
        settings.sampler = new Sampler.Blend();
        settings.distillation = new Distillation.None();
        settings.architecture = TinyTraining.architecture(Order.FIRST);
        search = new Recipe(
                "search",
                "for tests",
                TinyTraining.model(),
                TinyTraining.blended(new SimplexMap.Dirichlet()),
                null,
                TinyTraining.dataSettings(data),
                settings.build());
        Path searched = temporary.resolve("searched");
        try (Trainer trainer = Trainer.start(search, searched, SEED)) {
            trainer.run();
        }
        family = searched.resolve("family.safetensors");
    }

    private Recipe from(String member, Base.Weights weights) {
        return search.from(Base.of(family.toString(), member, weights));
    }

    @Test
    void inheritedMemberIsTheOneInItsFamily() {
        try (Family of = Family.open(family);
                Trainer trainer = Trainer.start(from("chosen", Base.Weights.INHERITED), run, SEED);
                PointerScope scope = new PointerScope()) {
            assertThat(trainer.family().space().choices()).isEmpty();
            Member chosen = of.member("chosen");
            Tensor images = TinyTraining.batch(8, 1).inputs().only();
            TensorAssert.assertThat(trainer.family().forward(images, pass(Member.PLAIN)))
                    .isBitEqualTo(of.forward(images, pass(chosen)));
            try (MemberStatistics own = trainer.calibrate(Member.PLAIN);
                    MemberStatistics there =
                            Evaluation.calibrate(of, chosen, trainer.splits().train(), 2, 16)) {
                assertThat(Evaluation.loss(
                                trainer.family(),
                                Member.PLAIN,
                                own,
                                trainer.splits().selection()))
                        .isEqualTo(Evaluation.loss(
                                of, chosen, there, trainer.splits().selection()));
            }
        }
    }

    @Test
    void freshWeightsAreTheRunsOwnAndTheModelTheMembers() {
        try (Family of = Family.open(family);
                Trainer trainer = Trainer.start(from("smallest", Base.Weights.FRESH), run, SEED);
                Family again = Family.of(trainer.settings().recipe().model(), SEED)) {
            assertThat(trainer.settings().recipe().model())
                    .isEqualTo(of.definition().at(of.space().smallest()));
            trainer.family().weights().tensors().forEach((name, tensor) -> TensorAssert.assertThat(tensor.detach())
                    .as(name)
                    .isBitEqualTo(again.weights().tensors().get(name).detach()));
            assertThat(Tensors.floats(trainer.family().weights().tensors().get("conv_stem.weight")))
                    .isNotEqualTo(Tensors.floats(
                            of.weights().tensors().get("conv_stem.weight").narrow(0, 0, 4)));
        }
    }

    /** A run reads its start once: what it has learnt since lies in its checkpoint. */
    @Test
    void resumedRunEndsAsOneThatNeverStoppedAlsoWhenTheFamilyIsGone() throws IOException {
        Path straight = temporary.resolve("straight");
        long steps;
        try (Trainer trainer = Trainer.start(from("chosen", Base.Weights.INHERITED), straight, SEED)) {
            trainer.run();
            steps = trainer.stepsDone();
        }
        try (Trainer trainer = Trainer.start(from("chosen", Base.Weights.INHERITED), run, SEED)) {
            assertThat(trainer.settings().recipe().train().sampler()).isEqualTo(new Sampler.Largest());
        }
        Trainer.resume(run).close(); // before the first checkpoint: inherits again
        try (Trainer trainer = Trainer.resume(run)) {
            trainer.run(() -> trainer.stepsDone() == 2, List.of());
        }
        Files.delete(family);
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isEqualTo(2);
            trainer.run();
        }
        Outcome.of(run, steps).assertSameAs(Outcome.of(straight, steps));
    }

    @Test
    void memberThatIsNotThereIsRefusedWithASuggestion() {
        assertThatThrownBy(() -> Trainer.start(from("choosen", Base.Weights.INHERITED), run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"choosen\" names no member of this family")
                .hasMessageContaining("Did you mean \"chosen\"?");
        assertThat(run).doesNotExist();
    }

    /** Other splits would hold out for selection what the weights have learnt from. */
    @Test
    void inheritedWeightsNeedTheSplitsOfTheirFamilyAndFreshOnesDoNot() {
        assertThatThrownBy(() -> Trainer.start(from("chosen", Base.Weights.INHERITED), run, SEED + 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be split as its base's")
                .hasMessageContaining("seed " + SEED)
                .hasMessageContaining("\"kind\":\"images\"") // as a recipe has it
                .hasMessageContaining("data.splitSeed");
        assertThat(run).doesNotExist();
        Trainer.start(from("chosen", Base.Weights.FRESH), run, SEED + 1).close();
    }

    @Test
    void inheritedWeightsForDataOfOtherClassesAreRefusedBeforeAnythingIsWritten() throws IOException {
        Path two = temporary.resolve("two");
        Files.createDirectories(two);
        for (int i = 0; i < 60; i++) {
            Path folder = Files.createDirectories(two.resolve("train").resolve("class" + i % 2));
            var image = new java.awt.image.BufferedImage(
                    TinyTraining.SIDE, TinyTraining.SIDE, java.awt.image.BufferedImage.TYPE_BYTE_GRAY);
            image.setRGB(i % 16, 3, 0xFFFFFF);
            javax.imageio.ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
        DataSettings other = DataSettings.Images.builder(two.toString())
                .selectionSize(10)
                .batchSize(16)
                .build();
        Recipe inherited = from("chosen", Base.Weights.INHERITED);
        assertThatThrownBy(() -> Trainer.start(inherited.with(other, inherited.train()), run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("classifier.weight is [3, ")
                .hasMessageContaining("weights: fresh");
        assertThat(run).doesNotExist();
        Recipe fresh = from("chosen", Base.Weights.FRESH);
        Trainer.start(fresh.with(other, fresh.train()), run, SEED).close();
    }

    @Test
    void recipeWithAStartReadsBackAndNeedsNoModel() {
        Recipe recipe = from("chosen", Base.Weights.INHERITED);
        String yaml = Yaml.write(recipe);
        assertThat(yaml).doesNotContain("model:").doesNotContain("sharing:").contains("weights: \"inherited\"");
        assertThat(Yaml.parse(yaml, "written", Recipe.class)).isEqualTo(recipe);
        assertThatThrownBy(() -> Base.of(null, "chosen", Base.Weights.FRESH))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must have a source");
    }

    private static Pass pass(Member member) {
        return new Pass(member, BatchStatistics.INSTANCE, 0, 0);
    }
}
