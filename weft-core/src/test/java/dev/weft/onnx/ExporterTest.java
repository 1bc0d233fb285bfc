package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.export.OnnxFile;
import dev.weft.export.StoredTensor;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.model.TransformedKernelsTest;
import dev.weft.model.VisionTransformer;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExporterTest {
    @TempDir
    Path folder;

    static List<ModelDefinition> definitions() {
        return ExportFixture.definitions();
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void exportedMembersEqualTheLiveOnesForEveryBatchSize(ModelDefinition definition) {
        try (Family family = Family.of(definition, 3)) {
            for (Member member : ExportFixture.members(family, 10)) {
                try (MemberStatistics statistics = ExportFixture.statistics(family, member)) {
                    ExportResult result = Exporter.export(
                            family,
                            member,
                            statistics,
                            ExportFixture.heldOut(definition),
                            ExportOptions.onnx(folder.resolve("member.onnx")));
                    assertThat(result.check().maxAbsError())
                            .as(member.toString())
                            .isLessThanOrEqualTo(1e-4);
                    assertThat(result.check().examples()).isEqualTo(12);
                    assertThat(result.check().top1Agreement().orElseThrow()).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void aFamilyInFloat64IsRefusedAndNothingIsWritten() {
        Path file = folder.resolve("member.onnx");
        try (Family family = Family.ofDoubles(definitions().get(0), 3, List.of())) {
            assertThatThrownBy(() -> export(family, family.space().largest(), ExportOptions.onnx(file)))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "A family must have float32 weights to be exported, but has float64 ones, which are for exact"
                                    + " checks: make it by Family.of.");
        }
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void fileTellsItsMemberInputClassesProofAndWhateverIsAdded(ModelDefinition definition) {
        Path file = folder.resolve("member.onnx");
        try (Family family = Family.of(definition, 3)) {
            Member member = family.space().smallest();
            ExportResult result =
                    export(family, member, ExportOptions.onnx(file).withMetadata(Map.of("run", "r1", "macs", "12")));
            OnnxFile read = OnnxFile.read(file);
            ImageInput input = (ImageInput) definition.input();
            assertThat(read.member()).isEqualTo(family.space().print(member)).isEqualTo(result.member());
            assertThat(family.space().parse(read.member())).isEqualTo(member);
            assertThat(read.classes()).containsExactly("a", "b", "c");
            assertThat(read.images().orElseThrow().channels()).isEqualTo(input.channels());
            assertThat(read.images().orElseThrow().size()).isEqualTo(input.size());
            assertThat(read.images().orElseThrow().resolution()).isEqualTo(input.size() == 16 ? 12 : 8);
            assertThat(read.images().orElseThrow().mean()).isEqualTo(input.mean());
            assertThat(read.metadata())
                    .containsEntry("weft.maxAbsError", "" + result.check().maxAbsError())
                    .containsEntry("weft.top1Agreement", "1.0")
                    .containsEntry("weft.examples", "12")
                    .containsEntry("run", "r1")
                    .containsEntry("macs", "12");
            try (Family alone = family.extract(member, MemberStatistics.none())) {
                assertThat(read.tensors())
                        .extracting(StoredTensor::name)
                        .containsAll(alone.weights().tensors().keySet());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void sameMemberGivesTheSameBytes(ModelDefinition definition) throws Exception {
        byte[][] bytes = new byte[2][];
        for (int i = 0; i < 2; i++) {
            Path file = folder.resolve(i + ".onnx");
            try (Family family = Family.of(definition, 3)) {
                export(family, family.space().largest(), ExportOptions.onnx(file));
            }
            bytes[i] = Files.readAllBytes(file);
        }
        assertThat(bytes[0]).isEqualTo(bytes[1]);
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void safetensorsLoadsBackBitEqualAndCanBeExportedAgain(ModelDefinition definition) {
        Path file = folder.resolve("member.safetensors");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = Family.of(definition, 3)) {
            Member member = ExportFixture.members(family, 3).get(2);
            MemberStatistics statistics = ExportFixture.statistics(family, member);
            Exporter.export(
                    family,
                    member,
                    statistics,
                    ExportFixture.heldOut(definition),
                    ExportOptions.safetensors(file).withMetadata(Map.of("run", "r1")));
            assertThat(folder).isDirectoryContaining(path -> path.equals(file));
            try (Family opened = Family.open(file)) {
                assertThat(opened.notes())
                        .containsEntry("member", family.space().print(member))
                        .containsEntry("run", "r1")
                        .containsKeys("weft.maxAbsError", "weft.top1Agreement");
                MemberStatistics own = opened.members().get("model").statistics();
                Tensor images = ExportFixture.heldOut(definition).get(0).only();
                TensorAssert.assertThat(opened.forward(images, Pass.evaluation(Member.PLAIN, own)))
                        .isBitEqualTo(family.forward(images, Pass.evaluation(member, statistics)));
                ExportResult again = Exporter.export(
                        opened,
                        Member.PLAIN,
                        own,
                        ExportFixture.heldOut(definition),
                        ExportOptions.onnx(folder.resolve("again.onnx")));
                assertThat(again.member()).isEqualTo(family.space().print(member));
                assertThat(again.check().maxAbsError()).isLessThanOrEqualTo(1e-4);
            }
        }
    }

    /** Kernels that matrices have transformed are plain kernels in the file. */
    @Test
    void transformedKernelsAreExportedAsTheyAre() throws IOException {
        try (Family family = TransformedKernelsTest.transformed()) {
            for (Member member : ExportFixture.members(family, 8)) {
                try (MemberStatistics statistics = ExportFixture.statistics(family, member)) {
                    Path file = folder.resolve("transformed.onnx");
                    ExportResult result = Exporter.export(
                            family,
                            member,
                            statistics,
                            ExportFixture.heldOut(family.definition()),
                            ExportOptions.onnx(file));
                    assertThat(result.check().maxAbsError()).isLessThan(1e-4);
                    assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
                            .doesNotContain("_matrix");
                }
            }
        }
    }

    @Test
    void overTheLimitNothingIsWritten() {
        try (Family family = Family.of(ExportFixture.definitions().get(0), 3)) {
            ExportOptions options = ExportOptions.onnx(folder.resolve("member.onnx"))
                    .andSafetensors(folder.resolve("member.safetensors"))
                    .withMaxAbsError(1e-12);
            assertThatThrownBy(() -> export(family, family.space().largest(), options))
                    .isInstanceOf(CheckFailedException.class)
                    .hasMessageContaining(family.space().largest().toString())
                    .hasMessageContaining("1.0E-12")
                    .hasMessageContaining("Nothing was written");
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void whereOneFileCannotBeWrittenNeitherIsLeft() throws IOException {
        Path onnx = folder.resolve("member.onnx");
        Path taken = Files.createDirectory(folder.resolve("member.safetensors"));
        try (Family family = Family.of(ExportFixture.definitions().get(1), 3)) {
            ExportOptions options = ExportOptions.onnx(onnx).andSafetensors(taken);
            assertThatThrownBy(() -> export(family, family.space().smallest(), options))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("member.safetensors");
            assertThat(onnx).doesNotExist();
        }
    }

    @Test
    void logitsThatAreNoNumbersFailTheCheck() {
        try (Family family = Family.of(ExportFixture.definitions().get(1), 3);
                NoGradGuard guard = new NoGradGuard()) {
            family.weights().tensors().get("head.bias").div_(new org.bytedeco.pytorch.Scalar(0));
            assertThatThrownBy(() ->
                            export(family, family.space().largest(), ExportOptions.onnx(folder.resolve("m.onnx"))))
                    .isInstanceOf(CheckFailedException.class)
                    .hasMessageContaining("Infinity");
        }
    }

    @Test
    void memberOfMoreThanTwoGibibytesIsRefusedBeforeAnythingIsCopied() {
        VisionTransformer.Block block = new VisionTransformer.Block(List.of(64), List.of(4.0));
        ModelDefinition huge =
                new VisionTransformer(TinyModels.input(1, 8), 8, 4, List.of(8192), List.of(1), 128, List.of(block));
        try (Family shapes = Family.ofShapes(huge)) {
            assertThatThrownBy(() -> OnnxExporter.record(shapes, "huge"))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("\"huge\" has 322")
                    .hasMessageContaining("safetensors");
        }
    }

    @Test
    void checkNeedsAnImage() {
        try (Family family = Family.of(ExportFixture.definitions().get(1), 3)) {
            assertThatThrownBy(() -> Exporter.export(
                            family,
                            family.space().smallest(),
                            MemberStatistics.none(),
                            List.of(),
                            ExportOptions.onnx(folder.resolve("m.onnx"))))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("one example or more");
        }
    }

    @Test
    void proofOnTheLabelCannotBeGivenByTheCaller() {
        ExportOptions options = ExportOptions.onnx(folder.resolve("m.onnx"));
        assertThatThrownBy(() -> options.withMetadata(Map.of("weft.maxAbsError", "0")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Weft's own");
    }

    private static ExportResult export(Family family, Member member, ExportOptions options) {
        try (MemberStatistics statistics = ExportFixture.statistics(family, member)) {
            return Exporter.export(family, member, statistics, ExportFixture.heldOut(family.definition()), options);
        }
    }
}
