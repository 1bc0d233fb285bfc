package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.criterion.Criterion;
import dev.weft.criterion.Scene;
import dev.weft.criterion.Scorer;
import dev.weft.data.Batch;
import dev.weft.export.OnnxFile;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.metric.Metric;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.onnx.ExportLabel;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.onnx.Exporter;
import dev.weft.ops.Bundle;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every input of a model; implement it for a new one. */
public interface InputContract {
    /** How many examples most checks have. */
    int EXAMPLES = 3;

    /** A model bound to the input, without batch norm. */
    ModelDefinition model();

    /** The kinds that the model and its input are among. */
    default Kinds kinds() {
        return Kinds.builtIn();
    }

    private ModelInput input() {
        return model().input();
    }

    private Family family() {
        return Family.of(model(), 1, List.of(), kinds());
    }

    private static Bundle outputs(Family family, Bundle inputs) {
        return family.forward(inputs, Pass.evaluation(family.space().largest(), MemberStatistics.none()));
    }

    private Batch batch() {
        SplittableRandom random = new SplittableRandom(1);
        return new Batch(
                input().random(EXAMPLES, random),
                input().randomTargets(EXAMPLES, random),
                IntStream.range(0, EXAMPLES).boxed().toList());
    }

    private static void assertFits(List<Port> ports, Bundle bundle) {
        assertThat(bundle.tensors().keySet())
                .containsExactlyElementsOf(ports.stream().map(Port::name).toList());
        for (Port port : ports) {
            assertThat(port.takes(bundle.get(port.name()))).as(port.toString()).isTrue();
            assertThat(bundle.get(port.name()).size(0)).as(port.name()).isEqualTo(EXAMPLES);
        }
    }

    @Test
    default void settingsReadBackByTheirKind() {
        String json = Json.writeReadableLine(input(), "An input", kinds());
        assertThat(Json.parse(json, "an input", ModelInput.class, kinds())).isEqualTo(input());
        assertThat(input().covers(input())).isTrue();
        assertThat(input().description()).isNotBlank();
    }

    @Test
    default void examplesAndShapesAreThoseOfThePorts() {
        try (PointerScope scope = new PointerScope()) {
            Bundle random = input().random(EXAMPLES, new SplittableRandom(1));
            Bundle shapes = input().shapes(EXAMPLES);
            assertFits(input().inputs(), random);
            assertFits(input().inputs(), shapes);
            for (Port port : input().inputs()) {
                assertThat(shapes.get(port.name()).is_meta()).isTrue();
                assertThat(random.get(port.name()).shape())
                        .isEqualTo(shapes.get(port.name()).shape());
            }
        }
    }

    @Test
    default void oneSeedGivesOneBatchAndAnotherAnother() {
        try (PointerScope scope = new PointerScope()) {
            Bundle first = input().random(EXAMPLES, new SplittableRandom(1));
            Bundle same = input().random(EXAMPLES, new SplittableRandom(1));
            Bundle other = input().random(EXAMPLES, new SplittableRandom(2));
            first.tensors().forEach((name, tensor) -> assertThat(Tensors.bytes(tensor))
                    .as(name)
                    .isEqualTo(Tensors.bytes(same.get(name)))
                    .isNotEqualTo(Tensors.bytes(other.get(name))));
        }
    }

    @Test
    default void outputsAreThoseOfThePorts() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = family()) {
            assertFits(input().outputs(), outputs(family, input().random(EXAMPLES, new SplittableRandom(1))));
        }
    }

    @Test
    default void theCriterionIsFiniteAndReachesEveryOutput() {
        try (PointerScope scope = new PointerScope();
                Family family = family()) {
            Batch batch = batch();
            Bundle leaves = outputs(family, batch.inputs())
                    .map(output -> output.detach().clone().set_requires_grad(true));
            Criterion criterion = input().criterion();
            Scene scene = Scene.of(batch, Member.PLAIN, leaves);
            assertThat(criterion.each(scene).shape()).containsExactly(EXAMPLES);
            Tensor loss = criterion.of(scene);
            assertThat(loss.item_double()).isFinite();
            loss.backward();
            leaves.tensors().forEach((name, leaf) -> {
                assertThat(leaf.grad().defined()).as(name).isTrue();
                assertThat(leaf.grad().isfinite().all().item_bool()).as(name).isTrue();
                assertThat(leaf.grad().abs().sum().item_double()).as(name).isPositive();
            });
        }
    }

    @Test
    default void everyMetricComesOutAndIsOfAllExamples() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = family()) {
            Batch batch = batch();
            Bundle outputs = outputs(family, batch.inputs());
            Scorer once = input().scorer();
            once.add(batch, outputs);
            Scorer twice = input().scorer();
            twice.add(batch, outputs);
            twice.add(batch, outputs);
            Map<Metric, Double> values = once.values();
            assertThat(values.keySet()).containsExactlyElementsOf(input().metrics());
            values.forEach((metric, value) -> {
                assertThat(metric.form().allows(value)).as(metric + " " + value).isTrue();
                assertThat(twice.values().get(metric)).as(metric.key()).isCloseTo(value, within(1e-9));
            });
        }
    }

    /** ONNX Runtime is given the ports by name, with open axes cut to half, and gives what the live member does. */
    @Test
    default void exportedFileHasThePortsAndReadsTheInputBack(@TempDir Path folder) {
        Path onnx = folder.resolve("member.onnx");
        try (Family family = family();
                PointerScope scope = new PointerScope()) {
            ExportResult result = Exporter.export(
                    family,
                    family.space().largest(),
                    MemberStatistics.none(),
                    List.of(
                            input().random(EXAMPLES, new SplittableRandom(1)),
                            input().random(1, new SplittableRandom(2))),
                    ExportOptions.onnx(onnx));
            assertThat(result.check().maxAbsError()).isLessThan(1e-4);
            assertThat(result.check().examples()).isEqualTo(EXAMPLES + 1);
            assertThat(new ExportLabel(OnnxFile.read(onnx)).input(kinds())).isEqualTo(input());
        }
    }
}
