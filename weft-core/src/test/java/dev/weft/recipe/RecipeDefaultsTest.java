package dev.weft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.model.MobileCnn;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.sample.Sampler;
import dev.weft.train.TinyTraining;
import dev.weft.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a recipe is where it leaves keys out. */
class RecipeDefaultsTest {
    private static final Path ROOT = Path.of("..");
    private static final JsonNode SCHEMA = Json.read(ROOT.resolve("recipes/recipe.schema.json"), JsonNode.class)
            .get("$defs");

    static List<Path> shipped() throws IOException {
        return RecipesTest.shipped();
    }

    /** Each key of a shipped file is in the resolved recipe as the file has it, so that no default takes its place. */
    @ParameterizedTest
    @MethodSource("shipped")
    void whatAShippedRecipeSaysHolds(Path file) {
        JsonNode resolved = Json.parse(Json.write(Yaml.read(file, Recipe.class)), "resolved", JsonNode.class);
        List<String> other = new ArrayList<>();
        compare("", Yaml.read(file, JsonNode.class), resolved, other);
        assertThat(other).isEmpty();
    }

    /** An exported file need not say how its data was read: what nobody says has the defaults of a recipe. */
    @Test
    void dataThatNobodyDescribedIsReadByTheDefaultsOfItsKind() {
        DataSettings data =
                DataSettings.of(TinyTraining.boundModel().input(), Optional.empty(), "some/folder", Kinds.builtIn());
        assertThat(data)
                .isEqualTo(DataSettings.Images.builder("some/folder").build())
                .isEqualTo(Yaml.parse("{source: some/folder}", "data", DataSettings.class));
    }

    private static void compare(String at, JsonNode given, JsonNode resolved, List<String> other) {
        if (given.isContainerNode() && resolved.getNodeType() == given.getNodeType()) {
            if (given.isArray() && given.size() != resolved.size()) {
                other.add(at + ": " + given + " is " + resolved);
            }
            for (int i = 0; given.isArray() && i < Math.min(given.size(), resolved.size()); i++) {
                compare(at + "[" + i + "]", given.get(i), resolved.get(i), other);
            }
            given.fields().forEachRemaining(key -> {
                if (!key.getKey()
                        .equals("operations")) { // one list, which stands for those of every block, resolves to all
                    compare(at + "." + key.getKey(), key.getValue(), resolved.path(key.getKey()), other);
                }
            });
        } else if (!(given.isNumber() && resolved.isNumber() && given.asDouble() == resolved.asDouble())
                && !given.asText().equals(resolved.asText())) {
            other.add(at + ": " + given + " is " + resolved);
        }
    }

    /** A key that is left out is what the schema says that it is by default, whatever else the recipe says. */
    @Test
    void leavingOutADefaultChangesNothing() throws IOException {
        Set<String> left = new TreeSet<>();
        for (Path file : shipped()) {
            Recipe recipe = Yaml.read(file, Recipe.class);
            for (String part : List.of("train", "data")) {
                ObjectNode document = (ObjectNode) Yaml.read(file, JsonNode.class);
                String type = part.equals("train")
                        ? "TrainSettings"
                        : recipe.data() instanceof DataSettings.Text
                                ? "DataSettings.Text.text"
                                : "DataSettings.Images.images";
                Iterator<Map.Entry<String, JsonNode>> keys =
                        SCHEMA.get(type).get("properties").fields();
                while (keys.hasNext()) {
                    Map.Entry<String, JsonNode> key = keys.next();
                    JsonNode absent = key.getValue().get("default");
                    ObjectNode changed = document.deepCopy();
                    if (absent == null || ((ObjectNode) changed.get(part)).remove(key.getKey()) == null) {
                        continue;
                    }
                    String without = Yaml.write(changed);
                    ((ObjectNode) changed.get(part)).set(key.getKey(), absent);
                    String said = Yaml.write(changed);
                    assertThat(parsed(without))
                            .as(file + " without " + key.getKey())
                            .isEqualTo(parsed(said));
                    if (recipe.equals(parsed(said))) {
                        left.add(part + "." + key.getKey());
                    }
                }
            }
        }
        assertThat(left)
                .as("keys that some shipped recipe says as they are by default")
                .contains("data.batchSize", "data.tokenizer", "train.calibrationBatches", "train.checkpointEverySteps")
                .contains("train.gradients", "train.labelSmoothing", "train.precision", "train.runningStatistics")
                .contains("train.sampler", "train.schedule", "train.regularisation", "train.distillation");
    }

    /** The recipe, or the message where a default does not go with its other settings. */
    private static Object parsed(String document) {
        try {
            return Yaml.parse(document, "changed", Recipe.class);
        } catch (InputException refused) {
            return refused.getMessage();
        }
    }

    @Test
    void theLearningRateHasNoDefault() throws IOException {
        String text = Files.readString(ROOT.resolve("recipes/smoke.yaml"));
        assertThat(parsed(text.replaceFirst("(?m)^ *optimizer: .*\n", "")).toString())
                .contains("at train: Training must have an optimizer with its learning rate");
        assertThat(parsed(text.replaceFirst("learningRate: [0-9.]+, ", "")).toString())
                .contains("at train.optimizer.learningRate: a value is required");
    }

    @Test
    void theTenLinesOfTheDocumentationTrain(@TempDir Path temporary) throws IOException {
        Matcher block = Pattern.compile("```yaml\n(name: .*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("docs/extending.md")));
        assertThat(block.find()).isTrue();
        String text = block.group(1);
        assertThat(text.lines()).hasSize(10);
        Recipe recipe = Yaml.parse(text, "docs/extending.md", Recipe.class);
        assertThat(recipe.train().sampler()).isEqualTo(new Sampler.Sandwich(1));
        assertThat(recipe.train().optimizer()).isEqualTo(new Optimizer.AdamW(2e-3, 0.9, 0.999, 1e-8, 0.01));
        assertThat(recipe.train().schedule()).isEqualTo(new LearningRateSchedule.Cosine(0, 0));
        assertThat(((MobileCnn) recipe.model()).headWidth()).isEmpty();

        Path data = TinyTraining.data(temporary.resolve("data"));
        String sized = text.replace("resolution: [28]", "resolution: [" + TinyTraining.SIDE + "]");
        assertThat(sized).as("members do not enlarge the tiny images").isNotEqualTo(text);
        Recipe small = Yaml.parse(sized, "docs/extending.md", Recipe.class);
        Recipe tiny = small.with(
                small.data().withSource(data.toString()).withBatchSize(8),
                small.train().withEpochs(1));
        Path run = temporary.resolve("run");
        try (Trainer trainer = Trainer.start(tiny, run, 1)) {
            assertThat(trainer.run(() -> false, List.of())).isTrue();
        }
        JsonNode config = Yaml.read(run.resolve("config.yaml"), JsonNode.class).get("recipe");
        for (String type : List.of("TrainSettings", "DataSettings.Images.images")) {
            JsonNode written = config.get(type.equals("TrainSettings") ? "train" : "data");
            SCHEMA.get(type).get("properties").fields().forEachRemaining(key -> {
                if (key.getValue().has("default")) {
                    assertThat(written.has(key.getKey()))
                            .as("config.yaml has " + key.getKey())
                            .isTrue();
                }
            });
        }
        assertThat(Yaml.read(run.resolve("config.yaml"), RunSettings.class)
                        .recipe()
                        .train())
                .isEqualTo(tiny.train());
    }
}
