package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    enum Device {
        cpu,
        gpu
    }

    record Recipe(String name, int steps, Train train, List<Sampler> samplers, Device device, Double dropout) {}

    record Train(double learningRate, boolean zeroGamma, Map<String, Float> decay) {
        Train {
            if (learningRate <= 0) {
                throw new InputException("learningRate must be above 0, but is " + learningRate);
            }
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Sandwich.class, name = "sandwich"),
        @JsonSubTypes.Type(value = Single.class, name = "single")
    })
    sealed interface Sampler {}

    record Sandwich(int random) implements Sampler {}

    record Single() implements Sampler {}

    static final Recipe RECIPE = new Recipe(
            "no",
            3,
            new Train(1e-3, true, new LinkedHashMap<>(Map.of("x", 0.1f))),
            List.of(new Sandwich(2), new Single()),
            Device.gpu,
            null);

    static final String YAML = """
            name: test
            steps: 3
            device: gpu
            train:
              learningRate: 1e-3
              zeroGamma: true
            samplers:
              - kind: sandwich
                random: 2
            """;

    @TempDir
    Path folder;

    @Test
    void recordsRoundTrip() {
        assertThat(Json.parse(Json.write(RECIPE), "x", Recipe.class)).isEqualTo(RECIPE);
        assertThat(Json.parse(Json.writeLine(RECIPE), "x", Recipe.class)).isEqualTo(RECIPE);
        assertThat(Yaml.parse(Yaml.write(RECIPE), "x", Recipe.class)).isEqualTo(RECIPE);
    }

    @Test
    void outputIsStableAndEndsWithALineFeed() {
        assertThat(Json.write(RECIPE)).isEqualTo("""
                {
                  "name": "no",
                  "steps": 3,
                  "train": {
                    "learningRate": 0.001,
                    "zeroGamma": true,
                    "decay": {
                      "x": 0.1
                    }
                  },
                  "samplers": [
                    {
                      "kind": "sandwich",
                      "random": 2
                    },
                    {
                      "kind": "single"
                    }
                  ],
                  "device": "gpu"
                }
                """.replace("0.001", "0.001"));
        assertThat(Yaml.write(RECIPE))
                .startsWith("name: \"no\"\nsteps: 3\ntrain:\n  learningRate: 0.001\n")
                .endsWith("\n");
        assertThat(Json.writeLine(Map.of("a", Double.NaN))).isEqualTo("{\"a\":null}");
        assertThat(Json.writeLine(new double[] {2.0E-3, 1.0E23, 2.2250738585072014E-308}))
                .isEqualTo("[0.002,1.0E23,2.2250738585072014E-308]");
    }

    @Test
    void yamlReadsWhatPeopleWrite() {
        Recipe recipe = Yaml.parse(YAML, "r.yaml", Recipe.class);
        assertThat(recipe.train().learningRate()).isEqualTo(0.001);
        assertThat(recipe.samplers()).containsExactly(new Sandwich(2));
        assertThat(recipe.dropout()).isNull();
        for (String number : List.of("1e-3", "1.e-3", "1.0e-3", "0.001", ".001", "1E-3")) {
            assertThat(Yaml.parse(YAML.replace("1e-3", number), "r.yaml", Recipe.class)
                            .train()
                            .learningRate())
                    .as(number)
                    .isEqualTo(0.001);
        }
    }

    @Test
    void unknownKeyIsNamedWithPathAndSuggestion() {
        refused(
                YAML.replace("learningRate", "learningrat"),
                "Unknown key \"learningrat\" in r.yaml line 5 at train. Known: learningRate, zeroGamma, decay. "
                        + "Did you mean \"learningRate\"?");
        refused(
                YAML.replace("random", "randon"),
                "Unknown key \"randon\" in r.yaml line 9 at samplers[0]. Known: kind, random. "
                        + "Did you mean \"random\"?");
        refused("colour: 1\n" + YAML, "Unknown key \"colour\" in r.yaml line 1.");
    }

    @Test
    void unknownKindAndEnumValueAreNamedWithSuggestion() {
        refused(
                YAML.replace("sandwich", "sandwhich"),
                "Unknown kind \"sandwhich\" in r.yaml line 8 at samplers[0]. Known: sandwich, single. Did you mean \"sandwich\"?");
        refused(YAML.replace("kind: sandwich", "rate: 1"), "A \"kind\" is missing in r.yaml");
        refused(
                YAML.replace("gpu", "gpuu"),
                "Unknown value \"gpuu\" in r.yaml line 3 at device. Known: cpu, gpu. Did you mean \"gpu\"?");
    }

    @Test
    void wrongValuesSayWhatMustHold() {
        refused(
                YAML.replace("steps: 3", "steps: many"),
                "r.yaml line 2 at steps: must be a whole number, but is \"many\".");
        refused(YAML.replace("steps: 3", "steps: 3.5"), "r.yaml line 2 at steps: must be a whole number");
        refused(YAML.replace("steps: 3", "steps: 99999999999"), "r.yaml line 2 at steps: ");
        refused(YAML.replace("steps: 3", "steps:"), "r.yaml line 2 at steps: a value is required");
        refused(YAML.replace("steps: 3\n", ""), "at steps: a value is required, but is missing (a whole number).");
        refused(YAML.replace("true", "maybe"), "at train.zeroGamma: must be true or false, but is \"maybe\".");
        refused(YAML.replace("1e-3", "-1"), "r.yaml line 4 at train: learningRate must be above 0, but is -1.0.");
        refused(YAML.replace("1e-3", ".nan"), "r.yaml line 5 at train.learningRate: must be a finite number, but is ");
        refused(YAML.replace("1e-3", "NaN"), "r.yaml line 5 at train.learningRate: must be ");
        refused(YAML.replace("1e-3", ".inf"), "at train.learningRate: must be a finite number");
        refused(YAML.replace("1e-3", "1e999"), "at train.learningRate: must be a finite number");
        refused(YAML.replace("gpu", "1"), "Unknown value \"1\" in r.yaml line 3 at device. Known: cpu, gpu.");
        refused(YAML.replace("name: test", "name: [1]"), "at name: must be text");
        refused(YAML + "dropout: high\n", "r.yaml line 10 at dropout: must be a number, but is \"high\".");
        refused("samplers: 5\n", "at samplers: must be a list");
        refused("5\n", "r.yaml: must be a group of keys");
    }

    @Test
    void brokenDocumentsAreOneLine() {
        refused("", "r.yaml: must hold a YAML document, but is empty.");
        refused("# only a comment\n", "r.yaml: must hold a YAML document, but is empty.");
        refused("null\n", "r.yaml: must hold a YAML document, but is empty.");
        refused("name: a\nname: b\n", "r.yaml line 2: must be valid YAML: Duplicate");
        refused("name: [\n", "must be valid YAML");
        refused("\tname: x\n", "must be valid YAML");
        refused(YAML + "---\nname: two\n", "r.yaml: must hold one document, but goes on after its end.");
        refused("a: " + "[".repeat(100_000), "");
        refused("a: " + "{a: ".repeat(100_000), "");
        refused("a:\n" + nested(20_000), "");
        refusedJson("{\"steps\":" + "[".repeat(100_000), "");
        refusedJson("{\"name\":\"a\",\"name\":\"b\"}", "x.json line 1: must be valid JSON: Duplicate");
        refusedJson(
                "{\"train\":{\"learningRate\":NaN}}", "x.json line 1 at train: must be a finite number, but is NaN.");
        refusedJson("{\"train\":{\"learningRate\":\"NaN\"}}", "x.json line 1 at train.learningRate: must be ");
        refusedJson("{\"steps\":\"3\"}", "x.json line 1 at steps: must be a whole number");
        refusedJson("{\"name\":\"a\"} x", "x.json");
        refusedJson("", "x.json: must hold a JSON document, but is empty.");
        refusedJson("{\"steps\":" + "9".repeat(5000) + "}", "");
    }

    @Test
    void filesThatCannotBeReadAreNamed() throws Exception {
        Path file = folder.resolve("recipe.yaml");
        assertThatThrownBy(() -> Yaml.read(file, Recipe.class))
                .isInstanceOf(InputException.class)
                .hasMessage("Cannot read " + file + ": there is no such file or folder.");
        assertThatThrownBy(() -> Yaml.read(folder, Recipe.class)).isInstanceOf(InputException.class);
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff});
        assertThatThrownBy(() -> Yaml.read(file, Recipe.class))
                .isInstanceOf(InputException.class)
                .hasMessage("Cannot read " + file + ": it is not UTF-8 text.");
        Files.writeString(file, YAML);
        assertThat(Yaml.read(file, Recipe.class).name()).isEqualTo("test");
    }

    private static String nested(int depth) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < 300; i++) {
            text.append(" ".repeat(i)).append("a:\n");
        }
        return text.append("- ".repeat(depth)).toString();
    }

    private static void refused(String yaml, String start) {
        assertOneLine(start, () -> Yaml.parse(yaml, "r.yaml", Recipe.class));
    }

    private static void refusedJson(String json, String start) {
        assertOneLine(start, () -> Json.parse(json, "x.json", Recipe.class));
    }

    private static void assertOneLine(String part, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(InputException.class)
                .hasMessageContaining(part)
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("dev.weft")
                .hasMessageNotContaining("java.")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
    }

    record Numbers(
            double d,
            Double boxed,
            float f,
            Float boxedFloat,
            Number number,
            Object object,
            double[] doubles,
            float[] floats,
            Double[] boxes,
            double[][] table,
            List<Object> list,
            Map<String, Object> map,
            JsonNode tree,
            Object nested) {
        static Numbers of(double value, Object nested) {
            float single = (float) value;
            return new Numbers(
                    value,
                    value,
                    single,
                    single,
                    value,
                    single,
                    new double[] {1, value},
                    new float[] {1, single},
                    new Double[] {value},
                    new double[][] {{value, 1}},
                    List.of(value, single, new double[] {value}),
                    new LinkedHashMap<>(Map.of("x", value)),
                    JsonNodeFactory.instance.objectNode().put("double", value).put("float", single),
                    nested);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void noWayOfHoldingANumberWritesOneThatIsNone(double value) {
        Numbers numbers = Numbers.of(value, Numbers.of(value, List.of(Map.of("deep", value))));
        for (String text : List.of(
                Json.write(numbers), Json.writeLine(numbers), Json.writeWithNulls(numbers), Yaml.write(numbers))) {
            assertThat(text).doesNotContainIgnoringCase("nan").doesNotContainIgnoringCase("inf");
        }
        assertThat(Json.writeLine(numbers))
                .startsWith("{\"d\":null,\"boxed\":null,\"f\":null,\"boxedFloat\":null,\"number\":null,\"object\":null,"
                        + "\"doubles\":[1.0,null],\"floats\":[1.0,null],\"boxes\":[null],\"table\":[[null,1.0]],"
                        + "\"list\":[null,null,[null]],\"map\":{\"x\":null},")
                .contains("\"tree\":{\"double\":null,\"float\":null},\"nested\":{\"d\":null,")
                .endsWith("\"nested\":[{\"deep\":null}]}}");
    }

    @Test
    void whatIsNullIsWrittenForThoseWhoLookForAKey() {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("family", null);
        result.put("share", 0.25);
        assertThat(Json.writeWithNulls(result)).isEqualTo("{\n  \"family\": null,\n  \"share\": 0.25\n}\n");
        assertThat(Json.writeWithNulls(RECIPE)).contains("\"dropout\": null");
    }
}
