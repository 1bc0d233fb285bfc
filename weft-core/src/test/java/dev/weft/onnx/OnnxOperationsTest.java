package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.export.ExportedInput;
import dev.weft.export.OnnxFile;
import dev.weft.ops.AttentionOps;
import dev.weft.ops.Bundle;
import dev.weft.ops.ImageOps;
import dev.weft.ops.MeanAbsNorm;
import dev.weft.ops.NormOps;
import dev.weft.ops.Op;
import dev.weft.ops.Ops;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.Stream;
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
            case MATMUL -> Ops.matmul(Ops.matmul(x, weight("w", SIDE, 5)), weight("v", CHANNELS, 5, 2));
            case GROUP_NORM ->
                NormOps.groupNorm(NormOps.groupNorm(x, 3, weight("w", 3), weight("b", 3), 1e-6), 1, null, null, 1e-5);
            case L2_NORMALISE -> NormOps.l2Normalise(Ops.multiply(x, rowsMask()), 1e-12);
            case GELU_TANH -> Ops.geluTanh(Ops.multiply(x, Ops.exp(x)));
            case TANH -> Ops.tanh(x);
            case EXP -> Ops.exp(x);
            case AT_MOST -> Ops.atMost(x, 0.25);
            case SOFTMAX -> Ops.softmax(x, 2);
            case SUBTRACT -> Ops.subtract(x, weight("w", 1, CHANNELS, 1, 1));
            case RESIZE_BICUBIC ->
                Ops.concatenate(List.of(ImageOps.resizeBicubic(x, 7, 5), ImageOps.resizeBicubic(x, 3, 5)), 2);
            case RESIZE_AREA -> Ops.concatenate(List.of(ImageOps.resizeArea(x, 3, 2), ImageOps.resizeArea(x, 1, 2)), 2);
            case RESIZE_NEAREST -> ImageOps.resizeNearest(x, 2);
            case SLICE -> Ops.slice(x, 2, 1, 2);
            case GATHER -> Ops.gather(Ops.concatenate(List.of(x, Ops.relu(x)), 2), 2, indices());
            case SCATTER_ADD -> Ops.scatterAdd(x, 2, indices(), 6);
            case CONV2D -> ImageOps.conv2d(x, weight("w", 6, 1, 3, 3), weight("b", 6), 2, 1, 1, 3);
            case BATCH_NORM ->
                NormOps.batchNorm(
                        NormOps.batchNorm(
                                x, weight("mean", 3), positive("variance", 3), weight("w", 3), weight("b", 3), 1e-5),
                        weight("other mean", 3),
                        positive("other variance", 3),
                        null,
                        null,
                        1e-5);
            case LAYER_NORM ->
                NormOps.layerNorm(NormOps.layerNorm(x, weight("w", SIDE), weight("b", SIDE), 1e-6), null, null, 1e-5);
            case RMS_NORM -> NormOps.rmsNorm(x, weight("w", SIDE), 1e-5);
            case RELU -> Ops.relu(x);
            case HARD_SWISH -> Ops.hardSwish(x);
            case SILU -> Ops.silu(x);
            case GELU -> Ops.gelu(x);
            case SIGMOID -> Ops.sigmoid(x);
            case HARD_SIGMOID -> Ops.hardSigmoid(x);
            case ADD -> Ops.add(x, weight("w", 1, CHANNELS, 1, 1));
            case MULTIPLY -> Ops.multiply(x, Ops.mean(x, List.of(2, 3), true));
            case NORMALISE -> ImageOps.normalise(x, List.of(0.1, 0.5, 0.9), List.of(0.2, 0.3, 0.4));
            case RESIZE -> ImageOps.resize(x, 3, 2);
            case MEAN -> Ops.mean(x, List.of(1, 3), false);
            case MAX_POOL -> ImageOps.maxPool2d(x, 2);
            case AVERAGE_POOL -> Ops.add(ImageOps.averagePool2d(x, 3, 2, 1), ImageOps.averagePool2d(x, 2, 2, 0));
            case ZEROS -> Ops.add(Ops.zeros(x), x);
            case UNFLATTEN -> Ops.unflatten(x, 2, List.of(2, -1));
            case FLATTEN -> Ops.flatten(x, 2);
            case TRANSPOSE -> Ops.transpose(x, 1, 3);
            case ATTENTION -> {
                Tensor plain = AttentionOps.attention(x, Ops.relu(x), Ops.sigmoid(x));
                Tensor added =
                        AttentionOps.attention(x, single(x), Ops.relu(single(x)), weight("w", CHANNELS, SIDE, SIDE), 1);
                yield Ops.add(plain, Ops.add(added, AttentionOps.attention(x, x, Ops.sigmoid(x), seen(), 0.5)));
            }
            case CAUSAL_ATTENTION ->
                Ops.add(
                        AttentionOps.causalAttention(x, Ops.relu(x), Ops.sigmoid(x)),
                        AttentionOps.causalAttention(x, single(x), Ops.gelu(single(x)))); // all heads share one
            case ROTARY -> Ops.add(AttentionOps.rotary(x, 3, 10), AttentionOps.rotary(Ops.relu(x), indices(), 7));
            case ADD_POSITIONS -> AttentionOps.addPositions(Ops.flatten(x, 2), weight("table", 7, 16), 2);
            case PREPEND_TOKEN -> AttentionOps.prependToken(weight("token", 1, 1, 16), Ops.flatten(x, 2));
            case SELECT -> Ops.select(x, 2, 3);
            case CONCATENATE -> Ops.concatenate(List.of(x, Ops.relu(x), x), 1);
            case EMBEDDING -> Ops.add(x, Ops.embedding(weight("table", 5, SIDE), indices()));
            case CUSTOM -> Ops.apply(new MeanAbsNorm(1e-5), x, weight("w", SIDE));
        };
    }

    /** Rows of which some are zero. */
    private Tensor rowsMask() {
        return weights.computeIfAbsent("rows", n -> Tensors.of(new float[] {1, 0, 2, 1}, SIDE, 1));
    }

    /** Which of four keys each of four queries sees. */
    private Tensor seen() {
        float[] seen = {1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1};
        return weights.computeIfAbsent("seen", n -> Tensors.of(seen, SIDE, SIDE).to(torch.ScalarType.Bool));
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
                            List.of(Port.floats("image", CHANNELS, SIDE, SIDE)),
                            List.of(Port.floats("logits", width[0]))),
                    metadata(width[0]));
            ExportCheck check = ExportCheck.run(
                    model.file(),
                    x -> Bundle.of("logits", Ops.flatten(run(op, x.only()), 1)),
                    Stream.of(images(5), images(1), recorded)
                            .map(image -> Bundle.of("image", image))
                            .toList());
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
