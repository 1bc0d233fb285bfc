package dev.weft.report;

import java.util.List;
import java.util.Objects;

/**
 * One measured member: a row of the table and a point of the chart.
 *
 * @param member the member in one line, {@code depth=2,width=16}
 * @param name a name the family gives it ({@code largest}), or null
 * @param onFront whether no other measured member is both faster (latency p50) and better (by its quality on the selection split)
 * @param cost parameters, multiply-adds, bytes and latency
 * @param quality on the selection split: see {@link RunReport.Quality}
 * @param testQuality on the report split, or null where it was not taken
 * @param exported the proof of its export, or null where it was not exported
 * @param network the full network with this member's sizes; blocks it does not run are inactive
 */
public record MemberResult(
        String member,
        String name,
        boolean onFront,
        Cost cost,
        double quality,
        Double testQuality,
        Export exported,
        List<RunReport.Stage> network) {

    public MemberResult {
        Objects.requireNonNull(member, "member");
        Objects.requireNonNull(cost, "cost");
        network = List.copyOf(network);
    }

    /** What a member costs. Latency is that of one inference as the report's latency setting says, median and 99th percentile. */
    public record Cost(long params, long macs, long bytes, double latencyMillisP50, double latencyMillisP99) {
        public Cost {
            if (params < 0 || macs < 0 || bytes < 0 || !(latencyMillisP50 >= 0) || !(latencyMillisP99 >= 0)) {
                throw new IllegalArgumentException("costs must be numbers of at least 0, but got params=" + params
                        + " macs="
                        + macs + " bytes=" + bytes + " latencyMillisP50=" + latencyMillisP50 + " latencyMillisP99="
                        + latencyMillisP99);
            }
        }
    }

    /**
     * Proof of an export: the files, and how far ONNX Runtime's output lies from the live member's.
     *
     * @param onnx file name of the ONNX model
     * @param safetensors file name of the weights, or null where only ONNX was written
     * @param maxAbsError largest absolute difference of an output value
     * @param top1Agreement share of held-out inputs with the same first class, 0 to 1
     */
    public record Export(String onnx, String safetensors, double maxAbsError, double top1Agreement) {
        public Export {
            Objects.requireNonNull(onnx, "onnx");
        }
    }
}
