package dev.weft.report;

import dev.weft.metric.Metric;
import dev.weft.search.MeasuredMember;
import java.util.List;
import java.util.Objects;

/**
 * One measured member: a row of the table and a point of the chart.
 *
 * @param member the member in one line, {@code depth=2,width=16}
 * @param name a name the family gives it ({@code largest}), or null
 * @param onFront whether no other measured member is both faster (latency p50) and better (by its quality on the selection split)
 * @param measured every number that is known of it; those of the report split under the key of {@link Metric#test}
 * @param exported the proof of its export, or null where it was not exported
 * @param network the full network with this member's sizes; blocks it does not run are inactive
 */
public record MemberResult(
        String member,
        String name,
        boolean onFront,
        MeasuredMember measured,
        Export exported,
        List<RunReport.Stage> network) {

    public MemberResult {
        Objects.requireNonNull(member, "member");
        Objects.requireNonNull(measured, "measured");
        network = List.copyOf(network);
    }

    /** The number of that metric; NaN where it was not measured. */
    public double value(Metric metric) {
        return measured.find(metric).orElse(Double.NaN);
    }

    /** Median latency, by which members are placed. */
    double latency() {
        return value(Metric.LATENCY_MILLIS_P50);
    }

    /**
     * Proof of an export: the files, and how far ONNX Runtime's output lies from the live member's.
     *
     * @param onnx file name of the ONNX model
     * @param safetensors file name of the weights, or null where only ONNX was written
     * @param maxAbsError largest absolute difference of an output value
     * @param top1Agreement share of held-out inputs with the same first class, 0 to 1; null where the model chooses nothing
     */
    public record Export(String onnx, String safetensors, double maxAbsError, Double top1Agreement) {
        public Export {
            Objects.requireNonNull(onnx, "onnx");
        }
    }
}
