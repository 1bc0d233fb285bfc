package dev.weft.model;

import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.nn.ShapeStatistics;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Whether kept members have the batch-norm statistics that they need, as a pass over shapes without data tells. */
final class StatisticsCheck {
    /** Float64 in families for exact checks. */
    private static final Set<ScalarType> TYPES = Set.of(ScalarType.Float, ScalarType.Double);

    private final ModelDefinition definition;

    StatisticsCheck(ModelDefinition definition) {
        this.definition = definition;
    }

    /** What is wrong with the first member of which something is: a sentence without its full stop. */
    Optional<String> problem(Map<String, NamedMember> members) {
        Map<String, Member> picks = new LinkedHashMap<>();
        members.forEach((name, named) -> picks.put(name, named.member()));
        return problem(picks, name -> members.get(name).statistics().tensors());
    }

    /** What is wrong where the statistics of a member, by its name, are these, by published name. */
    Optional<String> problem(Map<String, Member> members, Function<String, Map<String, Tensor>> statistics) {
        if (members.isEmpty()) {
            return Optional.empty();
        }
        try (Family shapes = Family.ofShapes(definition);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return members.entrySet().stream()
                    .map(named -> problem(shapes, named.getKey(), named.getValue(), statistics))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
    }

    private Optional<String> problem(
            Family shapes, String name, Member member, Function<String, Map<String, Tensor>> statistics) {
        ShapeStatistics seen = new ShapeStatistics();
        try (PointerScope scope = new PointerScope();
                Bundle input = definition.input().shapes(1)) {
            shapes.forward(input, Pass.evaluation(member, seen));
            return problem(name, seen.channels(), statistics.apply(name));
        }
    }

    private static Optional<String> problem(String name, Map<String, Integer> channels, Map<String, Tensor> stored) {
        Map<String, Long> needed = new LinkedHashMap<>();
        channels.forEach((layer, count) -> {
            needed.put(layer + MemberStatistics.MEAN, (long) count);
            needed.put(layer + MemberStatistics.VARIANCE, (long) count);
        });
        for (Map.Entry<String, Long> entry : needed.entrySet()) {
            Tensor tensor = stored.get(entry.getKey());
            boolean fits = tensor != null
                    && Arrays.equals(tensor.shape(), new long[] {entry.getValue()})
                    && TYPES.contains(tensor.scalar_type().intern());
            if (!fits) {
                return Optional.of("member \"" + name + "\" must have the batch-norm statistic " + entry.getKey() + " ["
                        + entry.getValue() + "] of float32, but "
                        + (tensor == null
                                ? "has none"
                                : "it is " + Arrays.toString(tensor.shape()) + " of "
                                        + tensor.scalar_type().intern()));
            }
        }
        for (Map.Entry<String, Tensor> entry : stored.entrySet()) {
            if (entry.getKey().endsWith(MemberStatistics.VARIANCE) && hasNegative(entry.getValue())) {
                return Optional.of(
                        "member \"" + name + "\" must have no variance below 0, but has one in the batch-norm"
                                + " statistic " + entry.getKey());
            }
        }
        TreeSet<String> unused = new TreeSet<>(stored.keySet());
        unused.removeAll(needed.keySet());
        return unused.isEmpty()
                ? Optional.empty()
                : Optional.of("member \"" + name + "\" has no batch norm for the statistic " + unused.first());
    }

    private static boolean hasNegative(Tensor tensor) {
        for (float value : Tensors.floats(tensor)) {
            if (value < 0) {
                return true;
            }
        }
        return false;
    }
}
