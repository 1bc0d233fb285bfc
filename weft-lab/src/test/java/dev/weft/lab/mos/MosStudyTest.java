package dev.weft.lab.mos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Judgement;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudyContract;
import dev.weft.lab.study.StudyResults;
import dev.weft.lab.study.StudySettings;
import dev.weft.lab.study.Values;
import dev.weft.model.LanguageModel;
import dev.weft.recipe.Recipe;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.encoding.MemberEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MosStudyTest implements StudyContract {
    private static final MosSize TINY = Yaml.parse("""
            regression: {widths: [2, 4], steps: 5, inputs: 3, outputs: 2, points: 16, learningRate: 0.02, routerWidth: 4}
            regressions: 1
            model:
              kind: language-model
              embedDim: [8]
              depth: [1, 2]
              headDim: 0
              groupSize: 1
              positions: learned
              mlp: gelu
              norm: layer
              normEpsilon: 1.0e-5
              bias: true
              tied: true
              blocks:
                - {numHeads: [2], mlpRatio: [0.5, 1.0, 2.0, 4.0]}
                - {numHeads: [2], mlpRatio: [0.5, 1.0, 2.0, 4.0]}
            characters: 0
            contextLength: 8
            budgets: [1]
            batchSize: 16
            learningRate: 0.01
            experts: 2
            routerWidth: 4
            population: 4
            generations: 2
            """, "tiny", MosSize.class);

    private static MosSize size(boolean smoke) {
        return Study.size("mixture-of-supernets", MosSize.class, smoke);
    }

    @Override
    public Study study() {
        return MosDesign.STUDY.with(settings -> new MosDesign(TINY, settings.data()));
    }

    @Override
    public String data(Path folder) throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            words.append(List.of("abc", "def", "ghi", "jkl").get(random.nextInt(4)));
        }
        return Files.writeString(folder.resolve("text.txt"), words).toString();
    }

    /** In members alone, in a supernet, in the search, in few-shot supernets. */
    @Override
    public List<Integer> stops() {
        return List.of(5, 32, 55, 85);
    }

    /** Eight arms, losses alone, four regressions, three routings, the search. */
    @Override
    public int documents() {
        return 17;
    }

    private static double mean(Map<String, Object> arm, String key) {
        return (double) ((Map<?, ?>) arm.get(key)).get("mean");
    }

    @Test
    void armsHaveEqualStepsRoutersTellMembersApartUnlessBlindAndPicturesShowBoth(@TempDir Path folder)
            throws IOException {
        Path out = folder.resolve("out");
        StudyResults results = run(new StudySettings(1, false, data(folder), List.of(2), List.of()), out);
        Map<String, Map<String, Object>> arms = new LinkedHashMap<>();
        results.arms().forEach(arm -> arms.put((String) arm.get("arm"), arm));
        assertThat(arms.keySet())
                .containsExactly(
                        "alone",
                        "standard",
                        "layer-wise",
                        "neuron-wise",
                        "fixed-input",
                        "few-shot-half",
                        "few-shot",
                        "bigram");
        // 8 steps of 16 windows in each of two epochs, three members a step; the halves have one epoch each.
        for (String arm : List.of("standard", "layer-wise", "few-shot-half")) {
            assertThat(arms.get(arm).get("passes")).as(arm).isEqualTo(48.0);
        }
        assertThat(arms.get("few-shot").get("passes")).isEqualTo(96.0);
        assertThat(arms.get("bigram").get("passes")).isEqualTo(0.0);
        assertThat(mean(arms.get("bigram"), "mean"))
                .as("words of three letters: two of three are known")
                .isBetween(0.4, 1.2);
        assertThat(mean(arms.get("few-shot"), "parameters"))
                .as("two supernets")
                .isGreaterThan(1.3 * mean(arms.get("standard"), "parameters"));
        assertThat(mean(arms.get("fixed-input"), "parameters")).isEqualTo(mean(arms.get("layer-wise"), "parameters"));
        MosDesign.Extra extra = (MosDesign.Extra) results.extra();
        assertThat(extra.searches()).hasSize(1);
        Map<String, MosRouting> routing = extra.routing();
        assertThat(routing.get("layer-wise").layers()).hasSize(2).allSatisfy(layer -> {
            assertThat(layer.name()).endsWith("fc1.weight");
            assertThat(layer.variance()).isPositive();
            assertThat(layer.cosine()).isLessThan(0.99);
        });
        assertThat(routing.get("layer-wise").layers().get(1).mean())
                .as("members of one block have no second one")
                .containsOnlyKeys("2x8", "2x16", "2x4", "2x32");
        assertThat(routing.get("neuron-wise").layers())
                .extracting(MosRouting.Layer::name)
                .containsExactly(
                        "blocks.0.mlp.fc1.weight",
                        "blocks.0.mlp.fc2.weight",
                        "blocks.1.mlp.fc1.weight",
                        "blocks.1.mlp.fc2.weight");
        assertThat(routing.get("neuron-wise").layers().get(0).spread().get("1x4"))
                .isPositive();
        assertThat(routing.get("fixed-input").layers())
                .allSatisfy(layer -> assertThat(layer.variance()).isCloseTo(0, within(1e-12)));
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("Loss of each member", "What the routers do", "<table class=\"heat\">", "2×16");
    }

    /** Three seeds that differ a little. */
    private static List<Judgement> judged(double experts, double blind, double error, double blindError, double same) {
        Map<String, Double> values = new LinkedHashMap<>();
        Map<String, Double> means = Map.of(
                "standard",
                2.0,
                "layer-wise",
                experts,
                "neuron-wise",
                experts,
                "fixed-input",
                blind,
                "few-shot",
                1.99,
                "few-shot-half",
                1.99);
        means.forEach((arm, mean) -> {
            values.put(arm + " mean", mean);
            values.put(arm + " gap", mean - 1.9);
        });
        for (String arm : List.of("layer-wise", "neuron-wise", "fixed-input")) {
            values.put(arm + " conflict", arm.equals("fixed-input") ? blindError : error);
            values.put(arm + " collapse", same);
        }
        values.put("standard conflict", 1.0);
        Values all = (arm, key) -> {
            Double value = values.get(arm + " " + key);
            boolean noisy = arm.equals("layer-wise") || arm.equals("neuron-wise");
            double noise = noisy && !key.equals("collapse") ? 1e-4 : 0;
            return value == null ? Map.of() : Map.of(1L, value - noise, 2L, value, 3L, value + noise);
        };
        return MosDesign.CLAIMS.stream().map(claim -> claim.judge(all)).toList();
    }

    @Test
    void everyClaimHoldsWhereExpertsAreBetterAndTheBlindRouterIsNot() {
        assertThat(judged(1.95, 2.001, 0.1, 1.01, 1e-7))
                .hasSize(11)
                .allSatisfy(j -> assertThat(j.outcome()).as(j.sentence()).isEqualTo(Outcome.HELD));
    }

    @Test
    void noClaimHoldsWhereExpertsAreWorseTheBlindRouterIsBetterAndCollapsingChangesLosses() {
        List<Judgement> judged = judged(2.05, 1.9, 0.9, 0.5, 1e-3);
        assertThat(judged)
                .allSatisfy(j -> assertThat(j.outcome()).as(j.sentence()).isEqualTo(Outcome.NOT_HELD));
        assertThat(judged.get(10).sentence()).contains("at most 1e-05 nats expected; measured 1.0e-03 in 9 supernets");
        assertThat(MosDesign.CLAIMS)
                .filteredOn(claim -> claim.kind() == Claim.Kind.REPORT)
                .hasSize(2);
    }

    @Test
    void gapAndOrderAreThoseOfTheMembersThatWereTrainedAlone() {
        MosDesign.Losses losses = new MosDesign.Losses(Map.of("a", 2.0, "b", 3.0, "c", 4.0, "d", 9.0), 7);
        MosDesign.Losses alone = new MosDesign.Losses(Map.of("a", 1.0, "b", 2.5, "c", 2.0), 5);
        Map<String, Double> values = MosDesign.compared(losses, alone);
        assertThat(values.get("mean")).isEqualTo(4.5);
        assertThat(values.get("gap")).isCloseTo((1 + 0.5 + 2) / 3, within(1e-12));
        assertThat(values.get("tau")).as("b and c stand in another order").isCloseTo(1 / 3.0, within(1e-12));
        assertThat(values).containsEntry("parameters", 7.0).containsEntry("lossd", 9.0);
    }

    @Test
    void rulePicksExtremesAndMiddles() {
        LanguageModel model = size(false).model();
        MosMembers members = new MosMembers(model);
        assertThat(members.evaluated().keySet()).containsExactly("1x32", "1x256", "2x64", "2x128", "3x32", "3x256");
        assertThat(members.alone()).containsExactly("1x32", "2x128", "3x256");
        assertThat(members.evaluated()).containsEntry("1x32", model.space().smallest());
        assertThat(members.evaluated()).containsEntry("3x256", model.space().largest());
        // The second block's width means something at depth 2, the third's does not.
        assertThat(members.evaluated().get("2x128"))
                .hasToString("depth=2,block1.mlpRatio=2.0,block2.mlpRatio=2.0,block3.mlpRatio=0.5");
        assertThat(new MosMembers(size(true).model()).evaluated()).hasSize(6);
    }

    @Test
    void fewShotHalvesPartTheSpaceAndArmsDifferInWhatIsComparedOnly() {
        MosSize full = size(false);
        MosDesign design = new MosDesign(full, "tiny-shakespeare");
        Space narrow = design.half(false).space();
        Space wide = design.half(true).space();
        List<Member> all = full.model().space().enumerate(1000);
        assertThat(all).hasSize(84).allSatisfy(member -> {
            assertThat(narrow.contains(member)).isNotEqualTo(wide.contains(member));
            assertThat(wide.contains(member)).isEqualTo(design.isWide(member));
        });
        Sampler sandwich = new Sampler.Sandwich(1);
        Recipe standard = design.recipe("text", full.model(), List.of(), 2, sandwich);
        Recipe experts = design.recipe(
                "text",
                full.model(),
                MosSharing.LAYER_WISE.of("(blocks)", 2, 8, new MemberEncoding.Scaled()),
                2,
                sandwich);
        assertThat(experts.train()).isEqualTo(standard.train());
        assertThat(experts.model()).isEqualTo(standard.model());
        assertThat(standard.sharing()).isEmpty();
        assertThat(experts.sharing()).hasSize(1);
    }

    @Test
    void windowIsTheMiddleFifth() {
        assertThat(WindowSearch.window(1000, 2000)).containsExactly(1400.0, 1600.0);
    }

    @Test
    void imagesAreRefusedAndLeaveNoFolder(@TempDir Path folder) {
        Path out = folder.resolve("out");
        assertThatThrownBy(() -> run(new StudySettings(1, true, "fashion-mnist-10k", List.of(), List.of()), out))
                .isInstanceOf(InputException.class);
        assertThat(out).doesNotExist();
    }
}
