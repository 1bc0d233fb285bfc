package dev.weft.search;

import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.run.RunDatabase;
import dev.weft.space.Member;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Measures each (member, metric, context) once ever: what a store knows is not measured again. Members must be canonical, as those
 * of a {@link dev.weft.space.Space} are. For one thread.
 */
public final class Evaluations {
    /** The place where measured numbers are kept, by member as it prints, metric and context. */
    public interface Store {
        OptionalDouble value(String member, String metric, String context);

        void record(String member, String metric, String context, double value);
    }

    private final Evaluator evaluator;
    private final Metrics metrics;
    private final Store store;
    private long measurements;

    public Evaluations(Evaluator evaluator, Store store) {
        this.evaluator = evaluator;
        this.metrics = new Metrics(evaluator.metrics());
        this.store = store;
    }

    /** Kept in the table of a run. */
    public static Evaluations of(Evaluator evaluator, RunDatabase run) {
        return new Evaluations(evaluator, store(run));
    }

    /** The table of a run. */
    public static Store store(RunDatabase run) {
        return new Store() {
            @Override
            public OptionalDouble value(String member, String metric, String context) {
                return run.value(member, metric, context);
            }

            @Override
            public void record(String member, String metric, String context, double value) {
                run.record(member, metric, context, value);
            }
        };
    }

    /** Kept as long as this object lives. */
    public static Evaluations inMemory(Evaluator evaluator) {
        return new Evaluations(evaluator, storeInMemory());
    }

    /** A table that lives as long as it is held. */
    public static Store storeInMemory() {
        Map<List<String>, Double> kept = new HashMap<>();
        return new Store() {
            @Override
            public OptionalDouble value(String member, String metric, String context) {
                Double value = kept.get(List.of(member, metric, context));
                return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
            }

            @Override
            public void record(String member, String metric, String context, double value) {
                kept.put(List.of(member, metric, context), value);
            }
        };
    }

    /** What can be measured, what is cheap first. */
    public Metrics metrics() {
        return metrics;
    }

    /** Whether the evaluator {@linkplain Evaluator#isCounted counts} the metric. */
    boolean isCounted(String metric) {
        return evaluator.isCounted(metric);
    }

    /** How often the evaluator was called. */
    public long measurements() {
        return measurements;
    }

    /** The number that is already known. */
    public OptionalDouble known(Member member, String metric) {
        String resolved = Metrics.resolve(metric);
        OptionalDouble value = store.value(member.toString(), resolved, evaluator.context(resolved));
        // SQLite keeps NaN as NULL: neither was measured by us.
        return value.isPresent() && Double.isNaN(value.getAsDouble()) ? OptionalDouble.empty() : value;
    }

    /**
     * The number, measured when it is not known.
     *
     * @throws dev.weft.io.InputException when the evaluator does not measure this metric
     */
    public double value(Member member, String metric) {
        String resolved = metrics.get(metric, "Measuring").key();
        OptionalDouble known = known(member, resolved);
        return known.isPresent() ? known.getAsDouble() : measure(member, resolved);
    }

    /** Several numbers of a member, those that are cheap to measure first. */
    public MeasuredMember values(Member member, Collection<Metric> wanted) {
        List<String> resolved = wanted.stream()
                .map(m -> metrics.get(m.key(), "Measuring").key())
                .toList();
        Map<String, Double> values = new LinkedHashMap<>();
        for (Metric metric : metrics.all()) {
            if (resolved.contains(metric.key())) {
                values.put(metric.key(), value(member, metric.key()));
            }
        }
        return new MeasuredMember(member, values);
    }

    private double measure(Member member, String metric) {
        Map<String, Double> measured = evaluator.measure(member, metric);
        measurements++;
        Double asked = measured.get(metric);
        if (asked == null || !Double.isFinite(asked)) {
            throw new IllegalStateException("An evaluator must return a finite " + metric + ", but of \"" + member
                    + "\" returned " + measured + ".");
        }
        for (Metric along : metrics.all()) {
            String other = along.key();
            Double value = measured.get(other);
            // What came along must not change a number that a search has already seen.
            if (value != null && Double.isFinite(value) && known(member, other).isEmpty()) {
                store.record(member.toString(), other, evaluator.context(other), value);
            }
        }
        return asked;
    }
}
