package dev.weft.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import dev.weft.export.OnnxFile;
import dev.weft.io.AtomicFile;
import dev.weft.ops.Bundle;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model while it is made: its graph and what its metadata is to say. {@link #file} is the finished one.
 *
 * @param metadata in the order in which it is written; the checksum comes last by itself
 */
record OnnxModel(GraphProto graph, Map<String, String> metadata) {
    /** Metadata: in which numbers the model computes, where it is not float32. */
    static final String PRECISION = "weft.precision";

    private static final int IR_VERSION = 8; // the first that knows operator set 18

    OnnxModel {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** This model with more metadata, in the order of the map; keys that are there already are refused. */
    OnnxModel with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        more.forEach((key, value) -> {
            if (all.put(key, value) != null) {
                throw new IllegalArgumentException("Metadata \"" + key + "\" is Weft's own.");
            }
        });
        return new OnnxModel(graph, all);
    }

    /** The bytes of the model, checked as those of any other exported file are. */
    OnnxFile file() {
        ModelProto.Builder model = model(graph);
        metadata.forEach((key, value) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return OnnxFile.of(model.build().toByteArray(), "The recorded model");
    }

    /** A model that says nothing of itself, for ONNX Runtime. */
    static byte[] bytes(GraphProto graph) {
        return model(graph).build().toByteArray();
    }

    private static ModelProto.Builder model(GraphProto graph) {
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("weft")
                .setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OnnxFile.OPERATOR_SET));
    }

    /**
     * This model in other numbers.
     *
     * @param examples inputs of the training split, for static quantisation
     */
    OnnxModel in(Precision precision, List<Bundle> examples) {
        if (precision == Precision.FLOAT32) {
            return this;
        }
        GraphProto changed =
                switch (precision) {
                    case FLOAT16 -> HalfPrecision.of(graph);
                    case INT8_DYNAMIC -> DynamicQuantisation.of(graph);
                    default -> StaticQuantisation.of(graph, examples);
                };
        return new OnnxModel(changed, metadata).with(Map.of(PRECISION, precision.toString()));
    }

    /** Writes the file whole or not at all. */
    void write(Path file) {
        AtomicFile.write(file, file()::writeTo);
    }
}
