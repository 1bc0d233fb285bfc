package dev.weft.cost;

import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.Pass;
import dev.weft.nn.ShapeStatistics;
import dev.weft.ops.Ops;
import dev.weft.space.Member;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The exact costs of a model's members, by running the model itself on tensors that have shapes and no data: a new model or layer
 * needs no formula of its own. The latest members are remembered. Thread-safe; holds a little native memory until {@link #close}.
 */
public final class CountedCosts implements AutoCloseable {
    private static final int REMEMBERED = 10_000;

    private final Family shapes;
    private final Tensor input;
    private final Map<Long, String> names = new HashMap<>();
    private final Map<Member, MemberCosts> remembered = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Member, MemberCosts> eldest) {
            return size() > REMEMBERED;
        }
    };

    public CountedCosts(ModelDefinition definition) {
        shapes = Family.ofShapes(definition);
        input = definition.input().shapes(1);
        shapes.weights().tensors().forEach((name, tensor) -> names.put(OperationCounter.storage(tensor), name));
    }

    /** All costs of one member. */
    public synchronized MemberCosts of(Member member) {
        MemberCosts known = remembered.get(member);
        if (known == null) {
            known = count(member, OperationCounter::costs);
            remembered.put(member, known);
        }
        return known;
    }

    /** The multiply-adds of one member, operation by operation. */
    public synchronized List<OperationMacs> operations(Member member) {
        return count(member, counter -> List.copyOf(counter.operations()));
    }

    /** The costs of one member, operation by operation: two members have the same name for what both run. */
    synchronized Map<String, MemberCosts> terms(Member member) {
        return count(member, counter -> counter.terms(names));
    }

    private <T> T count(Member member, Function<OperationCounter, T> result) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                OperationCounter counter = new OperationCounter(input)) {
            Ops.record(counter, () -> shapes.forward(input, Pass.evaluation(member, new ShapeStatistics())));
            return result.apply(counter);
        }
    }

    @Override
    public synchronized void close() {
        shapes.close();
        input.close();
    }
}
