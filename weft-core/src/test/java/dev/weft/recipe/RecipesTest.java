package dev.weft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.ArchitectureStep;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.JsonSchema;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.loss.Regularisation;
import dev.weft.model.Family;
import dev.weft.model.MobileCnn;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.optim.Clipping;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.Reptile;
import dev.weft.sample.Sampler;
import dev.weft.sample.fair.FairSampler;
import dev.weft.sample.norm.GradientNormSampler;
import dev.weft.space.Space;
import dev.weft.train.ChannelSorting;
import dev.weft.train.TrainingStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipes that are shipped, and their schema. */
class RecipesTest {
    private static final Path FOLDER = Path.of("..", "recipes");
    private static final Path SCHEMA = FOLDER.resolve("recipe.schema.json");

    static List<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void recipeCanTrain(Path file) throws IOException {
        Recipe recipe = Yaml.read(file, Recipe.class);
        assertThat(file).hasFileName(recipe.name() + ".yaml");
        assertThat(recipe.description()).isNotBlank();
        assertThat(Files.readAllLines(file).get(0))
                .as("editors find the schema by the first line")
                .isEqualTo("# yaml-language-server: $schema=" + SCHEMA.getFileName());
        ModelDefinition model = recipe.model()
                .withInput(
                        recipe.data() instanceof DataSettings.Images images && images.imageSize() == null
                                ? recipe.data().input(recipe.data().open(1))
                                : recipe.data().standIn());
        try (Family shapes = Family.ofShapes(model, recipe.sharing())) {
            new TrainingStep(shapes, recipe.train()).close();
            for (Phase phase : recipe.train().phases()) {
                assertThat(phase.within(shapes.space()).choices())
                        .hasSameSizeAs(shapes.space().choices());
                if (!phase.sortChannels().isEmpty()) {
                    ChannelSorting.requireSortable(model, recipe.sharing(), phase.sorting(shapes.space()));
                }
            }
            if (recipe.train().architecture() != null) {
                new ArchitectureStep(
                                shapes,
                                recipe.train().architecture(),
                                recipe.train().loss(),
                                recipe.train().update(),
                                null)
                        .close();
            }
        }
    }

