package dev.weft.nn;

import dev.weft.ops.NormOps;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Evaluation: one member's mean and variance for every batch norm layer, as {@link Calibration} gathered them. They travel with
 * the member into files and extracted models. Holds its tensors until {@link #close}.
 */
public final class MemberStatistics implements NormStatistics, AutoCloseable {
    /** What the published names of a mean end in. */
    public static final String MEAN = ".running_mean";
    /** What the published names of a variance end in. */
    public static final String VARIANCE = ".running_var";

    private final Map<String, Tensor> tensors;

    /** @param tensors kept tensors (C) by published name: {@code bn1.running_mean}, {@code bn1.running_var}, … */
    public MemberStatistics(Map<String, Tensor> tensors) {
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** The statistics of a model without batch norm. */
    public static MemberStatistics none() {
        return new MemberStatistics(Map.of());
    }

    static void put(Map<String, Tensor> tensors, String name, Tensor mean, Tensor variance) {
        tensors.put(name + MEAN, mean);
        tensors.put(name + VARIANCE, variance);
    }

    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public Tensor normalise(String name, Tensor x, Tensor weight, Tensor bias, double epsilon) {
        Tensor mean = tensors.get(name + MEAN);
        Tensor variance = tensors.get(name + VARIANCE);
        if (mean == null || variance == null || mean.size(0) != x.size(1)) {
            throw new IllegalStateException(
                    "Batch norm " + name + " needs statistics of " + x.size(1) + " channels for this member, but "
                            + (mean == null ? "there are none" : "they have " + mean.size(0))
                            + ". Calibrate the member first.");
        }
        return NormOps.batchNorm(x, mean, variance, weight, bias, epsilon);
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
