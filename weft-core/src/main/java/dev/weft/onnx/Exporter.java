package dev.weft.onnx;

import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.io.OutputFiles;
import dev.weft.model.Family;
import dev.weft.model.LawCheck;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.space.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Takes a member out of its family and writes it as files, with the proof on the label. */
public final class Exporter {
    static final String MAX_ABS_ERROR = "weft.maxAbsError";
    static final String TOP1_AGREEMENT = "weft.top1Agreement";
    static final String EXAMPLES = "weft.examples";

    private Exporter() {}

    /**
     * Extracts {@code member}, records it as ONNX, runs that in ONNX Runtime beside the member inside the family, and only then
     * writes the files that {@code options} name. A safetensors file is proven by the same run: it holds the weights that were
     * recorded.
     *
     * @param statistics the member's batch-norm statistics; {@link MemberStatistics#none} for a model without batch norm
     * @param heldOut inputs that the member was not trained on: pixel values 0 to 255 (B, C, H, W) or token ids (B, T), in batches of
     *     any sizes
     * @throws dev.weft.io.CheckFailedException when an output differs by more than the limit, and the tolerance of the family's sharings; no file is
     *     written then
     * @throws dev.weft.io.InputException when a file is the family's own, both are one, one cannot be written, or the member is too large for ONNX; of two files neither is
     *     left then
     */
    public static ExportResult export(
            Family family, Member member, MemberStatistics statistics, List<Bundle> heldOut, ExportOptions options) {
        return export(family, member, statistics, ExportExamples.of(heldOut), options, (exact, shipped) -> Map.of());
    }

    /**
     * Does what {@link #export(Family, Member, MemberStatistics, List, ExportOptions)} does, in any precision.
     *
     * @param examples with labels where the precision is not float32
     * @param measured what else the file is to say of itself, given the float32 file and the one to be written (the same one in
     *     float32); asked once both are proven
     * @throws dev.weft.io.CheckFailedException also when the accuracy falls, or the loss rises, by more than the options allow
     */
    public static ExportResult export(
            Family family,
            Member member,
            MemberStatistics statistics,
            ExportExamples examples,
            ExportOptions options,
            BiFunction<OnnxFile, OnnxFile, Map<String, String>> measured) {
        if (family.weights().type() == ScalarType.Double) {
            throw new InputException(
                    "A family must have float32 weights to be exported, but has float64 ones, which are for exact"
                            + " checks: make it by Family.of.");
        }
        // An extracted model remembers which member of its family it was.
        String name = family.space().choices().isEmpty()
                ? family.notes().getOrDefault("member", member.toString())
                : family.space().print(member);
        Precision precision = options.precision();
        UnaryOperator<Bundle> live = inputs -> family.forward(inputs, Pass.evaluation(member, statistics));
        if (precision != Precision.FLOAT32 && examples.targets().isEmpty()) {
            throw new InputException(
                    "An export in " + precision
                            + " must be proven on examples with labels, because its accuracy or loss is what counts, but was given none.");
        }
        try (Family alone = family.extract(member, statistics)) {
            LawCheck law = law(family, Pass.evaluation(member, statistics), alone, examples.inputs());
            law.requireWithin(family.tolerance(), name);
            OnnxModel exact = OnnxExporter.record(alone, name);
            OnnxFile exactFile = exact.file();
            if (precision != Precision.FLOAT32 && !exactFile.inputs().isEmpty()) {
                throw new InputException(
                        "An export in " + precision + " must be of a model that reads images or text, whose"
                                + " quality in fewer bits is measured, but this one reads "
                                + family.definition().input().description() + ". Export it in float32.");
            }
            OnnxModel shipped = exact.in(precision, examples.training());
            OnnxFile shippedFile = precision == Precision.FLOAT32 ? exactFile : shipped.file();
            ExportCheck check = ExportCheck.run(shippedFile, live, examples.inputs());
            Optional<QualityChange> quality = Optional.empty();
            if (precision == Precision.FLOAT32) {
                check.requireWithin(options.maxAbsError() + family.tolerance() * law.largest(), name);
            } else {
                quality = Optional.of(QualityChange.of(shippedFile, live, examples));
                quality.get().requireWithin(options.maxDrop(), precision, name);
            }
            Map<String, String> proof = new LinkedHashMap<>();
            proof.put(MAX_ABS_ERROR, Double.toString(check.maxAbsError()));
            check.top1Agreement().ifPresent(share -> proof.put(TOP1_AGREEMENT, Double.toString(share)));
            proof.put(EXAMPLES, Long.toString(check.examples()));
            quality.ifPresent(change -> proof.putAll(new TreeMap<>(change.label())));
            proof.putAll(measured.apply(exactFile, shippedFile));
            Map<String, String> label = new LinkedHashMap<>(proof);
            label.putAll(options.metadata());
            options.onnx().ifPresent(file -> shipped.with(label).write(file));
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
            return new ExportResult(name, options.onnx(), options.safetensors(), check, quality, proof);
        }
    }

    private static LawCheck law(Family family, Pass member, Family alone, List<Bundle> inputs) {
        if (inputs.isEmpty() || inputs.get(0).size() == 0) {
            throw new InputException("An export must be checked on one example or more, but was given none.");
        }
        try (Bundle first = Bundle.withoutGradients(() -> inputs.get(0).map(input -> input.narrow(0, 0, 1)))) {
            return LawCheck.of(family, member, alone, first);
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