    @Test
    void aNameIsTheShippedRecipeWhateverLiesInTheFolder() throws IOException {
        assertThat(Recipes.read("smoke").name()).isEqualTo("smoke");
        Path file = Path.of("smoke");
        Files.writeString(file, Files.readString(FOLDER.resolve("lm-quick.yaml")));
        try {
            assertThat(Recipes.read("smoke").name()).isEqualTo("smoke");
            assertThat(Recipes.read("./smoke").name()).isEqualTo("lm-quick");
        } finally {
            Files.delete(file);
        }
        Files.createDirectory(file);
        try {
            assertThat(Recipes.read("smoke").name()).isEqualTo("smoke");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void everyShippedFileHasItsName() throws IOException {
        assertThat(Recipes.NAMES)
                .containsExactlyInAnyOrderElementsOf(shipped().stream()
                        .map(file -> file.getFileName().toString().replace(".yaml", ""))
                        .toList());
    }

    /** A model of cells whose operations have weights of their own each. */
    private static ModelDefinition ofItsOwn(ModelDefinition entangled) {
        String text = Json.writeLine(entangled);
        assertThat(text).contains("\"entangled\":true");
        return Json.parse(text.replace("\"entangled\":true", "\"entangled\":false"), "model", ModelDefinition.class);
    }

    /** Section 4.3 of the TangleNAS specification. */
    @Test
    void tangleNasRecipesHaveThePublishedSpacesAndLogits() {
        assertThat(recipe("tanglenas-autoformer-tiny").model()).isEqualTo(Presets.named("vit-autoformer-tiny"));
        assertThat(recipe("tanglenas-gpt-tinystories").model()).isEqualTo(Presets.named("lm-tanglenas-tinystories"));
        for (String name : List.of(
                "tanglenas-conv-macro",
                "tanglenas-autoformer-tiny",
                "tanglenas-mobilenetv3",
                "tanglenas-gpt-tinystories")) {
            ArchitectureSettings architecture = recipe(name).train().architecture();
            assertThat(architecture.validationPart()).as(name).isEqualTo(0.2);
            assertThat(architecture.optimizer()).as(name).isEqualTo(new Optimizer.Adam(3e-4, 0.5, 0.999, 1e-8, 1e-3));
            assertThat(architecture.order()).as(name).isEqualTo(ArchitectureSettings.Order.FIRST);
            assertThat(recipe(name).train().clipping()).as(name).isEqualTo(new Clipping(Clipping.By.NORM, 5));
        }
        assertThat(recipe("tanglenas-cell").model()).isEqualTo(Presets.named("cell-stack-toy"));
        assertThat(recipe("tanglenas-cell-quick").model()).isEqualTo(Presets.named("cell-stack-quick"));
        assertThat(ofItsOwn(recipe("tanglenas-darts").model())).isEqualTo(Presets.named("cell-darts"));
        TrainSettings darts = recipe("tanglenas-darts").train();
        assertThat(darts.epochs()).isEqualTo(50);
        assertThat(darts.optimizer()).isEqualTo(new Optimizer.Sgd(0.1, 0.9, true, 3e-4));
        assertThat(darts.schedule()).isEqualTo(new LearningRateSchedule.Cosine(0, 0));
        assertThat(darts.architecture().optimizer()).isEqualTo(new Optimizer.Adam(6e-4, 0.5, 0.999, 1e-8, 1e-3));
        assertThat(darts.architecture().validationPart()).isEqualTo(0.5);
        assertThat(recipe("tanglenas-darts").data().batchSize()).isEqualTo(64);
        for (String name : List.of("tanglenas-cell", "tanglenas-nasbench201")) {
            TrainSettings train = recipe(name).train();
            assertThat(train.architecture().validationPart()).as(name).isEqualTo(0.5);
            assertThat(train.architecture().optimizer())
                    .as(name)
                    .isEqualTo(new Optimizer.Adam(3e-4, 0.5, 0.999, 1e-8, 1e-3));
            assertThat(train.epochs()).as(name).isEqualTo(100);
            assertThat(recipe(name).data().batchSize()).as(name).isEqualTo(64);
        }
        assertThat(recipe("tanglenas-cell").train().optimizer()).isEqualTo(new Optimizer.Sgd(0.1, 0.9, true, 5e-4));
        assertThat(recipe("tanglenas-cell").train().schedule()).isEqualTo(new LearningRateSchedule.Cosine(0.01, 0));
        TrainSettings gpt = recipe("tanglenas-gpt-tinystories").train();
        assertThat(gpt.batchesPerStep()).isEqualTo(20);
        assertThat(gpt.optimizer()).isEqualTo(new Optimizer.AdamW(5e-4, 0.9, 0.99, 1e-8, 0.1));
    }

    /** Table 4.3 and section 6 of PA&DA's specification: one setting but for what the methods are. */
    @Test
    void paDaAndItsBaselinesHaveThePublishedSettings() {
        Optimizer sgd = new Optimizer.Sgd(0.05, 0.9, false, 2.5e-4);
        Recipe paDa = recipe("pa-da-cifar10");
        assertThat(paDa.model().space().count().intValue()).isEqualTo(15_625);
        for (String name : List.of("pa-da-cifar10", "spos-cifar10", "fairnas-cifar10", "sumnas-cifar10")) {
            Recipe recipe = recipe(name);
            TrainSettings train = recipe.train();
            assertThat(recipe.model()).as(name).isEqualTo(paDa.model());
            assertThat(recipe.data()).as(name).isEqualTo(paDa.data());
            assertThat(train.epochs()).as(name).isEqualTo(250);
            assertThat(train.schedule()).as(name).isEqualTo(new LearningRateSchedule.Cosine(0, 0));
            if (!name.equals("sumnas-cifar10")) {
                assertThat(train.optimizer()).as(name).isEqualTo(sgd);
                assertThat(train.clipping()).as(name).isEqualTo(new Clipping(Clipping.By.NORM, 5));
            }
        }
        assertThat(paDa.train().sampler())
                .isEqualTo(new GradientNormSampler(
                        new GradientNormSampler.Paths(GradientNormSampler.Scope.ALL_CHOICES, null, null, null, 0),
                        new GradientNormSampler.Data(null, null, 0),
                        null,
                        null));
        TrainSettings sumNas = recipe("sumnas-cifar10").train();
        assertThat(sumNas.optimizer()).isEqualTo(new Optimizer.Sgd(1, 0, false, 4e-5));
        assertThat(sumNas.reptile()).isEqualTo(new Reptile(2, 0.05, 0.9, new Clipping(Clipping.By.NORM, 5), false));
        assertThat(sumNas.gradients()).isEqualTo(TrainSettings.Gradients.MEAN);
        assertThat(recipe("fairnas-cifar10").train().sampler()).isEqualTo(new FairSampler(false));
        assertThat(recipe("pa-da-quick").model())
                .isEqualTo(recipe("cell-rsps-quick").model());
    }

    @Test
    void writtenRecipeReadsBackAsItWas() throws IOException {
        for (Path file : shipped()) {
            Recipe recipe = Yaml.read(file, Recipe.class);
            assertThat(Yaml.parse(Yaml.write(recipe), "written", Recipe.class)).isEqualTo(recipe);
        }
    }

    /** When it differs on purpose: run this test once with the environment variable WEFT_WRITE_SCHEMA=1. */
    @Test
    void publishedSchemaIsThatOfTheRecords() throws IOException {
        String schema = JsonSchema.ofExtending(Recipe.class, "recipe.schema.json", "A Weft recipe", Kinds.builtIn());
        if (System.getenv("WEFT_WRITE_SCHEMA") != null) {
            Files.writeString(SCHEMA, schema);
        }
        assertThat(SCHEMA)
                .as("to write it again: WEFT_WRITE_SCHEMA=1 mvn -pl weft-core test -Dtest=RecipesTest")
                .hasContent(schema);
    }

    /** What the code of once-for-all trains in each of its phases adds options to five stages; four resolutions are free throughout. */
    @Test
    void progressiveShrinkingFreesKernelsThenDepthsThenRatios() {
        Recipe recipe = recipe("ofa-mobilenetv3");
        Space space = recipe.model().space();
        assertThat(recipe.train().phases().stream()
                        .map(phase -> phase.within(space).count().doubleValue()))
                .containsExactly(
                        4.0,
                        4 * Math.pow(3, 5),
                        4 * Math.pow(3 * 2, 5),
                        4 * Math.pow(3 * 3, 5),
                        4 * Math.pow(3 * 3 * 2, 5),
                        space.count().doubleValue());
        assertThat(space.count().doubleValue()).isEqualTo(4 * Math.pow(27, 5));
    }

    @Test
    void imageNetRecipesHaveThePublishedSpace() {
        for (String name : List.of("bignas-imagenet", "attentivenas-imagenet")) {
            assertThat(recipe(name).model()).as(name).isEqualTo(Presets.named("mobile-bignas"));
        }
    }

    /** Sections 3 and 4 of the specification. */
    @Test
    void bigNasHasThePublishedSettings() {
        Recipe recipe = recipe("bignas-imagenet");
        assertThat(((MobileCnn) recipe.model()).zeroInitResidual()).isTrue();
        assertThat(recipe.data().batchSize()).isEqualTo(4096);
        TrainSettings train = recipe.train();
        assertThat(train.sampler()).isEqualTo(new Sampler.Sandwich(2));
        assertThat(train.distillation()).isEqualTo(new Distillation.InPlace());
        assertThat(train.optimizer()).isEqualTo(new Optimizer.RmsPropTf(0.256, 0.9, 0.9, 1e-3, 0));
        assertThat(train.schedule()).isEqualTo(new LearningRateSchedule.Exponential(0.97, 2.4, 0.05, 3, true));
        assertThat(train.regularisation()).isEqualTo(new Regularisation(Regularisation.On.LARGEST, 0.2, 0, 1e-5, true));
        assertThat(train.gradients()).isEqualTo(TrainSettings.Gradients.SUM);
        assertThat(train.labelSmoothing()).isEqualTo(0.1);
        assertThat(train.clipping()).isNull();
    }

    /** Section 4.2 of the specification, as far as a decoder has it. */
    @Test
    void mixtureOfSupernetsHasThePublishedSettings() {
        Recipe recipe = recipe("mos-bert");
        TrainSettings train = recipe.train();
        assertThat(recipe.data().batchSize() * train.accumulate()).isEqualTo(2048);
        assertThat(train.sampler()).isEqualTo(new Sampler.Sandwich(1));
        assertThat(train.optimizer()).isEqualTo(new Optimizer.AdamW(5e-4, 0.9, 0.98, 1e-8, 0.01));
        assertThat(train.gradients()).isEqualTo(TrainSettings.Gradients.SUM);
        try (Family shapes =
                Family.ofShapes(recipe.model().withInput(recipe.data().standIn()), recipe.sharing())) {
            var tensors = shapes.weights().tensors();
            assertThat(tensors.get("blocks.11.mlp.fc1.experts.1.weight").shape())
                    .containsExactly(3072, 768);
            // Twelve numbers in, 128 wide, two experts out: one router for both layers of an MLP.
            assertThat(tensors.get("blocks.11.mlp.router.0.weight").shape()).containsExactly(128, 12);
            assertThat(tensors.get("blocks.11.mlp.router.1.weight").shape()).containsExactly(2, 128);
            assertThat(tensors).doesNotContainKey("blocks.11.mlp.fc1.router.0.weight");
        }
    }

    /** Table 4.4 of the specification of gradient matching, as far as its spaces are here. */
    @Test
    void gradientMatchingHasThePublishedSchedules() {
        assertThat(supernetEpochs("gradient-matching-201-darts", 5)).isEqualTo(165);
        assertThat(supernetEpochs("gradient-matching-201-snas", 5)).isEqualTo(165);
        assertThat(supernetEpochs("gradient-matching-201-rsps", 5)).isEqualTo(20 + 2 * 20 + 4 * 50);
        assertThat(supernetEpochs("few-shot-201-rsps", 5)).isEqualTo(600 + 5 * 300);
        assertThat(supernetEpochs("gradient-matching-ofa-kernel", 3)).isEqualTo(30 + 2 * 30 + 4 * 30 + 8 * 30);
        SplitSettings fewShot = recipe("few-shot-201-rsps").split();
        assertThat(List.of(fewShot.scheduled(0, 900), fewShot.scheduled(1, 900)))
                .as("both stages end at the floor of their cosine")
                .containsExactly(600, 300);
        SplitSettings matching = recipe("gradient-matching-201-rsps").split();
        assertThat(List.of(matching.scheduled(0, 90), matching.scheduled(1, 90), matching.scheduled(2, 90)))
                .containsExactly(90, 90, 90);
        for (String method : List.of("darts", "snas", "rsps")) {
            Recipe recipe = recipe("gradient-matching-201-" + method);
            assertThat(recipe.split().restart()).isEqualTo(SplitSettings.Restart.FINAL);
            assertThat(recipe.split().schedule()).isEqualTo(SplitSettings.RestartSchedule.WHOLE);
            assertThat(recipe.split().repeats()).isEqualTo(100);
            double decay = method.equals("rsps") ? 1e-4 : 5e-4;
            assertThat(recipe.train().optimizer()).isEqualTo(new Optimizer.Sgd(0.025, 0.9, true, decay));
            assertThat(recipe.data().batchSize()).isEqualTo(48);
        }
        ArchitectureSettings darts =
                recipe("gradient-matching-201-darts").train().architecture();
        assertThat(darts.order()).isEqualTo(ArchitectureSettings.Order.SECOND_FINITE_DIFFERENCE);
        assertThat(darts.warmupEpochs()).isEqualTo(30); // logits learn after the last split alone
    }

    private static long supernetEpochs(String name, int options) {
        Recipe recipe = recipe(name);
        return recipe.split().supernetEpochs(recipe.train().epochs(), options);
    }

    @Test
    void attentiveNasDecaysMatricesOnly() {
        Recipe recipe = recipe("attentivenas-imagenet");
        TrainSettings train = recipe.train();
        assertThat(train.optimizer())
                .isEqualTo(new Optimizer.Sgd(0.1 * recipe.data().batchSize() / 256, 0.9, true, 1e-5));
        assertThat(train.clipping()).isEqualTo(new Clipping(Clipping.By.VALUE, 1));
        try (Family shapes =
                Family.ofShapes(recipe.model().withInput(recipe.data().standIn()))) {
            var tensors = shapes.weights().tensors();
            var groups = ParameterGroup.byParameter(train.parameterGroups(), tensors.keySet());
            tensors.forEach((name, tensor) ->
                    assertThat(groups.get(name).weightDecayFactor()).as(name).isEqualTo(tensor.dim() > 1 ? 1 : 0));
        }
    }

    @Test
    void unknownKeyIsRefusedWithASuggestion() throws IOException {
        String text = Files.readString(FOLDER.resolve("smoke.yaml")).replace("labelSmoothing:", "labelSmothing:");
        assertThatThrownBy(() -> Yaml.parse(text, "mine.yaml", Recipe.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("mine.yaml")
                .hasMessageContaining("labelSmothing")
                .hasMessageContaining("Did you mean \"labelSmoothing\"?");
        String kind =
                Files.readString(FOLDER.resolve("bignas-quick.yaml")).replace("kind: sandwich", "kind: sandwhich");
        assertThatThrownBy(() -> Yaml.parse(kind, "mine.yaml", Recipe.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("sandwhich")
                .hasMessageContaining("Did you mean \"sandwich\"?");
    }

    @ParameterizedTest
    @ValueSource(strings = {".nan", ".inf", "-.inf", "NaN", "\"NaN\"", "0", "-0.1", "1e999"})
    void learningRateThatCannotTrainIsRefused(String rate) throws IOException {
        String text = Files.readString(FOLDER.resolve("smoke.yaml"))
                .replaceFirst("learningRate: [0-9.]+", "learningRate: " + rate);
        assertThat(text).contains("learningRate: " + rate);
        assertThatThrownBy(() -> Yaml.parse(text, "mine.yaml", Recipe.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("mine.yaml")
                .hasMessageContaining("learningRate");
    }

    @Test
    void inPlaceDistillationWithoutTheLargestIsRefused() throws IOException {
        String text = Files.readString(FOLDER.resolve("bignas-quick.yaml"));
        String single = text.replaceFirst("sampler: \\{[^}]*}", "sampler: {kind: single-path, members: 1}");
        assertThatThrownBy(() -> Yaml.parse(single, "mine.yaml", Recipe.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("mine.yaml")
                .hasMessageContaining("distillation in-place")
                .hasMessageContaining("sampler SinglePath[members=1]")
                .hasMessageNotContaining("\n");
        String largest = text.replaceFirst("sampler: \\{[^}]*}", "sampler: {kind: largest}");
        assertThat(Yaml.parse(largest, "mine.yaml", Recipe.class).train().sampler())
                .isEqualTo(new Sampler.Largest());
    }

    /** Every ingredient of the smoke recipe taken away, one by one and together, still parses: nothing is hard-wired. */
    @Test
    void everyIngredientCanBeSwitchedOff() throws IOException {
        String text = Files.readString(FOLDER.resolve("smoke.yaml"))
                .replaceFirst("sampler: \\{[^}]*}", "sampler: {kind: largest}")
                .replaceFirst("distillation: \\{[^}]*}", "distillation: {kind: none}")
                .replaceFirst("labelSmoothing: .*", "labelSmoothing: 0.0")
                .replaceFirst("(?m)^ *clipping: .*\n", "")
                .replaceFirst("schedule: \\{[^}]*}", "schedule: {kind: constant}")
                .replaceFirst("dropout: [0-9.e-]+", "dropout: 0.0")
                .replaceFirst("weightDecay: 1.0e-4", "weightDecay: 0.0")
                .replaceFirst("zeroInitResidual: true", "zeroInitResidual: false")
                .replaceFirst("(?m)^ *augmentation: .*\n", "")
                .replaceFirst("evaluateEveryEpochs: .*", "evaluateEveryEpochs: 0");
        TrainSettings train = Yaml.parse(text, "plain.yaml", Recipe.class).train();
        assertThat(train.clipping()).isNull();
        assertThat(train.regularisation()).isEqualTo(new Regularisation(Regularisation.On.LARGEST, 0, 0, 0, false));
        assertThat(train.schedule()).isEqualTo(new LearningRateSchedule.Constant());
    }

    private static Recipe recipe(String name) {
        return Yaml.read(FOLDER.resolve(name + ".yaml"), Recipe.class);
    }
}
