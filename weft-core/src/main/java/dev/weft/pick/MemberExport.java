package dev.weft.pick;

import dev.weft.data.Dataset;
import dev.weft.data.EvaluationBatches;
import dev.weft.export.ExportOptions;
import dev.weft.export.ExportResult;
import dev.weft.export.Exporter;
import dev.weft.model.Family;
import dev.weft.run.MemberValue;
import dev.weft.run.RunFolder;
import dev.weft.search.MetricNames;
import dev.weft.train.Evaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Exports a member with all that is known of it on the label. */
public final class MemberExport {
    /** On the label: the name of the run's folder. */
    public static final String RUN = "run";
    /** On the label: the machine and the setting that the latencies beside it were measured with. */
    public static final String LATENCY = "latency";

    private static final int BATCH = 100;
    /** What a reader of the file can use; where the data lay, and what the file says of itself already, is left out. */
    private static final List<String> NOTES = List.of("recipe", "data", "seed", "steps", RUN);

    private MemberExport() {}

    /** The note of a family that says how the latency of the member kept under a name was measured. */
    static String latencyNote(String name) {
        return LATENCY + "." + name;
    }

    /**
     * As {@link Exporter#export}. A kept member's {@value #LATENCY} comes from the family, any other's from the options' metadata.
     *
     * @param heldOut examples to prove it on, all of them
     * @param measurements that the files are to carry, by metric
     */
    public static ExportResult export(
            Family family,
            PickedMember member,
            Dataset heldOut,
            Map<String, Double> measurements,
            ExportOptions options) {
        Map<String, String> label = new LinkedHashMap<>(options.metadata());
        NOTES.stream()
                .filter(family.notes()::containsKey)
                .forEach(key -> label.putIfAbsent(key, family.notes().get(key)));
        measurements.forEach((metric, value) -> label.putIfAbsent(metric, number(value)));
        if (measurements.containsKey(MetricNames.LATENCY_MILLIS_P50)) {
            member.name()
                    .map(name -> family.notes().get(latencyNote(name)))
                    .ifPresent(setting -> label.putIfAbsent(LATENCY, setting));
        }
        EvaluationBatches batches = new EvaluationBatches(heldOut, Evaluation.batchSize(family, heldOut, BATCH));
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < batches.count(); i++) {
                inputs.add(batches.batch(i).inputs());
            }
            return Exporter.export(family, member.member(), member.statistics(), inputs, options.withMetadata(label));
        }
    }

    /**
     * Keeps the proof in the run, for its report.
     *
     * @param testAccuracy of the exported file on the report split, where it was taken
     */
    public static void record(RunFolder run, ExportResult result, OptionalDouble testAccuracy) {
        Path onnx = result.onnx().orElseThrow().toAbsolutePath();
        Path folder = run.path().toAbsolutePath();
        String file = (onnx.startsWith(folder) ? folder.relativize(onnx) : onnx).toString();
        List<MemberValue> values = new ArrayList<>();
        values.add(value(
                result, MeasuredMembers.MAX_ABS_ERROR, file, result.check().maxAbsError()));
        values.add(value(
                result, MeasuredMembers.TOP1_AGREEMENT, file, result.check().top1Agreement()));
        testAccuracy.ifPresent(share -> values.add(value(result, MeasuredMembers.TEST_ACCURACY, file, share)));
        run.database().record(values);
    }

    private static MemberValue value(ExportResult result, String metric, String context, double value) {
        return new MemberValue(result.member(), metric, context, value);
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
