package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.ops.Ops;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OnnxRecorderTest {
    private final PointerScope scope = new PointerScope();
    private final NoGradGuard guard = new NoGradGuard();
    private final OnnxGraph graph = new OnnxGraph();
    private final OnnxRecorder recorder = new OnnxRecorder(graph);
    private Tensor image;
    private Tensor weight;

    @BeforeEach
    void publish() {
        image = Tensors.zeros(2, 1, 2, 3);
        weight = Tensors.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 4, 3);
        recorder.input("image", image);
        recorder.publish("w", weight);
    }

    @AfterEach
    void close() {
        recorder.close();
        guard.close();
        scope.close();
    }

    @Test
    void constantOfUnknownOriginIsAnErrorThatNamesTheOperation() {
        Tensor stray = Tensors.zeros(2, 3);
        assertThatThrownBy(() -> Ops.record(recorder, () -> Ops.linear(image, stray, null)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Input 1 of LINEAR");
    }

    @Test
    void computationThatWentRoundTheOperationsIsAnError() {
        assertThatThrownBy(() -> Ops.record(recorder, () -> Ops.relu(image.neg())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Input 0 of RELU");
        Ops.record(recorder, () -> {
            Tensor y = Ops.relu(image).neg();
            assertThatThrownBy(() -> recorder.name(y)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> recorder.name(image.neg())).isInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void pieceOfAnActivationIsAnError() {
        assertThatThrownBy(() ->
                        Ops.record(recorder, () -> Ops.relu(Ops.relu(image).narrow(3, 0, 1))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void addressesOfTensorsThatDiedAreNotMistakenForLaterOnes() {
        Ops.record(recorder, () -> {
            for (int i = 0; i < 200; i++) {
                Tensor inner = Tensors.scoped(() -> Ops.relu(image));
                inner.close();
                Tensor stray = Tensors.zeros(2, 1, 2, 3);
                assertThatThrownBy(() -> Ops.relu(stray)).isInstanceOf(IllegalStateException.class);
                stray.close();
            }
        });
    }

    @Test
    void pieceOfAWeightBecomesASliceOfIt() {
        Ops.record(recorder, () -> Ops.linear(image, weight.narrow(0, 2, 2).narrow(1, 0, 3), null));
        var built = graph.build("g", List.of(Port.floats("image", 1, 2, 3)), List.of(Port.floats("y", 1, 2, 2)));
        assertThat(built.getNodeList()).extracting(node -> node.getOpType()).startsWith("Slice");
        assertThat(built.getInitializerList())
                .extracting(tensor -> tensor.getName())
                .containsExactly("w", "/int64[2,0]", "/int64[4,3]");
        assertThat(built.getInitializer(0).getDimsList()).isEqualTo(List.of(4L, 3L));
    }

    @Test
    void turnedPieceOfAWeightIsAnError() {
        assertThatThrownBy(() -> Ops.record(
                        recorder, () -> Ops.relu(weight.transpose(0, 1).narrow(0, 0, 2))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void weightThatNothingReadsIsNotInTheGraph() {
        Ops.record(recorder, () -> Ops.relu(image));
        var built = graph.build("g", List.of(Port.floats("image", 1, 2, 3)), List.of(Port.floats("y", 1, 2, 3)));
        assertThat(built.getInitializerList()).isEmpty();
    }
}
