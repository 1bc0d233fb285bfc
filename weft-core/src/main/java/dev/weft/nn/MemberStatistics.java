package dev.weft.nn;

import dev.weft.ops.NormOps;
import dev.weft.ops.Ops;
import dev.weft.ops.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Evaluation: one member's mean and variance for every batch norm layer, as {@link Calibration} gathered them. They travel with
 * the member into files and extracted models. Holds its tensors until {@link #close}.
 *
 * <p>All layers lie end to end in one tensor: a family may keep hundreds of members, and a native tensor for each statistic of each
 * layer would take more memory than the numbers in it.
 */
public final class MemberStatistics implements NormStatistics, AutoCloseable {
    /** What the published names of a mean end in. */
    public static final String MEAN = ".running_mean";
    /** What the published names of a variance end in. */
    public static final String VARIANCE = ".running_var";

    /** Where a layer's channels lie among those of all. */
    private record Span(int begin, int channels) {
        Tensor of(Tensor all) {
            return all.narrow(0, begin, channels);
        }
    }

    private final Map<String, Span> layers = new LinkedHashMap<>();
    private final Tensor packed; // null where there is no batch norm
    private final Tensor means; // rows of it
    private final Tensor variances;

    /**
     * Statistics that lie end to end.
     *
     * @param channels of each layer, in the order in which they lie
     * @param packed a kept tensor (2, all channels), owned from now on: the means, and below them the variances; {@code null} where there
     *     are no layers
     */
    public MemberStatistics(Map<String, Integer> channels, Tensor packed) {
        int all = 0;
        for (Map.Entry<String, Integer> layer : channels.entrySet()) {
            layers.put(layer.getKey(), new Span(all, layer.getValue()));
            all += layer.getValue();
        }
        boolean fits = packed == null ? all == 0 : packed.dim() == 2 && packed.size(0) == 2 && packed.size(1) == all;
        if (!fits) {
            throw new IllegalArgumentException("Statistics of " + all + " channels must be [2, " + all + "].");
        }
        this.packed = packed;
        this.means = packed == null ? null : Tensors.keep(Ops.select(packed, 0, 0));
        this.variances = packed == null ? null : Tensors.keep(Ops.select(packed, 0, 1));
    }

    /**
     * Statistics that are packed now.
     *
     * @param tensors kept tensors (C) by published name: {@code bn1.running_mean}, {@code bn1.running_var}, …; closed here
     */
    public MemberStatistics(Map<String, Tensor> tensors) {
        this(channels(tensors), packed(tensors));
        tensors.values().forEach(Tensor::close);
    }

    private static Map<String, Integer> channels(Map<String, Tensor> tensors) {
        Map<String, Integer> channels = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.endsWith(MEAN)) {
                String layer = name.substring(0, name.length() - MEAN.length());
                Tensor variance = tensors.get(layer + VARIANCE);
                if (variance == null || variance.numel() != tensor.numel()) {
                    throw new IllegalArgumentException(
                            "A batch norm must have as many variances as means, but " + layer + " does not.");
                }
                channels.put(layer, (int) tensor.numel());
            }
        });
        if (2 * channels.size() != tensors.size()) {
            throw new IllegalArgumentException("Statistics must be means and variances, but are " + tensors.keySet());
        }
        return channels;
    }

    private static Tensor packed(Map<String, Tensor> tensors) {
        if (tensors.isEmpty()) {
            return null;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Set<String> layers = channels(tensors).keySet();
            List<Tensor> all = new ArrayList<>();
            layers.forEach(layer -> all.add(tensors.get(layer + MEAN)));
            layers.forEach(layer -> all.add(tensors.get(layer + VARIANCE)));
            return Tensors.keep(Ops.unflatten(Ops.concatenate(all, 0), 0, List.of(2, -1)));
        }
    }

    /** The statistics of a model without batch norm. */
    public static MemberStatistics none() {
        return new MemberStatistics(Map.of(), null);
    }

    static void put(Map<String, Tensor> tensors, String name, Tensor mean, Tensor variance) {
        tensors.put(name + MEAN, mean);
        tensors.put(name + VARIANCE, variance);
    }

    /** How many channels each layer has, in the order in which they lie in {@link #packed}. */
    public Map<String, Integer> channels() {
        Map<String, Integer> channels = new LinkedHashMap<>();
        layers.forEach((layer, span) -> channels.put(layer, span.channels));
        return channels;
    }

    /** Everything in one tensor (2, all channels): the means, and below them the variances; {@code null} without batch norm. Do not close it. */
    public Tensor packed() {
        return packed;
    }

    /** Views (C) of each mean and variance by published name; they belong to the caller's scope. */
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        layers.forEach((layer, span) -> put(tensors, layer, span.of(means), span.of(variances)));
        return Collections.unmodifiableMap(tensors);
    }

    /** The same statistics in tensors of their own, which the caller closes. */
    public MemberStatistics copy() {
        return new MemberStatistics(channels(), packed == null ? null : Tensors.keep(packed.clone()));
    }

    @Override
    public Tensor normalise(String name, Tensor x, Tensor weight, Tensor bias, double epsilon) {
        Span span = layers.get(name);
        if (span == null || span.channels != x.size(1)) {
            throw new IllegalStateException(
                    "Batch norm " + name + " needs statistics of " + x.size(1) + " channels for this member, but "
                            + (span == null ? "there are none" : "they have " + span.channels)
                            + ". Calibrate the member first.");
        }
        return NormOps.batchNorm(x, span.of(means), span.of(variances), weight, bias, epsilon);
    }

    @Override
    public void close() {
        if (packed != null) {
            means.close();
            variances.close();
            packed.close();
        }
    }
}
