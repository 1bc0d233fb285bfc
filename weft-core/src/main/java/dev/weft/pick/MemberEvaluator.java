package dev.weft.pick;

import dev.weft.cost.CountedCosts;
import dev.weft.cost.Latency;
import dev.weft.cost.LatencyContext;
import dev.weft.cost.LatencyMeasurement;
import dev.weft.cost.LatencySettings;
import dev.weft.cost.MemberCosts;
import dev.weft.cost.Meter;
import dev.weft.cost.PairedLatency;
import dev.weft.data.Dataset;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.metric.Needs;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Devices;
import dev.weft.ops.Tensors;
import dev.weft.run.Environment;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Measures the members of a trained family: counts, latency in ONNX Runtime on this machine, and accuracy, or loss and perplexity, on the selection split
 * with recalibrated batch norm. Never sees the report split. Holds a little native memory until {@link #close}; the family stays
 * the caller's.
 */
public final class MemberEvaluator implements Evaluator, AutoCloseable {
    private final Family family;
    private final Optional<FamilyData> data;
    private final List<Meter> meters;
    private final LatencySettings latency;
    private final CountedCosts counted;
    private final String hardware = Environment.current().hardwareFingerprint();
    private final String latencyContext;
    private final String qualityContext;
    private final Evaluations.Store known;
    private Optional<PairedLatency> beside = Optional.empty();

    private MemberEvaluator(
            Family family,
            Optional<FamilyData> data,
            LatencySettings latency,
            Evaluations.Store known,
            List<Meter> meters) {
        this.family = family;
        this.meters = List.copyOf(meters);
        this.data = data;
        this.latency = latency;
        this.known = known;
        this.latencyContext = latencyContext(latency);
        this.counted = new CountedCosts(family.plan());
        this.qualityContext = data.map(d -> String.format(
                        Locale.ROOT,
                        "weights=%s selection=%s images=%s calibration=%dx%d%s",
                        weightsFingerprint(family),
                        selection(d).idsSha256().substring(0, 12),
                        selection(d).contentSha256().substring(0, 12),
                        d.calibrationBatches(),
                        d.batchSize(),
                        Devices.current().is_cpu() ? "" : " device=" + Devices.name()))
                .orElse("");
    }

    /**
     * Measures everything.
     *
     * @param known where the numbers are kept: latencies are measured beside the smallest member, whose own latency is looked up and
     *     noted there
     * @param meters what else measures
     * @throws InputException when the data has no selection split
     */
    public static MemberEvaluator of(
            Family family, FamilyData data, LatencySettings latency, Evaluations.Store known, List<Meter> meters) {
        selection(data);
        return new MemberEvaluator(family, Optional.of(data), latency, known, meters);
    }

    /** The same, with nothing known and no other meters. */
    public static MemberEvaluator of(Family family, FamilyData data, LatencySettings latency) {
        return of(family, data, latency, Evaluations.storeInMemory(), List.of());
    }

    /** Measures what needs no data: counts and latency. */
    public static MemberEvaluator ofCosts(
            Family family, LatencySettings latency, Evaluations.Store known, List<Meter> meters) {
        return new MemberEvaluator(family, Optional.empty(), latency, known, meters);
    }

    /** The same, with nothing known and no other meters. */
    public static MemberEvaluator ofCosts(Family family, LatencySettings latency) {
        return ofCosts(family, latency, Evaluations.storeInMemory(), List.of());
    }

    /** The machine and the setting of a latency, as databases and labels name them. */
    public static String latencyContext(LatencySettings latency) {
        return LatencyContext.of(latency, Environment.current().hardwareFingerprint())
                .toString();
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>(Metrics.COSTS);
        metrics.addAll(Metrics.LATENCIES);
        meters.forEach(meter -> metrics.addAll(meter.metrics()));
        if (data.isPresent()) {
            metrics.addAll(family.definition().input().metrics());
        }
        return new Metrics(metrics).all();
    }

    private Metric metric(String key) {
        return new Metrics(metrics()).get(key, "Measuring");
    }

    private Optional<Meter> meter(Metric metric) {
        return meters.stream().filter(meter -> meter.metrics().contains(metric)).findFirst();
    }

    @Override
    public String context(String key) {
        Metric metric = metric(key);
        return meter(metric).map(Meter::context).orElseGet(() -> switch (metric.needs()) {
            case MACHINE -> latencyContext;
            case EXAMPLES -> qualityContext;
            case SHAPES, TABLE -> "";
        });
    }

    @Override
    public boolean isCounted(String key) {
        return metric(key).needs() == Needs.SHAPES;
    }

    @Override
    public Map<String, Double> measure(Member member, String key) {
        Metric metric = metric(key);
        Optional<Meter> meter = meter(metric);
        if (meter.isPresent()) {
            return byKey(meter.get().measure(family, member));
        }
        return switch (metric.needs()) {
            case MACHINE -> latency(member);
            case EXAMPLES -> quality(member);
            case SHAPES -> counts(member);
            case TABLE -> throw new IllegalArgumentException("Numbers of a table are not measured: " + metric + ".");
        };
    }

    private static Map<String, Double> byKey(Map<Metric, Double> measured) {
        Map<String, Double> values = new LinkedHashMap<>();
        measured.forEach((metric, value) -> values.put(metric.key(), value));
        return values;
    }

    private Map<String, Double> counts(Member member) {
        MemberCosts costs = counted.of(member);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(Metric.PARAMS.key(), (double) costs.params());
        values.put(Metric.MACS.key(), (double) costs.macs());
        values.put(Metric.BYTES.key(), (double) costs.bytes());
        return values;
    }

    /** The smallest member is measured alone, once, and every other one beside it. */
    private Map<String, Double> latency(Member member) {
        Member reference = family.space().smallest();
        OptionalDouble baseline = known.value(reference.toString(), Metric.LATENCY_MILLIS_P50.key(), latencyContext);
        OnnxFile alone =
                beside.isPresent() && !member.equals(reference) ? null : Latency.file(family.plan(), reference);
        if (baseline.isEmpty()) {
            Map<String, Double> own = values(Latency.measure(alone, latency, hardware));
            own.forEach((metric, value) -> known.record(reference.toString(), metric, latencyContext, value));
            baseline = OptionalDouble.of(own.get(Metric.LATENCY_MILLIS_P50.key()));
        }
        if (member.equals(reference)) {
            return noted(reference);
        }
        if (beside.isEmpty()) {
            beside = Optional.of(new PairedLatency(alone, baseline.getAsDouble(), latency, hardware));
        }
        return values(beside.get().measure(Latency.file(family.plan(), member)));
    }

    private Map<String, Double> noted(Member reference) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (Metric metric : Metrics.LATENCIES) {
            values.put(
                    metric.key(),
                    known.value(reference.toString(), metric.key(), latencyContext)
                            .orElseThrow());
        }
        return values;
    }

    private static Map<String, Double> values(LatencyMeasurement measured) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(Metric.LATENCY_MILLIS_P50.key(), measured.p50Millis());
        values.put(Metric.LATENCY_MILLIS_P99.key(), measured.p99Millis());
        values.put(Metric.LATENCY_MILLIS_HALF_WIDTH.key(), measured.halfWidthMillis());
        values.put(Metric.LATENCY_SLOWDOWN.key(), measured.slowdown());
        return values;
    }

    private Map<String, Double> quality(Member member) {
        try (MemberStatistics statistics = calibrate(member)) {
            return byKey(Evaluation.of(family, member, statistics, selection(data.orElseThrow())));
        }
    }

    /** Fresh statistics of a member over the training split; the caller closes them. */
    MemberStatistics calibrate(Member member) {
        FamilyData images = data.orElseThrow();
        return Evaluation.calibrate(family, member, images.training(), images.calibrationBatches(), images.batchSize());
    }

    private static Dataset selection(FamilyData data) {
        return data.selection()
                .orElseThrow(
                        () -> new InputException(
                                data.source()
                                        + " must have a selection split to choose members by, but has none: the family was trained on other data."));
    }

    /** Twelve digits that change with any shared weight: an accuracy is of these weights only. */
    private static String weightsFingerprint(Family family) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            family.weights().stored().forEach((name, tensor) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(Tensors.bytes(tensor));
            });
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() {
        beside.ifPresent(PairedLatency::close);
        counted.close();
    }
}
