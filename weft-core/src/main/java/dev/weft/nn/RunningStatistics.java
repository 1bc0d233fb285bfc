package dev.weft.nn;

import dev.weft.ops.NormOps;
import dev.weft.ops.Tensors;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Training with the exponentially averaged statistics of ordinary networks, gathered over whatever members are trained: right
 * for a model trained alone, and the baseline that recalibration is compared with for a supernet. Holds its tensors until
 * {@link #close}.
 */
public final class RunningStatistics implements NormStatistics, AutoCloseable {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final double momentum;

    /**
     * @param momentum how far one batch moves the average: 0.1 in PyTorch's convention, not 0.9
     * @param channels of every batch norm layer that a member may run, by name: {@link ShapeStatistics#channels}
     */
    public RunningStatistics(double momentum, Map<String, Integer> channels) {
        this.momentum = momentum;
        channels.forEach((name, count) -> {
            float[] ones = new float[count];
            Arrays.fill(ones, 1);
            MemberStatistics.put(tensors, name, Tensors.of(new float[count], count), Tensors.of(ones, count));
        });
    }

    @Override
    public Tensor normalise(String name, Tensor x, Tensor weight, Tensor bias, double epsilon) {
        long channels = x.size(1);
        return NormOps.batchNormOfBatch(
                x,
                tensors.get(name + MemberStatistics.MEAN).narrow(0, 0, channels),
                tensors.get(name + MemberStatistics.VARIANCE).narrow(0, 0, channels),
                weight,
                bias,
                momentum,
                epsilon);
    }

    /** The averages cut to one member's channels, by layer: a copy that the caller closes. */
    public MemberStatistics of(Map<String, Integer> channels) {
        Map<String, Tensor> cut = new LinkedHashMap<>();
        channels.forEach((name, count) -> List.of(MemberStatistics.MEAN, MemberStatistics.VARIANCE)
                .forEach(suffix -> cut.put(
                        name + suffix,
                        Tensors.keep(
                                tensors.get(name + suffix).narrow(0, 0, count).clone()))));
        return new MemberStatistics(cut);
    }

    /** The averages by published name, at the largest member's sizes. Do not close them. */
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
