package dev.weft.export;

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
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.nn.MemberStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {
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
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none.onnx");
        assertThatThrownBy(() -> OnnxFile.read(folder)).isInstanceOf(InputException.class);
    }

    /** A checksum can be made right by whoever makes the file: damage behind it must not reach the native runtime either. */
    @Test
    void damageUnderARightChecksumIsRefusedOrHarmless() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = bytes.clone();
            // The structure and names are spread among weights: most flips there only change a number.
            int at = random.nextInt(bytes.length - 64);
            damaged[at] = (byte) random.nextInt(256);
            Path file = folder.resolve("damaged.onnx");
            Files.write(file, OnnxFile.sealed(damaged));
            try {
                OnnxFile.read(file);
            } catch (InputException e) {
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
                "operators");
        hostile(
                graph -> graph.addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeProto.AttributeType.GRAPH)
                                .setG(GraphProto.getDefaultInstance()))),
                "operators");
        hostile(
                graph -> graph.addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeProto.AttributeType.INT)
                                .setT(tensor(ByteString.EMPTY, 1L << 40)))),
                "operators");
        hostile(graph -> graph.addInitializer(tensor(ByteString.EMPTY, 1L << 40, 1L << 40)), "tensors");
        hostile(graph -> graph.addInitializer(tensor(ByteString.EMPTY, -1)), "tensors");
        hostile(graph -> graph.addInitializer(tensor(ByteString.copyFrom(new byte[8]), 1)), "tensors");
        hostile(
                graph -> graph.addInitializer(tensor(ByteString.EMPTY, 1).toBuilder()
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("/etc/passwd"))),
                "tensors");
        hostile(graph -> graph.setInput(0, OnnxGraph.value("image", DataType.FLOAT, "batch", 3, 8, 8)), "input image");
        hostile(graph -> graph.setOutput(0, OnnxGraph.value("logits", DataType.FLOAT, "batch", 4)), "output logits");
    }

    @Test
    void metadataMustBeThereOnceAndReadable() throws Exception {
        GraphProto graph = ModelProto.parseFrom(bytes).getGraph();
        Map<String, String> metadata = new LinkedHashMap<>(OnnxFile.read(good).metadata());
        metadata.remove("weft.sha256");
        for (String key : metadata.keySet()) {
            Map<String, String> fewer = new LinkedHashMap<>(metadata);
            fewer.remove(key);
            assertThatThrownBy(() -> OnnxFile.of(graph, fewer))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(key);
            if (!key.equals("weft.member")) {
                fewer.put(key, "[".repeat(5000));
                assertThatThrownBy(() -> OnnxFile.of(graph, fewer))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining(key);
            }
        }
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
        change.accept(model.getGraphBuilder());
        refused(OnnxFile.sealed(model.build().toByteArray()), message);
    }

    private static void refused(byte[] content, String message) throws Exception {
        Path file = folder.resolve("bad.onnx");
        Files.write(file, content);
        assertThatThrownBy(() -> ExportedModel.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("bad.onnx")
                .hasMessageContaining(message);
    }
}
