package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import dev.weft.export.OnnxFile;
import dev.weft.export.StoredTensor;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.model.CellStack;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.natives.OnnxRuntime;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Members in fewer bits: they say nearly what the float32 ones do, and what they cost is in the result. */
class PrecisionTest {
    @TempDir
    Path folder;

    private static List<ModelDefinition> definitions() {
        List<ModelDefinition> all = new ArrayList<>(ExportFixture.definitions());
        all.add(TinyModels.languageModel());
        all.add(TinyModels.llama());
        return all;
    }

    /** What the live member itself says: every label is right, so that each other first choice costs accuracy. */
    private static ExportExamples examples(Family family, Member member, MemberStatistics statistics) {
        List<Bundle> inputs = List.of(
                ExportFixture.inputs(family.definition(), 200, 1), ExportFixture.inputs(family.definition(), 3, 2));
        List<Bundle> labels = inputs.stream()
                .map(batch -> family.forward(batch, Pass.evaluation(member, statistics))
                        .map(logits -> logits.argmax(new org.bytedeco.pytorch.LongOptional(-1), false)))
                .toList();
        return new ExportExamples(
                inputs,
                labels,
                List.of(
                        ExportFixture.inputs(family.definition(), 16, 3),
                        ExportFixture.inputs(family.definition(), 16, 4)));
    }

    /** From the least to the greatest logit of the live member, over all examples of the last export. */
    private double spread;

