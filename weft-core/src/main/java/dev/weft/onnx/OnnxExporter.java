package dev.weft.onnx;

import dev.weft.export.ExportedPort;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import dev.weft.model.NamedMember;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Ops;
import dev.weft.ops.Port;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Exports by recording: runs one evaluation pass of a stand-alone model and keeps what ran. What was run is what is exported, for
 * every model; layers have no export of their own. Nothing is proven here: see {@link Exporter}.
 */
public final class OnnxExporter {
    /** The batch is not 1, so that a graph that froze the recorded batch fails at once on others. */
    private static final int BATCH = 2;

    /** A protobuf message must be smaller than 2 GiB; the nodes and the metadata need a little of it. */
    private static final long MAX_WEIGHT_BYTES = Integer.MAX_VALUE - (16L << 20);

    private OnnxExporter() {}

    /**
     * The ONNX form of a family of one (see {@link Family#extract}) with the statistics of its only member.
     *
     * @param member what the file says of itself
     * @throws IllegalStateException when the model computes round {@link Ops}
     * @throws InputException when it is too large for one file
     */
    public static OnnxFile file(Family model, String member) {
        return record(model, member).file();
    }

    /** Does what {@link #file} does, for more metadata. */
    static OnnxModel record(Family model, String member) {
        if (!model.space().choices().isEmpty()) {
            throw new IllegalArgumentException("A stand-alone model is expected: extract a member first.");
        }
        long bytes = model.weights().stored().values().stream()
                .mapToLong(weight -> weight.nbytes())
                .sum();
        if (bytes > MAX_WEIGHT_BYTES) {
            throw new InputException("A member must have less than " + MAX_WEIGHT_BYTES
                    + " bytes of weights to be an ONNX file, but \"" + member + "\" has " + bytes
                    + ". Keep it as safetensors (extract), or pick a smaller member.");
        }
        ModelInput input = model.definition().input();
        input.outputs().stream()
                .filter(port -> port.type() == Port.Type.INT64)
                .findFirst()
                .ifPresent(port -> {
                    throw new InputException("A member must give float32 to be an ONNX file, but \"" + member
                            + "\" gives " + port + ". Keep it as safetensors (extract), or give that output as numbers"
                            + " of float32.");
                });
        MemberStatistics statistics = model.members().values().stream()
                .map(NamedMember::statistics)
                .findFirst()
                .orElseGet(MemberStatistics::none);
        OnnxGraph graph = new OnnxGraph();
        int resolution;
        List<ExportedPort> inputs;
        List<ExportedPort> outputs;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                OnnxRecorder recorder = new OnnxRecorder(graph);
                Bundle examples = input.random(BATCH, RandomStream.STAND_IN.random(0))) {
            model.weights().stored().forEach(recorder::publish);
            statistics.tensors().forEach(recorder::publish);
            examples.tensors().forEach(recorder::input);
            Map<String, Tensor> results = new LinkedHashMap<>();
            Ops.record(recorder, () -> {
                results.putAll(model.forward(examples, Pass.evaluation(Member.PLAIN, statistics))
                        .tensors());
                results.forEach((output, tensor) -> graph.rename(recorder.name(tensor), output));
            });
            inputs = ports(input.inputs(), examples.tensors());
            outputs = ports(input.outputs(), results);
            resolution = recorder.resolution();
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(OnnxFile.MEMBER, member);
        String name = model.definition().name();
        metadata.putAll(input.label(resolution, model.notes()).orElseGet(() -> {
            Map<String, String> ports = new LinkedHashMap<>(ExportedPort.label(inputs, outputs));
            ports.put(ExportLabel.READS, Json.writeReadableLine(input, "The input of a model", model.kinds()));
            return ports;
        }));
        return new OnnxModel(graph.build(name, input.inputs(), input.outputs()), metadata);
    }

    /** Ports with the largest sizes of their open axes. */
    private static List<ExportedPort> ports(List<Port> ports, Map<String, Tensor> tensors) {
        List<ExportedPort> exported = new ArrayList<>();
        for (Port port : ports) {
            List<ExportedPort.Axis> axes = new ArrayList<>();
            for (int i = 0; i < port.axes().size(); i++) {
                axes.add(new ExportedPort.Axis(port.axes().get(i).name(), (int)
                        tensors.get(port.name()).size(i + 1)));
            }
            exported.add(new ExportedPort(port.name(), port.type() == Port.Type.INT64, axes));
        }
        return exported;
    }
}
