package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weft.export.OnnxFile;
import dev.weft.natives.OnnxRuntime;
import dev.weft.ops.AttentionOps;
import dev.weft.ops.NormOps;
import dev.weft.ops.Ops;
import dev.weft.ops.Port;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What depends on the length of a sequence follows it in the graph: masks, positions and angles are not those of the recording. */
class OnnxSequenceTest {
    private static final int WIDTH = 8;

    @Test
    void causalMaskRotaryAnglesAndPositionsFollowTheLength() {
        Tensor table = random(9, WIDTH);
        Tensor weight = random(WIDTH);
        check(Map.of("table", table, "weight", weight), x -> {
            Tensor placed = NormOps.rmsNorm(AttentionOps.addPositions(x, table, 0), weight, 1e-5);
            Tensor heads = Ops.transpose(Ops.unflatten(placed, 2, List.of(4, -1)), 1, 2); // (B, 4, T, 2)
            Tensor shared = Ops.transpose(Ops.unflatten(Ops.silu(placed), 2, List.of(4, -1)), 1, 2);
            Tensor one = Ops.mean(shared, List.of(1), true); // (B, 1, T, 2): all heads share it
            Tensor attended = Ops.add(
                    AttentionOps.causalAttention(
                            AttentionOps.rotary(heads, 0, 100), AttentionOps.rotary(shared, 0, 100), shared),
                    AttentionOps.causalAttention(heads, AttentionOps.rotary(one, 0, 10), one));
            return Ops.flatten(Ops.transpose(attended, 1, 2), 2);
        });
    }

    private static void check(Map<String, Tensor> weights, UnaryOperator<Tensor> body) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                OrtSession session = OnnxRuntime.environment()
                        .createSession(record(weights, body), new OrtSession.SessionOptions())) {
            for (long[] shape : new long[][] {{2, 5, WIDTH}, {1, 1, WIDTH}, {3, 2, WIDTH}, {2, 9, WIDTH}}) {
                Tensor x = random(shape);
                try (OnnxTensor input = OnnxTensor.createTensor(
                                OnnxRuntime.environment(), FloatBuffer.wrap(Tensors.floats(x)), shape);
                        OrtSession.Result result = session.run(Map.of("x", input))) {
                    float[] actual =
                            ((OnnxTensor) result.get(0)).getFloatBuffer().array();
                    TensorAssert.assertThat(Tensors.of(actual, shape)).isCloseTo(body.apply(x), 1e-5);
                }
            }
        } catch (OrtException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] record(Map<String, Tensor> weights, UnaryOperator<Tensor> body) {
        OnnxGraph graph = new OnnxGraph();
        try (OnnxRecorder recorder = new OnnxRecorder(graph)) {
            Tensor recorded = random(2, 3, WIDTH);
            weights.forEach(recorder::publish);
            recorder.input("x", recorded);
            Ops.record(recorder, () -> graph.rename(recorder.name(body.apply(recorded)), "y"));
        }
        GraphProto built = graph.build("sequence", sequences("x"), sequences("y"));
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OnnxFile.OPERATOR_SET))
                .setGraph(built)
                .build();
        assertThat(built.getNodeList()).isNotEmpty();
        return model.toByteArray();
    }

    private static List<Port> sequences(String name) {
        return List.of(Port.floats(name).open("length").fixed(WIDTH));
    }

    private static Tensor random(long... shape) {
        SplittableRandom random = new SplittableRandom(shape.length + shape[0]);
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }
}
