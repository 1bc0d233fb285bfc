package dev.weft.onnx;

import dev.weft.export.ExportedInput;
import dev.weft.export.ImagePlanes;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelInput;
import dev.weft.model.NamedMember;
import dev.weft.model.TextInput;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Ops;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

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
        MemberStatistics statistics = model.members().values().stream()
                .map(NamedMember::statistics)
                .findFirst()
                .orElseGet(MemberStatistics::none);
        ModelInput input = model.definition().input();
        OnnxGraph graph = new OnnxGraph();
        int resolution;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                OnnxRecorder recorder = new OnnxRecorder(graph);
                Bundle examples = input.random(BATCH, RandomStream.STAND_IN.random(0))) {
            model.weights().stored().forEach(recorder::publish);
            statistics.tensors().forEach(recorder::publish);
            examples.tensors().forEach(recorder::input);
            Ops.record(recorder, () -> model.forward(examples, Pass.evaluation(Member.PLAIN, statistics))
                    .tensors()
                    .forEach((output, tensor) -> graph.rename(recorder.name(tensor), output)));
            resolution = recorder.resolution();
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(OnnxFile.MEMBER, member);
        String name = model.definition().name();
        if (input instanceof TextInput text) {
            metadata.putAll(ExportedTokenizer.of(text).label());
            return new OnnxModel(graph.build(name, input.inputs(), input.outputs()), metadata);
        }
        ImageInput images = (ImageInput) input;
        metadata.putAll(OnnxFile.classLabel(images.classes()));
        metadata.putAll(new ExportedInput(
                        images.channels(),
                        images.size(),
                        images.mean(),
                        images.std(),
                        resolution,
                        background(model),
                        centreCrop(model))
                .label());
        return new OnnxModel(graph.build(name, input.inputs(), input.outputs()), metadata);
    }

    private static int background(Family model) {
        String noted = model.notes().getOrDefault(Family.BACKGROUND, String.valueOf(ImagePlanes.WHITE));
        if (!noted.matches("\\d{1,3}")) {
            throw new InputException("The note \"" + Family.BACKGROUND
                    + "\" of a family must be a grey value from 0 to 255, but is \"" + noted + "\".");
        }
        return Integer.parseInt(noted);
    }

    private static OptionalDouble centreCrop(Family model) {
        String noted = model.notes().get(Family.CENTRE_CROP);
        if (noted == null) {
            return OptionalDouble.empty();
        }
        if (!noted.matches("0\\.\\d{1,17}|1\\.0")) {
            throw new InputException("The note \"" + Family.CENTRE_CROP
                    + "\" of a family must be a number over 0 and at most 1, but is \"" + noted + "\".");
        }
        return OptionalDouble.of(Double.parseDouble(noted));
    }
}
