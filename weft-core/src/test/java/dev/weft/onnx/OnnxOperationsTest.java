package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.weft.export.ExportedInput;
import dev.weft.export.OnnxFile;
import dev.weft.ops.MeanAbsNorm;
import dev.weft.ops.Op;
import dev.weft.ops.Ops;
import dev.weft.ops.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation there is, alone: its ONNX form gives what libtorch gives, for batches other than the recorded one. */
class OnnxOperationsTest {
    private static final int CHANNELS = 3;
    private static final int SIDE = 4;

    private final Map<String, Tensor> weights = new LinkedHashMap<>();

    /** The operation on images (B, 3, 4, 4) with values of both signs. */
    private Tensor run(Op op, Tensor x) {
        return switch (op) {
            case LINEAR ->
                Ops.add(Ops.linear(x, weight("w", 5, SIDE), weight("b", 5)), Ops.linear(x, weight("v", 5, SIDE), null));
            case CONV2D -> Ops.conv2d(x, weight("w", 6, 1, 3, 3), weight("b", 6), 2, 1, 1, 3);
            case BATCH_NORM ->
                Ops.batchNorm(
                        Ops.batchNorm(
                                x, weight("mean", 3), positive("variance", 3), weight("w", 3), weight("b", 3), 1e-5),
                        weight("other mean", 3),
                        positive("other variance", 3),
                        null,
                        null,
                        1e-5);
            case LAYER_NORM -> Ops.layerNorm(x, weight("w", SIDE), weight("b", SIDE), 1e-6);
            case RMS_NORM -> Ops.rmsNorm(x, weight("w", SIDE), 1e-5);
            case RELU -> Ops.relu(x);
            case HARD_SWISH -> Ops.hardSwish(x);
            case SILU -> Ops.silu(x);
            case GELU -> Ops.gelu(x);
            case SIGMOID -> Ops.sigmoid(x);
            case HARD_SIGMOID -> Ops.hardSigmoid(x);
            case ADD -> Ops.add(x, weight("w", 1, CHANNELS, 1, 1));
            case MULTIPLY -> Ops.multiply(x, Ops.mean(x, List.of(2, 3), true));
            case NORMALISE -> Ops.normalise(x, List.of(0.1, 0.5, 0.9), List.of(0.2, 0.3, 0.4));
            case RESIZE -> Ops.resize(x, 3, 2);
            case MEAN -> Ops.mean(x, List.of(1, 3), false);
            case MAX_POOL -> Ops.maxPool2d(x, 2);
            case AVERAGE_POOL -> Ops.add(Ops.averagePool2d(x, 3, 2, 1), Ops.averagePool2d(x, 2, 2, 0));
            case ZEROS -> Ops.add(Ops.zeros(x), x);
            case UNFLATTEN -> Ops.unflatten(x, 2, List.of(2, -1));
            case FLATTEN -> Ops.flatten(x, 2);
            case TRANSPOSE -> Ops.transpose(x, 1, 3);
            case ATTENTION -> Ops.attention(x, Ops.relu(x), Ops.sigmoid(x));
            case CAUSAL_ATTENTION ->
                Ops.add(
                        Ops.causalAttention(x, Ops.relu(x), Ops.sigmoid(x)),
                        Ops.causalAttention(x, single(x), Ops.gelu(single(x)))); // all heads share one
            case ROTARY -> Ops.rotary(x, 3, 10);
            case ADD_POSITIONS -> Ops.addPositions(Ops.flatten(x, 2), weight("table", 7, 16), 2);
            case PREPEND_TOKEN -> Ops.prependToken(weight("token", 1, 1, 16), Ops.flatten(x, 2));
            case SELECT -> Ops.select(x, 2, 3);
            case CONCATENATE -> Ops.concatenate(List.of(x, Ops.relu(x), x), 1);
            case EMBEDDING -> Ops.add(x, Ops.embedding(weight("table", 5, SIDE), indices()));
            case CUSTOM -> Ops.apply(new MeanAbsNorm(1e-5), x, weight("w", SIDE));
        };
    }

    private static Tensor single(Tensor x) {
        return Ops.mean(x, List.of(1), true);
    }

    @ParameterizedTest
    @EnumSource(Op.class)
    void inOnnxRuntimeEqualsLibtorch(Op op) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor recorded = images(2);
            Ops.flatten(run(op, recorded), 1); // makes the weights
            OnnxGraph graph = new OnnxGraph();
            int[] width = new int[1];
            try (OnnxRecorder recorder = new OnnxRecorder(graph)) {
                weights.forEach(recorder::publish);
                recorder.input("image", recorded);
                Ops.record(recorder, () -> {
                    Tensor output = Ops.flatten(run(op, recorded), 1);
                    width[0] = (int) output.size(1);
                    graph.rename(recorder.name(output), "logits");
                });
            }
            OnnxModel model = new OnnxModel(
                    graph.build(
                            "one",
                            OnnxGraph.value("image", DataType.FLOAT, "batch", CHANNELS, SIDE, SIDE),
                            OnnxGraph.value("logits", DataType.FLOAT, "batch", width[0])),
                    metadata(width[0]));
            ExportCheck check = ExportCheck.run(
                    model.file(), x -> Ops.flatten(run(op, x), 1), List.of(images(5), images(1), recorded));
            assertThat(check.maxAbsError()).isLessThanOrEqualTo(1e-5);
            assertThat(check.examples()).isEqualTo(8);
        }
    }

    private Tensor weight(String name, long... shape) {
        return weights.computeIfAbsent(name, n -> random(n.hashCode(), -1, shape));
    }

    private Tensor positive(String name, long... shape) {
        return weights.computeIfAbsent(name, n -> random(n.hashCode(), 0.1, shape));
    }

    private Tensor indices() {
        return weights.computeIfAbsent(
                "indices", n -> Tensors.of(new float[] {4, 0, 1, 1}, SIDE).to(torch.ScalarType.Long));
    }

    private static Tensor images(int batch) {
        return random(batch, -4, batch, CHANNELS, SIDE, SIDE);
    }

    private static Tensor random(long seed, double low, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (low + random.nextDouble() * (1 - low));
        }
        return Tensors.of(values, shape);
    }

    private static Map<String, String> metadata(int width) {
        List<Double> three = Collections.nCopies(CHANNELS, 0.5);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("weft.member", "one");
        metadata.putAll(OnnxFile.classLabel(Collections.nCopies(width, "class")));
        metadata.putAll(new ExportedInput(CHANNELS, SIDE, three, three, SIDE, 255, OptionalDouble.empty()).label());
        return metadata;
    }
}
