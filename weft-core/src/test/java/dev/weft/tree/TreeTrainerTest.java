package dev.weft.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Averaging;
import dev.weft.recipe.SplitSettings.PartitionBy;
import dev.weft.recipe.SplitSettings.Restart;
import dev.weft.recipe.SplitSettings.RestartSchedule;
import dev.weft.recipe.SplitSettings.RestartWeights;
import dev.weft.recipe.SplitSettings.Rule;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.TinyTraining;
import dev.weft.train.Trainer;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.tree.TreeWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A tree is trained, split and stored; checks 6 and 8 of gradient matching (Hu et al. 2022). */
class TreeTrainerTest {
    private static final long SEED = 4;
    private static final TreeListener QUIET = new TreeListener() {};

    @TempDir
    Path temporary;

    private Path data;
    private Path run;
    private final TreeFixture settings = new TreeFixture();

    @BeforeEach
    void setUp() throws IOException {
        data = TinyTraining.data(temporary.resolve("data"));
        run = temporary.resolve("run");
    }

    /** Sliced choices and operation choices, single paths and gradients. */
    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void treeIsOneFamily(boolean operations, boolean blended) {
        settings.blended = blended;
        if (operations) {
            settings.model = TreeFixture.cells();
        }
        settings.restart = Restart.FINAL;
        TreeRecord tree = finish();
        assertThat(tree.nodes())
                .extracting(TreeRecord.Node::name)
                .containsExactly("root", "0", "1", "0-0", "0-1", "1-0", "1-1");
        assertThat(tree.supernetEpochs()).isEqualTo(1 + 2 + 4 * 2);
        TreeRecord.Node root = tree.node("root");
        assertThat(root.probes()).hasSizeGreaterThan(2).allSatisfy(probe -> {
            assertThat(probe.passes()).isEqualTo(2L * probe.options().size());
            assertThat(probe.cut()).isBetween(0.0, 2.0 * probe.options().size());
        });
        assertThat(root.split().choice())
                .isEqualTo(root.probes().stream()
                        .max((a, b) -> Double.compare(a.cut(), b.cut()))
                        .orElseThrow()
                        .choice());
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            TreeWeights leaves = family.strategy(TreeWeights.class).orElseThrow();
            assertThat(leaves.leaves()).containsExactly("0-0", "0-1", "1-0", "1-1");
            assertThat(family.members().keySet()).contains("largest", "smallest");
            if (blended) {
                assertThat(family.members().keySet())
                        .contains("chosen-0-0", "chosen-0-1", "chosen-1-0", "chosen-1-1", "chosen");
                assertThat(family.leaf(family.members().get("chosen-1-0").member()))
                        .contains("1-0");
            }
            requireOneLeafEach(family, tree);
            requireExtractionLaw(family);
        }
    }

    private static void requireOneLeafEach(Family family, TreeRecord tree) {
        Set<Member> all = new HashSet<>();
        int sum = 0;
        for (TreeRecord.Node leaf : tree.leaves()) {
            Space part = family.space().within(leaf.options());
            List<Member> members = part.enumerate(1_000_000);
            members.forEach(member -> assertThat(family.leaf(member)).contains(leaf.name()));
            all.addAll(members);
            sum += members.size();
        }
        assertThat(all).hasSize(sum).hasSize(family.space().count().intValueExact());
    }

    private static void requireExtractionLaw(Family family) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 6; i++) {
            Member member = family.space().sample(random);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor images = TinyModels.images(family.definition(), 4, i);
                dev.weft.nn.Calibration calibration = new dev.weft.nn.Calibration();
                family.forward(images, new Pass(member, calibration, 0, 0));
                MemberStatistics statistics = calibration.statistics();
                Tensor live = family.forward(images, Pass.evaluation(member, statistics));
                try (Family alone = family.extract(member, statistics)) {
                    MemberStatistics own = alone.members().get("model").statistics();
                    TensorAssert.assertThat(alone.forward(images, Pass.evaluation(Member.PLAIN, own)))
                            .isBitEqualTo(live);
                }
            }
        }
    }

    @Test
    void childrenGoOnFromTheirParentBitForBit() throws IOException {
        settings.rounds = List.of(2);
        settings.epochs = 4;
        try (TreeTrainer trainer = TreeTrainer.start(settings.recipe(data), run, SEED)) {
            trainer.run(() -> trainer.tree().nodes().size() == 3 && trainer.stepsDone() > 0, QUIET);
            assertThat(trainer.tree().node("root").split()).isNotNull();
        }
        // Stopped before the first step of the first child, which wrote what it begins with.
        Map<String, float[]> parent = checkpoint(run.resolve("nodes/root"));
        Map<String, float[]> child = checkpoint(run.resolve("nodes/0"));
        assertThat(parent.keySet()).anyMatch(name -> name.startsWith("update/"));
        assertThat(child.keySet()).isEqualTo(parent.keySet());
        parent.forEach((name, values) -> assertThat(child.get(name)).as(name).isEqualTo(values));
        try (Trainer trainer = Trainer.resume(run.resolve("nodes/0"));
                Trainer root = Trainer.resume(run.resolve("nodes/root"))) {
            assertThat(trainer.stepsDone()).isEqualTo(8);
            Member member = trainer.family().space().sample(new SplittableRandom(1));
            assertThat(root.family().space().contains(member)).isTrue();
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor images = TinyModels.images(root.family().definition(), 4, 1);
                Pass pass = new Pass(member, dev.weft.nn.BatchStatistics.INSTANCE, 0, 0);
                TensorAssert.assertThat(trainer.family().forward(images, pass))
                        .isBitEqualTo(root.family().forward(images, pass));
            }
        }
    }

    /** The averages go on from those of the parent, and it is they that the tree's file holds. */
    @Test
    void averagedWeightsOfTheLeavesAreThoseOfTheTree() throws IOException {
        settings.rounds = List.of(2);
        settings.average = new Averaging(0.8, false);
        try (TreeTrainer trainer = TreeTrainer.start(settings.recipe(data), run, SEED)) {
            trainer.run(() -> trainer.tree().nodes().size() == 3, QUIET);
        }
        Map<String, float[]> parent = checkpoint(run.resolve("nodes/root"));
        checkpoint(run.resolve("nodes/0"))
                .forEach((name, values) -> assertThat(values).as(name).isEqualTo(parent.get(name)));
        assertThat(parent.keySet()).anyMatch(name -> name.startsWith("average/"));
        try (TreeTrainer trainer = TreeTrainer.resume(run)) {
            trainer.run(() -> false, QUIET);
        }
        Map<String, float[]> leaf = checkpoint(run.resolve("nodes/1"));
        int compared = 0;
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            for (Map.Entry<String, Tensor> entry : family.weights().tensors().entrySet()) {
                String name = entry.getKey();
                if (name.startsWith(TreeWeights.prefix("1"))) {
                    String own = name.substring(TreeWeights.prefix("1").length());
                    assertThat(Tensors.floats(entry.getValue())).as(name).isEqualTo(leaf.get("average/" + own));
                    compared += Arrays.equals(leaf.get("average/" + own), leaf.get("weights/" + own)) ? 0 : 1;
                }
            }
        }
        assertThat(compared).isGreaterThan(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fresh", "parent"})
    void restartedLeavesBeginAnew(String weights) throws IOException {
        settings.rounds = List.of(2);
        settings.blended = true;
        settings.restart = Restart.FINAL;
        settings.weights = weights.equals("fresh") ? RestartWeights.FRESH : RestartWeights.PARENT;
        settings.schedule = RestartSchedule.WHOLE;
        try (TreeTrainer trainer = TreeTrainer.start(settings.recipe(data), run, SEED)) {
            trainer.run(() -> trainer.tree().nodes().size() == 3, QUIET);
        }
        Map<String, float[]> parent = checkpoint(run.resolve("nodes/root"));
        Map<String, float[]> child = checkpoint(run.resolve("nodes/0"));
        assertThat(child.keySet()).noneMatch(name -> name.startsWith("update/"));
        String convolution = "weights/conv_stem.weight";
        String logits = child.keySet().stream()
                .filter(name -> name.contains(BlendedWeights.LOGITS))
                .findFirst()
                .orElseThrow();
        assertThat(child.get(logits)).isNotEqualTo(parent.get(logits));
        for (float logit : child.get(logits)) {
            assertThat(Math.abs(logit)).isLessThan(0.01f); // drawn with 0.001
        }
        if (weights.equals("fresh")) {
            assertThat(child.get(convolution)).isNotEqualTo(parent.get(convolution));
        } else {
            assertThat(child.get(convolution)).isEqualTo(parent.get(convolution));
        }
        try (Trainer trainer = Trainer.resume(run.resolve("nodes/0"))) {
            assertThat(trainer.stepsDone()).isZero();
            assertThat(trainer.settings().recipe().train().epochs()).isEqualTo(4); // of which 2 are trained
        }
    }

    /** Few-shot NAS: the first supernet ends annealed, and so does each that begins with its weights. */
    @Test
    void ownScheduleFallsToItsFloorInEverySupernet() throws IOException {
        settings.rounds = List.of(2);
        settings.restart = Restart.FINAL;
        settings.weights = RestartWeights.PARENT;
        settings.schedule = RestartSchedule.OWN;
        finish();
        for (String node : List.of("root", "0", "1")) {
            try (Trainer trainer = Trainer.resume(run.resolve("nodes").resolve(node))) {
                assertThat(trainer.settings().recipe().train().epochs())
                        .as(node)
                        .isEqualTo(2);
                assertThat(trainer.stepsDone()).as(node).isEqualTo(trainer.steps());
            }
        }
    }

    @Test
    void stoppedTreeEndsAsOneThatNeverStopped() throws IOException {
        settings.restart = Restart.FINAL;
        finish();
        byte[] straight = Files.readAllBytes(run.resolve("family.safetensors"));
        TreeRecord expected = TreeRecord.of(run).orElseThrow();
        Path other = temporary.resolve("other");
        AtomicInteger asked = new AtomicInteger();
        try (TreeTrainer trainer = TreeTrainer.start(settings.recipe(data), other, SEED)) {
            assertThat(trainer.run(() -> asked.incrementAndGet() % 3 == 0, QUIET))
                    .isFalse();
        }
        List<String> probed = new ArrayList<>();
        boolean done = false;
        for (int i = 0; i < 100 && !done; i++) {
            try (TreeTrainer trainer = TreeTrainer.resume(other)) {
                done = trainer.run(() -> asked.incrementAndGet() % 3 == 0, new TreeListener() {
                    @Override
                    public void probed(String node, TreeRecord.Probe probe) {
                        probed.add(node + " " + probe.choice());
                    }
                });
            }
        }
        assertThat(done).isTrue();
        assertThat(probed).doesNotHaveDuplicates();
        TreeRecord stopped = TreeRecord.of(other).orElseThrow();
        for (TreeRecord.Node node : expected.nodes()) {
            TreeRecord.Node same = stopped.node(node.name());
            assertThat(same.split()).isEqualTo(node.split());
            assertThat(same.probes())
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds")
                    .isEqualTo(node.probes());
            assertThat(same.training().steps()).isEqualTo(node.training().steps());
        }
        assertThat(Files.readAllBytes(other.resolve("family.safetensors"))).isEqualTo(straight);
    }

    @Test
    void exhaustiveSplitHasALeafForEachOption() {
        settings.rounds = List.of(0);
        settings.epochs = 1;
        settings.rule = Rule.PREDEFINED;
        settings.choices = List.of("stage2.kernel");
        settings.partition = PartitionBy.EXHAUSTIVE;
        settings.model = TinyTraining.model();
        settings.choices = List.of(settings.model.space().choices().get(0).name());
        TreeRecord tree = finish();
        assertThat(tree.leaves())
                .hasSize(settings.model.space().choices().get(0).options().size());
        assertThat(tree.node("root").training().steps()).isZero();
        assertThat(tree.node("root").probes()).isEmpty();
    }

    @Test
    void supernetWithNothingLeftToSplitStaysWhole() {
        settings.choices = List.of(settings.model.space().choices().get(0).name());
        TreeRecord tree = finish();
        assertThat(tree.leaves()).extracting(TreeRecord.Node::name).containsExactly("0-0", "1-0");
        assertThat(tree.node("0").split().why()).contains("split before");
        assertThat(tree.node("0-0").options()).isEqualTo(tree.node("0").options());
    }

    @Test
    void impossibleSplitsAreRefusedBeforeAnythingIsWritten() {
        settings.minimumSize = 5;
        assertRefused("groups of 5 or more");
        settings.minimumSize = null;
        settings.choices = List.of("nothing");
        assertRefused("\"nothing\" is not a choice");
        settings.choices = null;
        settings.rounds = List.of(2, 4);
        assertRefused("more epochs than its last round");
        assertThat(run).doesNotExist();
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() ->
                        TreeTrainer.start(settings.recipe(data), run, SEED).close())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    private TreeRecord finish() {
        try (TreeTrainer trainer = TreeTrainer.start(settings.recipe(data), run, SEED)) {
            long planned = trainer.steps();
            assertThat(trainer.run(() -> false, QUIET)).isTrue();
            assertThat(trainer.stepsDone()).isEqualTo(trainer.steps()).isLessThanOrEqualTo(planned);
        }
        return TreeRecord.of(run).orElseThrow();
    }

    /** What the newest checkpoint of a run holds. */
    private static Map<String, float[]> checkpoint(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            Path newest = files.filter(file -> file.toString().contains("checkpoint-"))
                    .max(Path::compareTo)
                    .orElseThrow();
            SafetensorsFile file = SafetensorsFile.open(newest);
            Map<String, float[]> values = new java.util.LinkedHashMap<>();
            file.names().forEach(name -> {
                try (Tensor tensor = dev.weft.weight.StoredTensors.copied(file, name)) {
                    values.put(name, Tensors.floats(tensor));
                }
            });
            return values;
        }
    }
}
