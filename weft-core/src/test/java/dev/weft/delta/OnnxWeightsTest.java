package dev.weft.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import dev.weft.io.FileContent;
import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The initialisers of ONNX models of other programs, as a checkpoint. */
class OnnxWeightsTest {
    @TempDir
    Path folder;

    private static TensorProto.Builder tensor(String name, DataType type, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        Arrays.stream(shape).forEach(tensor::addDims);
        return tensor;
    }

    private static ByteString raw(int each, Number... values) {
        ByteBuffer bytes = ByteBuffer.allocate(each * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (Number value : values) {
            switch (each) {
                case 2 -> bytes.putShort(value.shortValue());
                case 4 -> bytes.putFloat(value.floatValue());
                default -> bytes.putDouble(value.doubleValue());
            }
        }
        return ByteString.copyFrom(bytes.flip());
    }

    private Path model(TensorProto.Builder... tensors) throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("encoder");
        Arrays.stream(tensors).forEach(graph::addInitializer);
        ModelProto model =
                ModelProto.newBuilder().setIrVersion(8).setGraph(graph).build();
        return Files.write(folder.resolve("encoder.onnx"), model.toByteArray());
    }

    private static TensorProto.Builder external(TensorProto.Builder tensor, Map<String, String> where) {
        where.forEach((key, value) -> tensor.addExternalData(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return tensor.setDataLocation(DataLocation.EXTERNAL);
    }

    private void refused(Path file, String name, String... message) {
        assertThatThrownBy(() -> ForeignCheckpoint.open(file).tensor(name))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("encoder.onnx")
                .hasMessageContainingAll(message)
                .hasMessageNotContaining("\n");
    }

    /** 1.5 and -2: half 0x3E00, 0xC000; bfloat16 0x3FC0, 0xC000. */
    @Test
    void everyTypeIsReadHoweverItIsHeld() throws IOException {
        Files.write(folder.resolve("encoder.data"), raw(4, 9, 1.5, -2, 9).toByteArray());
        Path file = model(
                tensor("single raw", DataType.FLOAT, 2).setRawData(raw(4, 1.5, -2)),
                tensor("single", DataType.FLOAT, 2).addFloatData(1.5f).addFloatData(-2),
                tensor("double raw", DataType.DOUBLE, 2).setRawData(raw(8, 1.5, -2)),
                tensor("double", DataType.DOUBLE, 2).addDoubleData(1.5).addDoubleData(-2),
                tensor("half raw", DataType.FLOAT16, 2).setRawData(raw(2, 0x3E00, 0xC000)),
                tensor("half", DataType.FLOAT16, 2).addInt32Data(0x3E00).addInt32Data(0xC000),
                tensor("brain raw", DataType.BFLOAT16, 2).setRawData(raw(2, 0x3FC0, 0xC000)),
                tensor("brain", DataType.BFLOAT16, 2).addInt32Data(0x3FC0).addInt32Data(0xC000),
                external(
                        tensor("beside", DataType.FLOAT, 2),
                        Map.of("location", "encoder.data", "offset", "4", "length", "8")));
        ForeignCheckpoint checkpoint = ForeignCheckpoint.open(file);
        assertThat(checkpoint.names()).hasSize(9).startsWith("single raw");
        for (String name : checkpoint.names()) {
            assertThat(checkpoint.shape(name)).containsExactly(2L);
            assertThat(Tensors.floats(checkpoint.tensor(name))).as(name).containsExactly(1.5f, -2);
        }
    }

    @Test
    void aRuleTransposesMatricesThatWereMultipliedFromTheRight() throws IOException {
        Path file = model(
                tensor("onnx::MatMul_7", DataType.FLOAT, 2, 3).setRawData(raw(4, 1, 2, 3, 4, 5, 6)),
                tensor("fc.bias", DataType.FLOAT, 3).setRawData(raw(4, 7, 8, 9)));
        ForeignCheckpoint renamed = ForeignCheckpoint.open(file)
                .renamed(new NameMap(List.of(
                        new NameMap.Rule("onnx::MatMul_7", "fc.weight", true),
                        new NameMap.Rule("fc\\.(.*)", "fc.$1"))));
        assertThat(renamed.shape("fc.weight")).containsExactly(3L, 2L);
        assertThat(Tensors.floats(renamed.tensor("fc.weight"))).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(Tensors.floats(renamed.tensor("fc.bias"))).containsExactly(7, 8, 9);
        assertThatThrownBy(() -> ForeignCheckpoint.open(file)
                        .renamed(new NameMap(List.of(new NameMap.Rule("fc.bias", "x", true)))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be a matrix to be transposed");
        assertThatThrownBy(() -> new NameMap(List.of(new NameMap.Rule("fc.bias", "x", true))).requireNoneTransposed())
                .isInstanceOf(InputException.class);
    }

    @Test
    void whatIsNoWeightIsRefused() throws IOException {
        Path file = model(
                tensor("shape", DataType.INT64, 1).addInt64Data(3),
                tensor("none", DataType.FLOAT, 2).setRawData(raw(4, 1, Float.NaN)));
        refused(file, "shape", "to be a weight, but is INT64");
        refused(file, "none", "must hold finite numbers");
        refused(file, "shapes", "must hold a tensor", "shape");
    }

    @Test
    void shapesThatTheBytesDoNotFillAreRefused() throws IOException {
        Path file = model(
                tensor("short", DataType.FLOAT, 2).setRawData(raw(4, 1)),
                tensor("few", DataType.FLOAT, 2).addFloatData(1),
                tensor("negative", DataType.FLOAT, -1).setRawData(raw(4, 1)),
                tensor("huge", DataType.FLOAT, Long.MAX_VALUE, 4).setRawData(raw(4, 1)));
        refused(file, "short", "must have 8 bytes", "has 4");
        refused(file, "few", "must have 8 bytes", "has 4");
        refused(file, "negative", "axes of 0 or more");
        refused(file, "huge", "at most 2 GiB");
    }

    @Test
    void aFileBesideItMustHoldWhatTheModelSays() throws IOException {
        Files.write(folder.resolve("encoder.data"), raw(4, 1, 2).toByteArray());
        TensorProto.Builder weight = tensor("w", DataType.FLOAT, 2);
        refused(
                model(external(weight.clone(), Map.of("location", "encoder.data", "offset", "4"))),
                "w",
                "must have 8 bytes in",
                "the file has 8");
        refused(
                model(external(weight.clone(), Map.of("location", "encoder.data", "length", "4"))),
                "w",
                "says 4 from 0");
        refused(
                model(external(weight.clone(), Map.of("location", "encoder.data", "offset", "-4"))),
                "w",
                "whole number");
        refused(
                model(external(weight.clone(), Map.of("location", "missing.data"))),
                "w",
                "Cannot read",
                "missing.data");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "/etc/hostname", "", ".", "a/../../secret", "bad\u0000name"})
    void aFileElsewhereIsRefused(String location) throws IOException {
        refused(
                model(external(tensor("w", DataType.FLOAT, 2), Map.of("location", location))),
                "w",
                "must lie in a file of the model's folder");
    }

    @Test
    void whatIsNoModelWithWeightsIsRefused() throws IOException {
        Path file = folder.resolve("encoder.onnx");
        Files.write(file, new byte[] {8, 8, 58, 127, 1});
        refused(file, "w", "is damaged, cut short or something else");
        Files.writeString(file, "This is a letter.");
        refused(file, "w", "is damaged, cut short or something else");
        refused(model(), "w", "its graph has no initialisers");
        refused(
                model(tensor("w", DataType.FLOAT, 0), tensor("w", DataType.FLOAT, 0)),
                "w",
                "must give every initialiser a name of its own");
    }

    /** The bytes were written by hand from the format, without any library: field numbers of ModelProto, GraphProto and TensorProto. */
    @Test
    void bytesOfAnotherWriterAreRead() throws IOException {
        byte[] file = {
            8,
            9, // ir_version
            18,
            1,
            'p', // producer_name
            58,
            19, // graph
            42,
            17, // initializer
            8,
            2, // dims, not packed
            16,
            1, // data_type: FLOAT
            66,
            1,
            'w', // name
            74,
            8,
            0,
            0,
            (byte) 192,
            63,
            0,
            0,
            0,
            (byte) 192 // raw_data: 1.5, -2
        };
        Path path = Files.write(folder.resolve("no suffix"), file);
        assertThat(FileContent.isOnnx(path)).isTrue();
        assertThat(Tensors.floats(ForeignCheckpoint.open(path).tensor("w"))).containsExactly(1.5f, -2);
    }
}
