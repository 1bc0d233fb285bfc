package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weft.model.Family;
import dev.weft.model.LanguageModel;
import dev.weft.model.Stories;
import dev.weft.model.TinyModels;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both kinds of language model in ONNX Runtime beside libtorch, on sequences of lengths other than the recorded one. */
class LanguageModelExportTest {
    @TempDir
    Path folder;

    static Stream<LanguageModel> models() {
        return Stream.of(TinyModels.languageModel(), TinyModels.llama());
    }

    private static Bundle inputs(int batch, int length, int vocabulary) {
        return Bundle.of("tokens", tokens(batch, length, vocabulary));
    }

    private static Tensor tokens(int batch, int length, int vocabulary) {
        long[] tokens = new SplittableRandom(length)
                .longs((long) batch * length, 0, vocabulary)
                .toArray();
        return Tensors.ofLongs(tokens, batch, length);
    }

    @ParameterizedTest
    @MethodSource("models")
    void exportedMembersEqualTheLiveOnesForEveryLength(LanguageModel model) {
        try (Family family = Family.of(model, 3)) {
            for (Member member : ExportFixture.members(family, 6)) {
                ExportResult result = Exporter.export(
                        family,
                        member,
                        MemberStatistics.none(),
                        List.of(inputs(3, 10, 11), inputs(1, 1, 11), inputs(2, 7, 11)),
                        ExportOptions.onnx(folder.resolve("member.onnx")));
                assertThat(result.check().maxAbsError()).as(member.toString()).isLessThanOrEqualTo(1e-5);
            }
        }
    }

    /** Whoever feeds a queue to ONNX Runtime gives it an empty batch now and then, and gets an empty answer. */
    @ParameterizedTest
    @MethodSource("models")
    void nothingGivesAnEmptyAnswer(LanguageModel model) throws OrtException {
        Path file = folder.resolve("empty.onnx");
        try (Family family = Family.of(model, 3)) {
            for (Member member : ExportFixture.members(family, 4)) {
                Exporter.export(
                        family, member, MemberStatistics.none(), List.of(inputs(3, 10, 11)), ExportOptions.onnx(file));
                for (long[] shape : new long[][] {{0, 5}, {0, 1}, {2, 0}, {0, 0}, {2, 3}}) {
                    assertThat(shapeOfAnswer(file, shape))
                            .as("%s, %s", member, Arrays.toString(shape))
                            .containsExactly(shape[0], shape[1], 11);
                }
            }
        }
    }

    private static long[] shapeOfAnswer(Path file, long[] shape) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        LongBuffer tokens = LongBuffer.allocate(Math.toIntExact(shape[0] * shape[1]));
        try (OrtSession session = environment.createSession(file.toString());
                OnnxTensor input = OnnxTensor.createTensor(environment, tokens, shape);
                OrtSession.Result result = session.run(Map.of("tokens", input))) {
            return ((OnnxTensor) result.get(0)).getInfo().getShape();
        }
    }

    @Test
    void trainedModelPredictsTheSameTokens() {
        try (Family family = Stories.family()) {
            ExportResult result = Exporter.export(
                    family,
                    Member.PLAIN,
                    MemberStatistics.none(),
                    List.of(inputs(2, 300, 512), inputs(1, 3, 512)),
                    ExportOptions.onnx(folder.resolve("stories.onnx")));
            assertThat(result.check().maxAbsError()).isLessThanOrEqualTo(1e-3);
            assertThat(result.check().top1Agreement().orElseThrow()).isGreaterThan(0.99);
        }
    }
}
