package dev.weft.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.weft.criterion.Criterion;
import dev.weft.data.Dataset;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.recipe.Recipe;
import dev.weft.report.DiagnosisReport;
import dev.weft.report.Fact;
import dev.weft.report.PageText;
import dev.weft.report.ReportWriter;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnosisTest {
    private static final Path RECIPES = Path.of("..", "recipes");
    private static final Dataset DATA = ToyModel.data(48, 3);
    private static final DiagnosisSettings SETTINGS = new DiagnosisSettings(8, 2, 64, 1);

    @TempDir
    Path folder;

    private static Diagnosis of(ModelDefinition model, Dataset data, Sampler.Memoryless sampler) {
        return of(model, data, sampler, model.input().criterion());
    }

    private static Diagnosis of(ModelDefinition model, Dataset data, Sampler.Memoryless sampler, Criterion criterion) {
        try (Family family = Family.of(model, 1)) {
            return Diagnosis.of(
                    family,
                    data,
                    8,
                    sampler,
                    drawing(family, sampler),
                    1,
                    criterion,
                    SETTINGS,
                    (phase, done, total) -> {});
        }
    }

    private static Sampling drawing(Family family, Sampler.Memoryless sampler) {
        return Sampling.of(random -> sampler.draw(family.space(), random));
    }

    /** Three times the loss: gradients of three times the norm, nine times the variance, and the same directions. */
    @Test
    void gradientsAreThoseOfTheCriterionThatMembersLearnBy() {
        ToyModel toy = new ToyModel(List.of(-1, 1), 1, 1, 1);
        Criterion labels = toy.input().criterion();
        Diagnosis once = of(toy, DATA, new Sampler.SinglePath(1), labels);
        Diagnosis thrice = of(toy, DATA, new Sampler.SinglePath(1), scene -> labels.each(scene)
                .mul(new Scalar(3)));
        assertThat(thrice.members().get(0).gradientNorm())
                .isCloseTo(3 * once.members().get(0).gradientNorm(), withinPercentage(0.01));
        assertThat(thrice.variance().whole().variance())
                .isCloseTo(9 * once.variance().whole().variance(), withinPercentage(0.01));
        assertThat(thrice.meanCosine()).isCloseTo(once.meanCosine(), within(1e-5));
    }

    /** Members of opposite signs: the choice is found, with the layer, the options and the numbers. */
    @Test
    void conflictBetweenOptionsIsNamedWithTheKeyThatSeparatesThem() {
        Diagnosis found = of(new ToyModel(List.of(-1, 1), 2, 2, 0), DATA, new Sampler.SinglePath(1));
        assertThat(found.members()).hasSize(8).first().satisfies(member -> {
            assertThat(member.name()).isEqualTo("smallest");
            assertThat(member.member()).isEqualTo("sign=-1,edge0=0,edge1=0");
            assertThat(member.params()).isPositive();
        });
        assertThat(found.suggestions()).singleElement().satisfies(suggestion -> {
            assertThat(suggestion.key()).isEqualTo("split");
            assertThat(suggestion.setting()).isEqualTo("{rounds: […], choices: [sign]}");
            assertThat(suggestion.measured())
                    .contains("All layers together", "sign=-1 and 1 have a mean cosine of -1.00");
            assertThat(suggestion.threshold()).contains("below 0", "0.1 and 4 standard errors");
        });
        assertThat(found.suggestions()).as("edges are not to blame").allMatch(s -> !s.measured()
                .contains("edge0="));
        assertThat(found.choices()).hasSize(3);
        assertThat(found.cosines().get(0)).hasSize(8);
        assertThat(found.opposedPairs()).isGreaterThan(0.4);
    }

    private static List<Suggestion> ofLayer() {
        ChoiceConflict whole = conflict(ConflictMap.WHOLE, 0.3, 0.1);
        ChoiceConflict layer = conflict("edge0.op0", 0.3, -0.21);
        return rules(with(List.of(whole), List.of(layer, conflict("edge1.op0", 0.3, -0.1))));
    }

    private static ChoiceConflict conflict(String layer, double agree, double differ) {
        return new ChoiceConflict(
                "kernel",
                layer,
                agree,
                differ,
                agree - differ,
                0.05,
                List.of(
                        new ChoiceConflict.Options("3", "5", differ + 0.1, 8),
                        new ChoiceConflict.Options("3", "7", differ - 0.1, 9)));
    }

    /** Where only one layer is pulled apart, a copy of that layer is enough. */
    @Test
    void conflictInOneLayerIsAnsweredByExpertsThere() {
        assertThat(ofLayer()).singleElement().satisfies(suggestion -> {
            assertThat(suggestion.key()).isEqualTo("sharing");
            assertThat(suggestion.setting()).isEqualTo("[{kind: experts, pattern: '^edge0\\.op0\\.', …}]");
            assertThat(suggestion.measured())
                    .contains("edge0.op0: ", "kernel=3 and 7", "-0.31 (9 pairs)", "-0.21", "gap 0.51 ± 0.05");
        });
        ChoiceConflict weak = conflict("edge0.op0", 0.05, -0.1); // three standard errors
        ChoiceConflict friendly = conflict("edge0.op0", 0.9, 0.01);
        assertThat(rules(with(List.of(), List.of(weak, friendly)))).isEmpty();
    }

    /** Supernets whose weights are routed cannot be split. */
    @Test
    void splitIsSuggestedOnlyWhereARecipeTakesOne() {
        Diagnosis both =
                with(List.of(conflict(ConflictMap.WHOLE, 0.3, -0.1)), List.of(conflict("edge0.op0", 0.3, -0.21)));
        assertThat(new Suggestions(both, true).all())
                .singleElement()
                .extracting(Suggestion::key)
                .isEqualTo("split");
        assertThat(new Suggestions(both, false).all())
                .singleElement()
                .extracting(Suggestion::key)
                .isEqualTo("sharing");
    }

    /** The sign of a step's gradient is that of its member: almost all variance is between members. */
    @Test
    void varianceIsPartedIntoMembersAndBatches() {
        Diagnosis both = of(new ToyModel(List.of(-1, 1), 1, 1, 0), DATA, new Sampler.SinglePath(1));
        assertThat(both.memberShare()).isGreaterThan(0.7);
        assertThat(both.memberShareError()).isBetween(0.05, 0.5);
        Diagnosis one = of(new ToyModel(List.of(-1, 1), 1, 1, 0), DATA, new Sampler.Largest());
        assertThat(one.memberShare()).isCloseTo(0, within(1e-12));
        assertThat(one.variance().whole().variance()).isPositive();
    }

    @Test
    void sameSeedGivesTheSameDocumentAndReadsAsJson() throws IOException {
        ModelDefinition model = TinyModels.convNet();
        Diagnosis first = of(model, ConflictMapTest.images(model), new Sampler.Sandwich(1));
        assertThat(of(model, ConflictMapTest.images(model), new Sampler.Sandwich(1)))
                .isEqualTo(first);
        JsonNode json = new ObjectMapper().readTree(Json.write(first));
        assertThat(json.get("layers").findValuesAsText("name")).contains("classifier");
        assertThat(json.get("settings").get("members").asInt()).isEqualTo(8);
    }

    @Test
    void familyWithOneMemberIsRefused() {
        assertThatThrownBy(() -> of(new ToyModel(List.of(1), 1, 1, 1), DATA, new Sampler.SinglePath(1)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("2 or more members to be diagnosed, but this one has one");
        assertThatThrownBy(() -> new DiagnosisSettings(1, 1, 2, 0)).hasMessageContaining("members >= 2");
    }

    /** A diagnosis with these numbers and nothing else that a rule would look at. */
    private static Diagnosis with(
            Sampler sampler,
            int accumulate,
            double noise,
            double memberShare,
            List<Diagnosis.Probed> members,
            double rank) {
        return with(sampler, accumulate, noise, memberShare, members, rank, List.of(), List.of());
    }

    private static Diagnosis with(List<ChoiceConflict> choices, List<ChoiceConflict> byLayer) {
        return with(new Sampler.SinglePath(1), 1, 1, 0, List.of(), Double.NaN, choices, byLayer);
    }

    private static Diagnosis with(
            Sampler sampler,
            int accumulate,
            double noise,
            double memberShare,
            List<Diagnosis.Probed> members,
            double rank,
            List<ChoiceConflict> choices,
            List<ChoiceConflict> byLayer) {
        GradientVariance.Part part = new GradientVariance.Part("whole", 1, noise, noise, 0.1);
        return new Diagnosis(
                SETTINGS,
                sampler,
                accumulate,
                new GradientVariance(100, part, List.of(part)),
                noise,
                memberShare,
                0.1,
                members,
                Collections.nCopies(members.size(), Collections.nCopies(members.size(), Double.NaN)),
                List.of(),
                List.of(),
                rank,
                choices,
                byLayer,
                List.of());
    }

    private static List<Suggestion> rules(Sampler sampler, double noise, double memberShare) {
        return rules(with(sampler, 1, noise, memberShare, List.of(), Double.NaN));
    }

    @Test
    void noiseIsAnsweredWhereItComesFrom() {
        Sampler single = new Sampler.SinglePath(2);
        assertThat(rules(single, 40, 0.8)).singleElement().satisfies(s -> {
            assertThat(s.key()).isEqualTo("train.sampler");
            assertThat(s.setting()).isEqualTo("{kind: single-path, members: 4}");
            assertThat(s.measured())
                    .contains("40 times", "80 percent of it between members", "20 percent between batches");
            assertThat(s.threshold()).contains("over 20 times");
        });
        assertThat(rules(new Sampler.Sandwich(1), 40, 0.8)).singleElement().satisfies(s -> assertThat(s.setting())
                .isEqualTo("{kind: sandwich, random: 3}"));
        assertThat(rules(single, 65, 0.3)).singleElement().satisfies(s -> {
            assertThat(s.key()).isEqualTo("train.accumulate");
            assertThat(s.setting()).isEqualTo("3");
        });
        assertThat(rules(with(single, 4, 1e6, 0.3, List.of(), Double.NaN)))
                .singleElement()
                .satisfies(s -> assertThat(s.setting()).isEqualTo("64"));
        assertThat(rules(single, 19, 0.3)).isEmpty();
        assertThat(rules(single, Double.POSITIVE_INFINITY, 0.3))
                .as("not known well enough")
                .isEmpty();
        assertThat(rules(new Sampler.Largest(), 40, 0.8)).isEmpty();
    }

    /** Members whose gradients have nothing to do with what they pick: 500 comparisons of 12 members, a hundred times. */
    @Test
    void noiseAloneHardlyEverLooksLikeAConflict() {
        SplittableRandom random = new SplittableRandom(1);
        Space space = new Space(
                "null",
                IntStream.range(0, 20)
                        .<Choice<?>>mapToObj(c -> Choice.of("c" + c, 0, 1, 2))
                        .toList());
        int alarms = 0;
        for (int map = 0; map < 100; map++) {
            List<Member> members =
                    Stream.generate(() -> space.sample(random)).limit(12).toList();
            for (int layer = 0; layer < 25; layer++) {
                double[][] gradients = new double[12][];
                for (int i = 0; i < 12; i++) {
                    gradients[i] = DoubleStream.generate(random::nextGaussian)
                            .limit(10)
                            .toArray();
                }
                PairTable cosines = new PairTable(cosines(gradients));
                alarms += (int) space.choices().stream()
                        .filter(choice ->
                                Suggestions.opposed(ChoiceConflict.of(space, choice, "layer", members, cosines)))
                        .count();
            }
        }
        assertThat(alarms).as("of 50,000 comparisons").isLessThanOrEqualTo(10);
    }

    private static double[][] cosines(double[][] vectors) {
        double[][] cosines = new double[vectors.length][vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            for (int j = 0; j < vectors.length; j++) {
                double product = 0;
                double first = 0;
                double second = 0;
                for (int k = 0; k < vectors[i].length; k++) {
                    product += vectors[i][k] * vectors[j][k];
                    first += vectors[i][k] * vectors[i][k];
                    second += vectors[j][k] * vectors[j][k];
                }
                cosines[i][j] = product / Math.sqrt(first * second);
            }
        }
        return cosines;
    }

    private static List<Suggestion> rules(Diagnosis diagnosis) {
        return new Suggestions(diagnosis, true).all();
    }

    private static List<Diagnosis.Probed> members(double... norms) {
        return IntStream.range(0, norms.length)
                .mapToObj(i -> new Diagnosis.Probed("m" + i, "width=" + i, 100 * (i + 1), norms[i]))
                .toList();
    }

    @Test
    void gradientsThatFollowSizeAreAnsweredByASamplerWithBothExtremes() {
        List<Diagnosis.Probed> falling = members(9, 8, 7, 6, 5, 4, 3, 2);
        Sampler single = new Sampler.SinglePath(1);
        assertThat(rules(with(single, 1, 1, 0, falling, -1))).singleElement().satisfies(s -> {
            assertThat(s.key()).isEqualTo("train.sampler");
            assertThat(s.setting()).isEqualTo("{kind: sandwich, random: 2}");
            assertThat(s.measured()).contains("more parameters have smaller gradients", "8.50", "2.50", "-1.00");
        });
        assertThat(rules(with(new Sampler.Sandwich(1), 1, 1, 0, falling, -1))).isEmpty();
        assertThat(rules(with(single, 1, 1, 0, falling, -0.6))).isEmpty();
        assertThat(rules(with(single, 1, 1, 0, members(9, 8.8, 8, 8, 8, 8, 7, 7), -1)))
                .isEmpty();
        assertThat(rules(with(single, 1, 1, 0, falling.subList(0, 7), -1))).isEmpty();
    }

    /** No suggestion names what a recipe does not have, and what it says to write there can be written there. */
    @Test
    void everySuggestionIsOneThatARecipeTakes() throws IOException {
        JsonNode schema = new ObjectMapper()
                .readTree(RECIPES.resolve("recipe.schema.json").toFile());
        for (String key : Suggestions.KEYS) {
            JsonNode at = schema.path("else"); // of a recipe that extends no other
            for (String part : key.split("\\.")) {
                at = resolved(schema, at).path("properties").path(part);
                assertThat(at.isMissingNode()).as(key).isFalse();
            }
        }
        List<Suggestion> all = new ArrayList<>();
        all.addAll(of(new ToyModel(List.of(-1, 1), 2, 2, 0), DATA, new Sampler.SinglePath(1))
                .suggestions());
        all.addAll(ofLayer());
        all.addAll(rules(new Sampler.SinglePath(1), 40, 0.8));
        all.addAll(rules(new Sampler.Sandwich(1), 40, 0.8));
        all.addAll(rules(new Sampler.SinglePath(1), 65, 0.3));
        all.addAll(rules(with(new Sampler.SinglePath(1), 1, 1, 0, members(9, 8, 7, 6, 5, 4, 3, 2), -1)));
        assertThat(new TreeSet<>(all.stream().map(Suggestion::key).toList()))
                .as("each key was suggested once")
                .containsExactlyInAnyOrderElementsOf(Suggestions.KEYS);
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        for (Suggestion suggestion : all) {
            ObjectNode recipe =
                    (ObjectNode) yaml.readTree(RECIPES.resolve("smoke.yaml").toFile());
            ((ObjectNode) recipe.get("train")).replace("distillation", yaml.readTree("{kind: none}"));
            String rest = "count: 2, granularity: layer, routing: soft, hidden: 8, layers: 2, encoding: {kind: scaled},"
                    + " fixedInput: false, plainWeights: true";
            ((ObjectNode) recipe.get("train")).put("epochs", 3);
            JsonNode setting = yaml.readTree(
                    suggestion.setting().replace("…", suggestion.key().equals("split") ? "1, 2" : rest));
            String[] path = suggestion.key().split("\\.");
            ObjectNode parent = path.length == 1 ? recipe : (ObjectNode) recipe.get(path[0]);
            parent.replace(path[path.length - 1], setting);
            Recipe read = Yaml.parse(yaml.writeValueAsString(recipe), suggestion.setting(), Recipe.class);
            if (suggestion.key().equals("sharing")) {
                Family.ofShapes(new ToyModel(List.of(-1, 1), 2, 2, 0), read.sharing())
                        .close(); // the pattern finds its layer
            }
        }
    }

    private static JsonNode resolved(JsonNode schema, JsonNode node) {
        if (node.has("anyOf")) {
            return resolved(schema, node.get("anyOf").get(0));
        }
        return node.has("$ref") ? schema.at(node.get("$ref").asText().substring(1)) : node;
    }

    @Test
    void pageSaysWhatWasMeasuredWhatToChangeAndWhatItCannotSay() throws IOException {
        Diagnosis found = of(new ToyModel(List.of(-1, 1), 2, 2, 0), DATA, new Sampler.SinglePath(1));
        DiagnosisReport report = DiagnosisReports.of(
                found, "toy", "today", List.of(new Fact("Data", "toy")), List.of("weft diagnose toy"));
        assertThat(report.findings()).anySatisfy(f -> assertThat(f).contains("mean cosine"));
        assertThat(report.figures()).hasSize(3);
        assertThat(report.notes()).anySatisfy(n -> assertThat(n).contains("does not show that the accuracy"));
        String page = Files.readString(ReportWriter.write(report, folder.resolve("diagnose.html")));
        assertThat(page).contains("choices: [sign]", "Rule: ", "class=\"below\"");
        assertThat(PageText.of(folder.resolve("diagnose.html"))).contains("weft diagnose toy");
        Diagnosis quiet = with(new Sampler.SinglePath(1), 1, 1, 0, members(1, 1), 0);
        String nothing = Files.readString(ReportWriter.write(
                DiagnosisReports.of(quiet, "quiet", "today", List.of(), List.of()), folder.resolve("quiet.html")));
        assertThat(nothing).contains("Nothing to change");
        assertThat(DiagnosisReports.findings(
                        with(new Sampler.SinglePath(1), 1, Double.POSITIVE_INFINITY, 0, List.of(), 0)))
                .first()
                .asString()
                .contains("do not tell its mean from zero");
    }

    @Test
    void progressCountsEveryGradient() {
        Sampler.SinglePath single = new Sampler.SinglePath(1);
        Map<String, Long> last = new java.util.LinkedHashMap<>();
        try (Family family = Family.of(new ToyModel(List.of(-1, 1), 2, 2, 1), 1)) {
            Diagnosis.of(
                    family,
                    DATA,
                    8,
                    single,
                    drawing(family, single),
                    2,
                    family.definition().input().criterion(),
                    SETTINGS,
                    (phase, done, total) -> {
                        assertThat(done).isEqualTo(last.getOrDefault(phase, 0L) + 1);
                        last.put(phase, done);
                        assertThat(total).isEqualTo(phase.equals("conflicts") ? 16 : 128);
                    });
        }
        assertThat(last).containsEntry("conflicts", 16L).containsEntry("variance", 128L);
    }
}
