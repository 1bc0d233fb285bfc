package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.TextWindows;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.LanguageModel;
import dev.weft.model.TextInput;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.DataProvenance;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.space.Member;
import dev.weft.text.TokenizerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training of language models, through what trains image models. */
class TextTrainingTest {
    private static final long SEED = 9;
    private static final int CONTEXT = 8;

    @TempDir
    Path temporary;

    private Path text;
    private Path run;
    private TinyTraining.Settings settings;

    @BeforeEach
    void setUp() throws IOException {
        text = Files.writeString(temporary.resolve("text.txt"), words(700, 1));
        run = temporary.resolve("run");
        settings = TinyTraining.settings();
        settings.optimizer = new Optimizer.AdamW(0.01, 0.9, 0.99, 1e-8, 0.01);
        settings.checkpointEverySteps = 4;
        settings.evaluateEveryEpochs = 1;
        settings.regularisation = new Regularisation(Regularisation.On.LARGEST, 0.1, 0, 0, false);
    }

    /** Words of three letters in random order: two of three letters can be known from the one before. */
    private static String words(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(List.of("abc", "def", "ghi", "jkl").get(random.nextInt(4)));
        }
        return text.toString();
    }

    private static LanguageModel model() {
        LanguageModel.Block block = new LanguageModel.Block(List.of(1, 2), List.of(1.0, 2.0));
        return new LanguageModel(
                null,
                List.of(8, 16),
                List.of(1, 2),
                8,
                1,
                LanguageModel.Positions.ROTARY,
                Mlp.GELU,
                Norm.Kind.RMS,
                1e-5,
                false,
                true,
                List.of(block, block));
    }

    private DataSettings data() {
        return new DataSettings.Text(text.toString(), new TokenizerSettings.Characters(), CONTEXT, 0.1, 0.1, 16);
    }

    private Recipe recipe() {
        return new Recipe("tiny-text", "for tests", model(), data(), settings.build());
    }

    private static void finish(Trainer trainer) {
        try (trainer) {
            assertThat(trainer.run(() -> false, List.of())).isTrue();
        }
    }

    @Test
    void resumedRunEndsAsOneThatNeverStopped() {
        Path straight = temporary.resolve("straight");
        long steps;
        try (Trainer trainer = Trainer.start(recipe(), straight, SEED)) {
            steps = trainer.steps();
            trainer.run(() -> false, List.of());
        }
        assertThat(steps).isGreaterThan(20);
        Outcome expected = Outcome.of(straight, steps);
        assertThat(expected.metrics())
                .extracting(Outcome.Row::name)
                .contains("loss", "selectionLoss", "perplexity")
                .doesNotContain("accuracy");
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            trainer.run(() -> trainer.stepsDone() == 3, List.of());
        }
        for (long stop : List.of(4, 11)) {
            try (Trainer trainer = Trainer.resume(run)) {
                assertThat(trainer.run(() -> trainer.stepsDone() == stop, List.of()))
                        .isFalse();
            }
        }
        finish(Trainer.resume(run));
        Outcome.of(run, steps).assertSameAs(expected);
    }

    @Test
    void modelLearnsWhatCanBeKnownAndIsMeasuredByItsLoss() {
        settings.epochs = 8;
        List<Map<Metric, Double>> seen = new ArrayList<>();
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            trainer.run(() -> false, List.of(new TrainingListener() {
                @Override
                public void evaluated(long steps, Role role, Map<Metric, Double> values) {
                    seen.add(values);
                }
            }));
        }
        assertThat(seen.get(0).keySet()).containsExactly(Metric.LOSS, Metric.PERPLEXITY);
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            assertThat(((TextInput) family.definition().input()).tokenizer().decode(new int[] {0, 11}))
                    .isEqualTo("al");
            Map<String, Double> largest = family.members().get("largest").measurements();
            assertThat(family.members().get("largest").statistics().tensors()).isEmpty();
            // ln 4 nats a word of three letters are chance; 12 letters at random cost ln 12 each.
            assertThat(largest.get("loss")).isBetween(Math.log(4) / 3 - 0.1, 0.8);
            assertThat(largest.get("perplexity")).isCloseTo(Math.exp(largest.get("loss")), within(1e-9));
            assertThat(DataProvenance.of(family).orElseThrow().data()).isEqualTo(data());
        }
    }

    @Test
    void lossOfASplitCountsEveryTokenAlikeHoweverItIsCut() {
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            Family family = trainer.family();
            Member member = family.space().smallest();
            TextWindows selection = (TextWindows) trainer.splits().selection();
            TextWindows short10 = new TextWindows(
                    "short",
                    selection.tokenizer(),
                    selection.tokenizer().encode("abcdefghijk"),
                    0,
                    CONTEXT); // a window of 8 and one of 2
            double whole = Evaluation.loss(family, member, MemberStatistics.none(), short10);
            double first = Evaluation.loss(family, member, MemberStatistics.none(), part(selection, "abcdefghi"));
            double rest = Evaluation.loss(family, member, MemberStatistics.none(), part(selection, "ijk"));
            assertThat(whole).isCloseTo((8 * first + 2 * rest) / 10, within(1e-6));
            assertThat(Math.abs(first - rest)).isGreaterThan(1e-4);
        }
    }

    private static TextWindows part(TextWindows like, String text) {
        return new TextWindows(
                "part", like.tokenizer(), like.tokenizer().encode(text), 0, Math.min(CONTEXT, text.length() - 1));
    }

    @Test
    void teacherOfTextTeachesAndOneOfImagesIsRefused() throws IOException {
        finish(Trainer.start(recipe(), run, SEED));
        settings.distillation =
                new Distillation.Teacher(run.resolve("family.safetensors").toString(), "largest");
        Path second = temporary.resolve("second");
        finish(Trainer.start(recipe(), second, SEED));
        Path images = TinyTraining.data(temporary.resolve("images"));
        assertThatThrownBy(() ->
                        Trainer.start(TinyTraining.recipe(images, settings.build()), temporary.resolve("third"), SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must read what the model reads, 1×16×16 images")
                .hasMessageContaining("but reads text of 12 different tokens");
    }

    @Test
    void dataOfTheWrongKindIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path images = TinyTraining.data(temporary.resolve("images"));
        Recipe textModel = new Recipe("x", "", model(), TinyTraining.dataSettings(images), settings.build());
        assertThatThrownBy(() -> Trainer.start(textModel, run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Model language-model must be given text, but the data is 1×16×16 images");
        Recipe imageModel = new Recipe("x", "", TinyTraining.model(), data(), settings.build());
        assertThatThrownBy(() -> Trainer.start(imageModel, run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Model mobile-cnn must be given images, but the data is text of 12");
        Files.writeString(text, "abcdefghij");
        assertThatThrownBy(() -> Trainer.start(recipe(), run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must have a window of contextLength 8 and the token after it");
        assertThat(run).doesNotExist();
    }

    @Test
    void changedTextIsRefusedOnResume() throws IOException {
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            trainer.run(() -> trainer.stepsDone() == 2, List.of());
        }
        Files.writeString(text, words(700, 2));
        assertThatThrownBy(() -> Trainer.resume(run))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The training split must hold what the run began with");
    }

    @Test
    void dryRunNeedsNoText() {
        DryRun.Result result =
                DryRun.run(recipe(), ((DataSettings.Text) recipe().data()).standIn(40), 2, 1, Kinds.builtIn());
        assertThat(result.members()).hasSize(4);
        assertThat(result.members().get(0).loss()).isCloseTo(Math.log(40), within(1.0));
        assertThat(result.input().description()).isEqualTo("text of 40 different tokens, 8 at a time");
    }

    @Test
    void recipeOfTextReadsBackAndOneWithoutAKindIsOfImages() {
        assertThat(Yaml.parse(Yaml.write(recipe()), "written", Recipe.class)).isEqualTo(recipe());
        String images = "{source: x, selectionSize: 3, batchSize: 2}";
        assertThat(Yaml.parse(images, "images.yaml", DataSettings.class))
                .isEqualTo(DataSettings.Images.builder("x")
                        .selectionSize(3)
                        .batchSize(2)
                        .build());
        assertThatThrownBy(() -> Yaml.parse("{source: x, selectonSize: 3}", "images.yaml", DataSettings.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Did you mean \"selectionSize\"?");
        assertThatThrownBy(() -> Yaml.parse("{kind: text, source: x, contextLenght: 3}", "t.yaml", DataSettings.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Did you mean \"contextLength\"?");
    }
}
