package dev.weft.export;

import dev.weft.io.OutputFiles;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.space.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Takes a member out of its family and writes it as files, with the proof on the label. */
public final class Exporter {
    private static final String MAX_ABS_ERROR = "weft.maxAbsError";
    private static final String TOP1_AGREEMENT = "weft.top1Agreement";
    private static final String EXAMPLES = "weft.examples";

    private Exporter() {}

    /**
     * Extracts {@code member}, records it as ONNX, runs that in ONNX Runtime beside the member inside the family, and only then
     * writes the files that {@code options} name. A safetensors file is proven by the same run: it holds the weights that were
     * recorded.
     *
     * @param statistics the member's batch-norm statistics; {@link MemberStatistics#none} for a model without batch norm
     * @param heldOut inputs that the member was not trained on: pixel values 0 to 255 (B, C, H, W) or token ids (B, T), in batches of
     *     any sizes
     * @throws dev.weft.io.CheckFailedException when a logit differs by more than the limit; no file is written then
     * @throws dev.weft.io.InputException when a file is the family's own, both are one, one cannot be written, or the member is too large for ONNX; of two files neither is
     *     left then
     */
    public static ExportResult export(
            Family family, Member member, MemberStatistics statistics, List<Tensor> heldOut, ExportOptions options) {
        OutputFiles files = new OutputFiles();
        family.file().ifPresent(file -> files.reads("the family", file));
        requireFree(files, options);
        // An extracted model remembers which member of its family it was.
        String name = family.space().choices().isEmpty()
                ? family.notes().getOrDefault("member", member.toString())
                : family.space().print(member);
        try (Family alone = family.extract(member, statistics)) {
            OnnxModel recorded = OnnxExporter.record(alone, name);
            ExportCheck check = ExportCheck.run(
                    recorded.file(), inputs -> family.forward(inputs, Pass.evaluation(member, statistics)), heldOut);
            check.requireWithin(options.maxAbsError(), name);
            Map<String, String> label = new LinkedHashMap<>();
            label.put(MAX_ABS_ERROR, Double.toString(check.maxAbsError()));
            label.put(TOP1_AGREEMENT, Double.toString(check.top1Agreement()));
            label.put(EXAMPLES, Long.toString(check.examples()));
            label.putAll(options.metadata());
            options.onnx().ifPresent(file -> recorded.with(label).write(file));
            boolean whole = false;
            try {
                options.safetensors().ifPresent(file -> {
                    label.forEach(alone::note);
                    alone.note("member", name);
                    alone.save(file);
                });
                whole = true;
            } finally {
                if (!whole) {
                    options.onnx().ifPresent(Exporter::delete);
                }
            }
            return new ExportResult(name, options.onnx(), options.safetensors(), check);
        }
    }

    /** Refuses files that are among those that are read, are folders, or are one. */
    public static void requireFree(OutputFiles files, ExportOptions options) {
        options.onnx().ifPresent(file -> files.writes("The ONNX file", file));
        options.safetensors().ifPresent(file -> files.writes("the safetensors file", file));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The failure that led here is the one to report; the file is whole and says which member it is.
        }
    }
}
