package dev.weft.search;

import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.space.Member;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Measures members: what a caller of a {@link Search} supplies. */
public interface Evaluator {
    /** The metrics that it can measure, cheap ones first: a member that exceeds a cheap budget is not measured further. */
    List<Metric> metrics();

    /**
     * What else the numbers of this metric depend on, such as a fingerprint of the weights and the split for accuracy, or of the
     * hardware and the threads for latency; empty for exact counts. Numbers of another context are measured again.
     */
    default String context(String metric) {
        return "";
    }

    /**
     * Whether the metric is a count: exact, at once, the same everywhere, and never less for a larger option alone. A search may ask
     * for more counts than for the members that it proposes.
     */
    default boolean isCounted(String metric) {
        return false;
    }

    /**
     * Measures a metric of a member, now.
     *
     * @return the value of {@code metric}, and of any other metric that came along for nothing, such as p99 with p50; finite
     */
    Map<String, Double> measure(Member member, String metric);

    /** One function for each metric by its key, what is cheap first; nothing else decides the numbers. */
    static Evaluator of(LinkedHashMap<String, ToDoubleFunction<Member>> functions) {
        Map<String, ToDoubleFunction<Member>> fixed = new LinkedHashMap<>(functions);
        return new Evaluator() {
            @Override
            public List<Metric> metrics() {
                return fixed.keySet().stream()
                        .map(key -> Metrics.BUILT_IN.find(key).orElseGet(() -> Metric.column(key)))
                        .toList();
            }

            @Override
            public Map<String, Double> measure(Member member, String metric) {
                return Map.of(metric, fixed.get(metric).applyAsDouble(member));
            }
        };
    }
}
