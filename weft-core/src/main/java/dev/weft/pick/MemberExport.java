package dev.weft.pick;

import dev.weft.cost.Latency;
import dev.weft.cost.LatencyMeasurement;
import dev.weft.cost.LatencySettings;
import dev.weft.cost.PairedLatency;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.data.EvaluationBatches;
import dev.weft.export.OnnxFile;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.onnx.ExportExamples;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.onnx.Exporter;
import dev.weft.onnx.Precision;
import dev.weft.ops.Bundle;
import dev.weft.recipe.DataProvenance;
import dev.weft.results.MeasuredMembers;
import dev.weft.run.Environment;
import dev.weft.run.Measurement;
import dev.weft.run.RunFolder;
import dev.weft.train.Evaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;

/** Exports a member with all that is known of it on the label. */
public final class MemberExport {
    /** The key on the label of the name of the run's folder. */
    public static final String RUN = "run";
    /** The key on the label of the machine and the setting that the latencies beside it were measured with. */
    public static final String LATENCY = "latency";

    /** On the label of a file in fewer bits: the median latency of the float32 one, timed in turn with it. */
    public static final String FLOAT32_LATENCY = "float32LatencyMillisP50";
    /** On the label of a file in fewer bits: the size of the float32 one. */
    public static final String FLOAT32_BYTES = "float32Bytes";

    private static final String HALF_WIDTH_SUFFIX = "HalfWidth";
    /** On the label of a file in fewer bits: half the width of the interval that its median latency is known to. */
    public static final String HALF_WIDTH = Metric.LATENCY_MILLIS_P50.key() + HALF_WIDTH_SUFFIX;

    private static final Set<String> OF_FLOAT32 =
            Set.of(Metric.BYTES.key(), Metric.LATENCY_MILLIS_P50.key(), Metric.LATENCY_MILLIS_P99.key());
    /** Enough that their ranges hardly change with more. */
    private static final int RANGE_EXAMPLES = 256;

    private static final int RANGE_BATCH = 16;
    private static final int BATCH = 100;
    /** What a reader of the file can use: {@code origin} opens the same splits again. What the file says of itself is left out. */
    private static final List<String> NOTES = List.of("recipe", "data", "seed", "steps", RUN, DataProvenance.NOTE);

    private MemberExport() {}

    /** The note of a family that says how the latency of the member kept under a name was measured. */
    static String latencyNote(String name) {
        return LATENCY + "." + name;
    }

    /**
     * Does what {@link Exporter#export} does. A kept member's {@value #LATENCY} comes from the family, any other's from the options' metadata.
     *
     * In a precision other than float32 the file is timed beside the float32 one, in turn, and says so: {@value #FLOAT32_LATENCY}.
     *
     * @param data its report split is what the file is proven on, all of it; examples spread over its training split give the ranges of
     *     activations where {@link Precision#INT8_STATIC} asks for them
     * @param measurements that the files are to carry, by metric
     */
    public static ExportResult export(
            Family family,
            CalibratedMember member,
            FamilyData data,
            Map<String, Double> measurements,
            ExportOptions options) {
        Map<String, String> label = new LinkedHashMap<>(options.metadata());
        NOTES.stream()
                .filter(family.notes()::containsKey)
                .forEach(key -> label.putIfAbsent(key, family.notes().get(key)));
        boolean exact = options.precision() == Precision.FLOAT32;
        measurements.forEach((metric, value) -> {
            if (exact || !OF_FLOAT32.contains(metric)) {
                label.putIfAbsent(metric, number(value));
            }
        });
        if (exact && measurements.containsKey(Metric.LATENCY_MILLIS_P50.key())) {
            member.name()
                    .map(name -> family.notes().get(latencyNote(name)))
                    .ifPresent(setting -> label.putIfAbsent(LATENCY, setting));
        }
        Dataset heldOut = data.report();
        EvaluationBatches batches = new EvaluationBatches(heldOut, Evaluation.batchSize(family, heldOut, BATCH));
        try (PointerScope scope = new PointerScope()) {
            List<Batch> labelled =
                    IntStream.range(0, batches.count()).mapToObj(batches::batch).toList();
            List<Bundle> training = options.precision() == Precision.INT8_STATIC ? spread(data.training()) : List.of();
            return Exporter.export(
                    family,
                    member.member(),
                    member.statistics(),
                    ExportExamples.of(labelled, training),
                    options.withMetadata(label),
                    (float32, shipped) -> exact ? Map.of() : beside(float32, shipped));
        }
    }

    /** Inputs of examples evenly spread over the split: it may be sorted. */
    private static List<Bundle> spread(Dataset training) {
        int count = Math.min(RANGE_EXAMPLES, training.size());
        int[] spread = IntStream.range(0, count)
                .map(i -> (int) ((long) i * training.size() / count))
                .filter(i -> training.predictions(i) == training.predictions(0))
                .toArray();
        List<Bundle> inputs = new ArrayList<>();
        for (int from = 0; from < spread.length; from += RANGE_BATCH) {
            int to = Math.min(from + RANGE_BATCH, spread.length);
            inputs.add(training.batch(Arrays.copyOfRange(spread, from, to)).inputs());
        }
        return inputs;
    }

    private static Map<String, String> beside(OnnxFile float32, OnnxFile shipped) {
        LatencySettings settings = LatencySettings.DEFAULT;
        String hardware = Environment.current().hardwareFingerprint();
        LatencyMeasurement alone = Latency.measure(float32, settings, hardware);
        LatencyMeasurement beside;
        LatencyMeasurement reference;
        try (PairedLatency paired = new PairedLatency(float32, alone.p50Millis(), settings, hardware)) {
            beside = paired.measure(shipped);
            reference = paired.measure(float32);
        }
        Map<String, String> label = new LinkedHashMap<>();
        label.put(Metric.LATENCY_MILLIS_P50.key(), number(beside.p50Millis()));
        label.put(Metric.LATENCY_MILLIS_P99.key(), number(beside.p99Millis()));
        label.put(HALF_WIDTH, number(beside.halfWidthMillis()));
        label.put(FLOAT32_LATENCY, number(reference.p50Millis()));
        label.put(FLOAT32_LATENCY + HALF_WIDTH_SUFFIX, number(reference.halfWidthMillis()));
        label.put(FLOAT32_BYTES, Long.toString(float32.sizeBytes()));
        label.put(LATENCY, MemberEvaluator.latencyContext(settings));
        return label;
    }

    /**
     * Keeps the proof in the run, for its report: that of a float32 file. The largest error of a file with fewer bits proves nothing; what
     * its precision costs is on its label.
     *
     * @param testAccuracy of the exported file on the report split, where it was taken
     */
    public static void record(RunFolder run, ExportResult result, OptionalDouble testAccuracy) {
        if (result.quality().isPresent()) {
            return;
        }
        Path onnx = result.onnx().orElseThrow().toAbsolutePath();
        Path folder = run.path().toAbsolutePath();
        String file = (onnx.startsWith(folder) ? folder.relativize(onnx) : onnx).toString();
        List<Measurement> values = new ArrayList<>();
        values.add(value(
                result, MeasuredMembers.MAX_ABS_ERROR, file, result.check().maxAbsError()));
        result.check()
                .top1Agreement()
                .ifPresent(share -> values.add(value(result, MeasuredMembers.TOP1_AGREEMENT, file, share)));
        testAccuracy.ifPresent(share -> values.add(value(result, MeasuredMembers.TEST_ACCURACY, file, share)));
        run.database().record(values);
    }

    private static Measurement value(ExportResult result, String metric, String context, double value) {
        return new Measurement(result.member(), metric, context, value);
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
