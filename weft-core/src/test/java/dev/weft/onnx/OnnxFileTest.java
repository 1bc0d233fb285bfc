package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import dev.weft.export.ExportedModel;
import dev.weft.export.InvalidInputException;
import dev.weft.export.OnnxFile;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.nn.MemberStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {
    /** The bytes of the last entry of the metadata, the checksum: two headers of fields before and in it, key and value. */
    private static final int DIGEST_ENTRY = 2 + 2 + 11 + 2 + 64;

    @TempDir
    static Path folder;

    private static Path good;
    private static byte[] bytes;

    @BeforeAll
    static void export() throws Exception {
        good = folder.resolve("good.onnx");
        try (Family family = Family.of(TinyModels.visionTransformer(), 1);
                Family alone = family.extract(family.space().smallest(), MemberStatistics.none())) {
            OnnxExporter.record(alone, "smallest").write(good);
        }
        bytes = Files.readAllBytes(good);
    }

    @Test
    void cutAnywhereIsRefused() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 400; i++) {
            int length = i < 100 ? i : i < 200 ? bytes.length - i + 99 : random.nextInt(bytes.length);
            refused(Arrays.copyOf(bytes, length), "checksum");
        }
    }

    @Test
    void flippedBitIsRefused() throws Exception {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 600; i++) {
            byte[] flipped = bytes.clone();
            int at = i < 200 ? i : i < 300 ? bytes.length - 1 - i + 200 : random.nextInt(bytes.length);
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            refused(flipped, "checksum");
        }
    }

    @Test
    void garbageIsRefused() throws Exception {
        byte[] garbage = new byte[5000];
        new java.util.Random(3).nextBytes(garbage);
        refused(garbage, "checksum");
        refused(new byte[0], "checksum");
        // A graph that claims to be 2 GiB long.
        refused(new byte[] {0x3a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07}, "checksum");
        assertThatThrownBy(() -> OnnxFile.read(folder.resolve("none.onnx")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("none.onnx");
        assertThatThrownBy(() -> OnnxFile.read(folder)).isInstanceOf(InvalidInputException.class);
    }

    /** A checksum can be made right by whoever makes the file: damage behind it must not reach the native runtime either. */
    @Test
    void damageUnderARightChecksumIsRefusedOrHarmless() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = Arrays.copyOf(bytes, bytes.length - DIGEST_ENTRY);
            // The structure and names are spread among weights: most flips there only change a number.
            int at = random.nextInt(damaged.length);
            damaged[at] = (byte) random.nextInt(256);
            Path file = folder.resolve("damaged.onnx");
            Files.write(file, OnnxFile.sealed(damaged));
            try {
                OnnxFile.read(file);
            } catch (InvalidInputException e) {
                refused++;
                assertThat(e.getMessage()).contains("damaged.onnx");
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void graphsThatWeftWouldNotWriteAreRefused() throws Exception {
        hostile(graph -> graph.addNode(NodeProto.newBuilder().setOpType("Loop").addOutput("x")), "Loop");
        hostile(
                graph -> graph.addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .setDomain("com.evil")
                        .addOutput("x")),
                "node has a field 7");
        hostile(
                graph -> graph.addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeProto.AttributeType.GRAPH)
                                .setG(GraphProto.getDefaultInstance()))),
                "attribute of Add has a field 6");
        hostile(
                graph -> graph.addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeProto.AttributeType.INT)
                                .setT(tensor(ByteString.EMPTY, 1L << 40)))),
                "attribute of Add has a field 5");
        hostile(graph -> graph.addInitializer(tensor(ByteString.EMPTY, 1L << 40, 1L << 40)), "tensors");
        hostile(graph -> graph.addInitializer(tensor(ByteString.EMPTY, -1)), "tensors");
        hostile(graph -> graph.addInitializer(tensor(ByteString.copyFrom(new byte[8]), 1)), "tensors");
        hostile(
                graph -> graph.addInitializer(tensor(ByteString.EMPTY, 1).toBuilder()
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("/etc/passwd"))),
                "tensor has a field 13");
        hostile(graph -> graph.setInput(0, OnnxGraph.value("image", DataType.FLOAT, "batch", 3, 8, 8)), "input image");
        hostile(graph -> graph.setOutput(0, OnnxGraph.value("logits", DataType.FLOAT, "batch", 4)), "output logits");
    }

    @Test
    void metadataMustBeThereOnceAndReadable() throws Exception {
        GraphProto graph = ModelProto.parseFrom(bytes).getGraph();
        Map<String, String> metadata = new LinkedHashMap<>(OnnxFile.read(good).metadata());
        metadata.remove("weft.sha256");
        for (String key : List.of("weft.member", "weft.class.0", "weft.image.size", "weft.image.mean")) {
            Map<String, String> fewer = new LinkedHashMap<>(metadata);
            fewer.remove(key);
            assertThatThrownBy(() -> new OnnxModel(graph, fewer).file())
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(key);
            if (key.startsWith("weft.image")) {
                fewer.put(key, "[".repeat(5000));
                assertThatThrownBy(() -> new OnnxModel(graph, fewer).file())
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessageContaining(key);
            }
        }
        Map<String, String> oneClassLess = new LinkedHashMap<>(metadata);
        oneClassLess.remove("weft.class.1");
        assertThatThrownBy(() -> new OnnxModel(graph, oneClassLess).file()).hasMessageContaining("output logits");
        ModelProto.Builder twice = ModelProto.parseFrom(bytes).toBuilder();
        refused(OnnxFile.sealed(twice.build().toByteArray()), "weft.sha256\" must be there once");
    }

    @Test
    void aFileOfAnEarlierLabelSaysWhatToDo() throws Exception {
        GraphProto graph = ModelProto.parseFrom(bytes).getGraph();
        assertThatThrownBy(() -> new OnnxModel(graph, Map.of("weft.member", "m", "weft.input", "{}")).file())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("An earlier Weft wrote this file")
                .hasMessageContaining("export it again");
    }

    private static TensorProto tensor(ByteString content, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("hostile")
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(content);
        Arrays.stream(shape).forEach(tensor::addDims);
        return tensor.build();
    }

    private static void hostile(Consumer<GraphProto.Builder> change, String message) throws Exception {
        ModelProto.Builder model = ModelProto.parseFrom(bytes).toBuilder();
        model.removeMetadataProps(model.getMetadataPropsCount() - 1); // the checksum, which is made anew
        change.accept(model.getGraphBuilder());
        refused(OnnxFile.sealed(model.build().toByteArray()), message);
    }

    private static void refused(byte[] content, String message) throws Exception {
        Path file = folder.resolve("bad.onnx");
        Files.write(file, content);
        assertThatThrownBy(() -> ExportedModel.open(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("bad.onnx")
                .hasMessageContaining(message);
    }
}
