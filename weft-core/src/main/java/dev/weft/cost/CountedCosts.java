package dev.weft.cost;

import dev.weft.model.Family;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.Pass;
import dev.weft.nn.ShapeStatistics;
import dev.weft.ops.Bundle;
import dev.weft.ops.Ops;
import dev.weft.space.Member;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * The exact costs of a model's members, by running the model itself on tensors that have shapes and no data: a new model or layer
 * needs no formula of its own. The latest members are remembered. Thread-safe; holds a little native memory until {@link #close}.
 */
public final class CountedCosts implements AutoCloseable {
    private static final int REMEMBERED = 10_000;

    private final FamilyDefinition family;
    private final Family shapes;
    private final Bundle input;
    private final Map<Long, String> names = new HashMap<>();
    private final Map<Member, MemberCosts> remembered = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Member, MemberCosts> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** The costs of members that share slices and nothing else. */
    public CountedCosts(ModelDefinition definition) {
        this(FamilyDefinition.of(definition));
    }

    /**
     * The costs of a family's members as they are deployed: what its sharings have only while it trains is not counted, and what remains
     * of them in a stand-alone model is.
     */
    public CountedCosts(FamilyDefinition family) {
        this.family = family;
        shapes = Family.ofShapes(family.model());
        input = family.model().input().shapes(1);
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
        FamilyDefinition alone = family.alone(member);
        if (alone.sharing().isEmpty()) {
            return count(shapes, member, result);
        }
        try (Family deployed = Family.ofShapes(alone.model(), alone.sharing())) {
            deployed.weights().tensors().forEach((name, tensor) -> names.put(OperationCounter.storage(tensor), name));
            return count(deployed, Member.PLAIN, result);
        }
    }

    private <T> T count(Family counted, Member member, Function<OperationCounter, T> result) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                OperationCounter counter = new OperationCounter(input)) {
            Ops.record(counter, () -> counted.forward(input, Pass.evaluation(member, new ShapeStatistics())));
            return result.apply(counter);
        }
    }

    @Override
    public synchronized void close() {
        shapes.close();
        input.close();
    }
}