    private ExportResult export(ModelDefinition definition, Precision precision, double maxDrop, Path file) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = Family.of(definition, 1)) {
            Member member = family.space().largest();
            MemberStatistics statistics = ExportFixture.isText(definition)
                    ? MemberStatistics.none()
                    : ExportFixture.statistics(family, member);
            ExportExamples examples = examples(family, member, statistics);
            Tensor logits = family.forward(examples.inputs().get(0), Pass.evaluation(member, statistics))
                    .only();
            spread = logits.max().item_float() - logits.min().item_float();
            return Exporter.export(
                    family,
                    member,
                    statistics,
                    examples,
                    ExportOptions.onnx(file).withPrecision(precision, maxDrop),
                    (exact, shipped) -> Map.of("exactBytes", "" + exact.sizeBytes()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void everyModelSaysNearlyTheSameInFewerBits(Precision precision) {
        for (ModelDefinition definition : definitions()) {
            Path file = folder.resolve("member.onnx");
            ExportResult result = export(definition, precision, 10, file);
            // A part of how far logits lie apart, which says more of an untrained model than its first choices.
            double bound = precision == Precision.FLOAT16 ? 0.002 : precision == Precision.INT8_DYNAMIC ? 0.06 : 0.2;
            String what = definition.name() + " in " + precision;
            assertThat(result.check().maxAbsError()).as(what).isPositive();
            if (definition instanceof CellStack cells) {
                // Its untrained norms, one behind the other, make single inputs leave every range: the largest error is
                // of one of them. Logits of the cells of DARTS lie nearer to each other, for there are ten classes.
                boolean isDarts = cells.wiring().inputs() == 2;
                double agreeing = precision == Precision.FLOAT16 ? isDarts ? 0.98 : 1 : isDarts ? 0.8 : 0.9;
                assertThat(result.check().top1Agreement().orElseThrow())
                        .as(what)
                        .isGreaterThanOrEqualTo(agreeing);
            } else {
                assertThat(result.check().maxAbsError() / spread).as(what).isLessThan(bound);
            }
            assertThat(OnnxFile.read(file).metadata())
                    .containsEntry("weft.precision", precision.toString())
                    .containsKey("exactBytes")
                    .containsKey(ExportFixture.isText(definition) ? "weft.float32.loss" : "weft.float32.accuracy");
            String dtype = precision == Precision.FLOAT16 ? "F16" : "I8";
            assertThat(OnnxFile.read(file).tensors())
                    .extracting(StoredTensor::dtype)
                    .contains(dtype);
        }
    }

    @Test
    void accuracyIsThatOfTheLabels() {
        ExportResult result = export(TinyModels.visionTransformer(), Precision.FLOAT16, 1, folder.resolve("a.onnx"));
        QualityChange quality = result.quality().orElseThrow();
        assertThat(quality.metric()).isEqualTo("accuracy");
        assertThat(quality.live()).isEqualTo(1);
        assertThat(quality.exported()).isCloseTo(result.check().top1Agreement().orElseThrow(), within(1e-9));
    }

    @Test
    void whatCostsMoreThanAllowedIsRefusedAndNotWritten() throws IOException {
        Path file = folder.resolve("refused.onnx");
        QualityChange worse = new QualityChange("accuracy", 0.9, 0.85);
        assertThatThrownBy(() -> worse.requireWithin(0.01, Precision.INT8_STATIC, "m"))
                .isInstanceOf(CheckFailedException.class)
                .hasMessageContaining("0.8500 in place of 0.9000")
                .hasMessageContaining("--max-drop");
        worse.requireWithin(0.06, Precision.INT8_STATIC, "m");
        assertThat(new QualityChange("loss", 1, 1.5).drop()).isEqualTo(0.5);
        assertThatThrownBy(() -> new QualityChange("loss", 1, Double.NaN).requireWithin(1, Precision.FLOAT16, "m"))
                .isInstanceOf(CheckFailedException.class);
        // The labels are the live member's own choices: of several untrained members some make them by a hair's
        // breadth.
        int refused = 0;
        for (ModelDefinition definition : definitions()) {
            try {
                export(definition, Precision.INT8_STATIC, 0, file);
                Files.delete(file);
            } catch (CheckFailedException e) {
                refused++;
                assertThat(Files.exists(file)).isFalse();
            }
        }
        assertThat(refused).isGreaterThan(definitions().size() / 2);
    }

    @Test
    void safetensorsAreNotProvenByFewerBits() {
        assertThatThrownBy(() -> ExportOptions.onnx(folder.resolve("a.onnx"))
                        .andSafetensors(folder.resolve("a.safetensors"))
                        .withPrecision(Precision.FLOAT16, 0.01))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> Precision.of("int8-dynamik"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("int8-dynamic");
    }

    /** Against the rounding of the JDK, which this project may not call yet: {@code Float.floatToFloat16} is of Java 20. */
    @Test
    void halfIsTheNearestNumber() {
        assertThat(HalfPrecision.half(0f)).isEqualTo((short) 0);
        assertThat(HalfPrecision.half(-0f)).isEqualTo((short) 0x8000);
        assertThat(HalfPrecision.half(1f)).isEqualTo((short) 0x3c00);
        assertThat(HalfPrecision.half(-2f)).isEqualTo((short) 0xc000);
        assertThat(HalfPrecision.half(65504f)).isEqualTo((short) 0x7bff);
        assertThat(HalfPrecision.half(1e9f)).isEqualTo((short) 0x7bff);
        assertThat(HalfPrecision.half(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
        assertThat(HalfPrecision.half(0x1p-24f)).isEqualTo((short) 1);
        assertThat(HalfPrecision.half(0x1p-25f)).isEqualTo((short) 0); // half way: the even one
        assertThat(HalfPrecision.half(1 + 0x1p-11f)).isEqualTo((short) 0x3c00); // half way: the even one
        assertThat(HalfPrecision.half(1 + 0x1.8p-10f)).isEqualTo((short) 0x3c02); // half way: the even one
        assertThat(HalfPrecision.half(0x1.fffp-15f)).isEqualTo((short) 0x0400); // rounds up into the normal numbers
        assertThat(HalfPrecision.half(Math.nextDown(2f))).isEqualTo((short) 0x4000); // carries into the exponent
    }

    @Test
    void weightsAreRoundedByChannel() {
        Constant weight = new Constant("w", new float[] {1.2f, -2, 0, 0, 0.5f, 63}, List.of(3L, 2L));
        Int8Weight rows = Int8Weight.of(weight, 0);
        assertThat(rows.scales()).containsExactly(2 / 63f, 1, 1);
        assertThat(rows.values()).containsExactly(new byte[] {38, -63, 0, 0, 1, 63});
        Int8Weight columns = Int8Weight.of(weight, 1);
        assertThat(columns.scales()).containsExactly(1.2f / 63, 1);
        assertThat(columns.values()).containsExactly(new byte[] {63, -2, 0, 0, 26, 63});
        assertThat(weight.transposed().values()).containsExactly(1.2f, 0, 0.5f, -2, 0, 63);
        assertThat(weight.slice(new long[] {1, 1}, new long[] {3, 2}).values()).containsExactly(0, 63);
    }

    @Test
    void zeroIsExactInEveryRange() {
        for (double[] range : new double[][] {{-1, 3}, {0.5, 2}, {-4, -1}, {0, 0}, {-1e-9, 6}}) {
            ActivationRange activations = new ActivationRange(range[0], range[1]);
            assertThat(activations.zeroPoint()).isBetween(0, 255);
            assertThat(activations.scale()).isPositive();
            double lowest = (0 - activations.zeroPoint()) * activations.scale();
            assertThat(lowest).isCloseTo(Math.min(0, range[0]), within((double) activations.scale()));
        }
    }

    @Test
    void aScaleMayBeHeldUp() {
        Constant weight = new Constant("w", new float[] {1e-9f, 0, 63}, List.of(3L, 1L));
        Int8Weight held = Int8Weight.of(weight, 0, new float[] {1e-6f, 0.25f, 0.5f});
        assertThat(held.scales()).containsExactly(1e-6f, 0.25f, 1);
        assertThat(held.values()).containsExactly(new byte[] {0, 0, 63});
    }

    @Test
    void fewerBitsNeedLabels() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = Family.of(TinyModels.visionTransformer(), 1)) {
            assertThatThrownBy(() -> Exporter.export(
                            family,
                            family.space().largest(),
                            MemberStatistics.none(),
                            List.of(ExportFixture.inputs(family.definition(), 2, 1)),
                            ExportOptions.onnx(folder.resolve("a.onnx")).withPrecision(Precision.FLOAT16, 1)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("examples with labels");
        }
    }

    /** As folding leaves it of a dead channel: weights that are nearly nothing, and a bias that is not. */
    @Test
    void theBiasOfATinyChannelStaysItself() throws Exception {
        GraphProto graph = GraphProto.newBuilder()
                .addInput(OnnxGraph.value("x", DataType.FLOAT, "batch", 1, 2, 2))
                .addOutput(OnnxGraph.value("y", DataType.FLOAT, "batch", 2, 1, 1))
                .build();
        OnnxEditor editor = new OnnxEditor(graph);
        editor.storeFloats("w", new float[] {1e-12f, 0, 0, -1e-12f, 0.5f, 0, 0, 0.5f}, 2, 1, 2, 2);
        editor.storeFloats("b", new float[] {1, -0.25f}, 2);
        editor.node("Conv", "y", List.of("x", "w", "b"));
        try (Tensor batch = Tensors.of(new float[] {0, 1, 2, 3}, 1, 1, 2, 2)) {
            GraphProto integers = StaticQuantisation.of(editor.build(), List.of(Bundle.of("x", batch)));
            try (OrtSession session = OnnxRuntime.environment().createSession(OnnxModel.bytes(integers));
                    OnnxTensor x = OnnxTensor.createTensor(
                            OnnxRuntime.environment(),
                            FloatBuffer.wrap(new float[] {0, 1, 2, 3}),
                            new long[] {1, 1, 2, 2});
                    OrtSession.Result result = session.run(Map.of("x", x))) {
                float[] y = new float[2];
                ((OnnxTensor) result.get(0)).getFloatBuffer().get(y);
                assertThat(y[0]).isCloseTo(1, within(0.02f));
                assertThat(y[1]).isCloseTo(1.25f, within(0.02f));
            }
        }
    }
}
