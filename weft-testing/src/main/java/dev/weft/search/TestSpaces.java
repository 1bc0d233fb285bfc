package dev.weft.search;

import dev.weft.metric.Metric;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small spaces with closed-form measurements, and an evaluator that notes what it was asked. */
final class TestSpaces {
    private TestSpaces() {}

    static final Choice<Integer> RESOLUTION = Choice.of("resolution", 20, 24, 28);
    static final Choice<Integer> STEM = Choice.of("stem.width", 4, 8);
    static final Choice<Integer> WIDTH1 = Choice.of("stage1.width", 8, 12, 16);
    static final Choice<Integer> DEPTH1 = Choice.of("stage1.depth", 1, 2, 3);
    static final Choice<Integer> KERNEL1 = Choice.of("stage1.kernel", 3, 5);
    static final Choice<Integer> WIDTH2 = Choice.of("stage2.width", 16, 20, 24, 28, 32, 40);
    static final Choice<Integer> DEPTH2 = Choice.of("stage2.depth", 1, 2);
    static final Choice<Integer> KERNEL2 = Choice.of("stage2.kernel", 3, 5);

    /** Two stages, as the mobile CNN has them. */
    static Space stages() {
        return new Space("stages", List.of(RESOLUTION, STEM, WIDTH1, DEPTH1, KERNEL1, WIDTH2, DEPTH2, KERNEL2));
    }

    /** A transformer-like space: the heads of a block mean nothing while the depth does not reach it. */
    static Space blocks() {
        Choice<Integer> depth = Choice.of("depth", 1, 2, 3);
        List<Choice<?>> choices = new ArrayList<>(List.of(Choice.of("embedDim", 16, 32), depth));
        for (int b = 1; b <= 3; b++) {
            choices.add(Choice.of("blocks." + b + ".numHeads", 1, 2, 4).activeWhen("depth", b));
        }
        return new Space("blocks", choices);
    }

    /** The numbers of {@link #stages}: more of anything costs more and is more accurate, with returns that diminish and differ. */
    static Map<String, Double> stageValues(Member m) {
        double params = m.value(STEM) * 9
                + m.value(DEPTH1) * m.value(WIDTH1) * m.value(KERNEL1) * m.value(KERNEL1)
                + m.value(DEPTH2) * m.value(WIDTH2) * m.value(KERNEL2) * m.value(KERNEL2);
        double macs = params * m.value(RESOLUTION) * m.value(RESOLUTION);
        double quality = Math.log(m.value(STEM))
                + 2 * Math.log(m.value(WIDTH1)) * Math.sqrt(m.value(DEPTH1))
                + 3 * Math.log(m.value(WIDTH2)) * Math.sqrt(m.value(DEPTH2))
                + 0.3 * Math.log(m.value(KERNEL1))
                + 0.1 * Math.log(m.value(KERNEL2))
                + 2 * Math.log(m.value(RESOLUTION));
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(Metric.PARAMS.key(), params);
        values.put(Metric.MACS.key(), macs);
        values.put(Metric.LATENCY_MILLIS_P50.key(), macs / 1e6 + 0.1);
        values.put(Metric.LATENCY_MILLIS_P99.key(), macs / 1e6 + 0.3);
        values.put(Metric.ACCURACY.key(), quality / 50);
        return values;
    }

    /** Measures {@link #stages} and writes down "metric member" of every call; p99 comes along with p50. */
    static final class Noted implements Evaluator {
        final List<String> calls = new ArrayList<>();
        private final Map<String, String> contexts;

        Noted(Map<String, String> contexts) {
            this.contexts = contexts;
        }

        Noted() {
            this(Map.of());
        }

        @Override
        public List<Metric> metrics() {
            return List.of(
                    Metric.PARAMS, Metric.MACS, Metric.LATENCY_MILLIS_P50, Metric.LATENCY_MILLIS_P99, Metric.ACCURACY);
        }

        @Override
        public String context(String metric) {
            return contexts.getOrDefault(metric, "");
        }

        @Override
        public boolean isCounted(String metric) {
            return metric.equals("params") || metric.equals("macs");
        }

        @Override
        public Map<String, Double> measure(Member member, String metric) {
            calls.add(metric + " " + member);
            Map<String, Double> all = stageValues(member);
            return metric.startsWith("latency")
                    ? Map.of(
                            "latencyMillisP50", all.get("latencyMillisP50"),
                            "latencyMillisP99", all.get("latencyMillisP99"))
                    : Map.of(metric, all.get(metric));
        }

        List<String> of(String metric) {
            return calls.stream().filter(c -> c.startsWith(metric + " ")).toList();
        }
    }
}
