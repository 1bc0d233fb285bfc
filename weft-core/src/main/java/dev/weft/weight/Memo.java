package dev.weft.weight;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * What one forward pass has computed and may need again: the draw of a blend, what a network made of its member. It is right because
 * it dies with its pass: while a pass runs, stored tensors do not move, and no other pass sees it.
 *
 * <p>Tensors that are remembered live as long as the {@code PointerScope} in which the memo was made, whichever scope they are computed
 * in; it is read by the thread that made it. What was computed while no gradients were recorded is not given to a caller who wants them.
 */
public final class Memo {
    private static final Memo NONE = new Memo(false);

    /** @param gradients whether they were recorded */
    private record Key(Object owner, Object key, boolean gradients) {}

    private final boolean remembers;
    private final PointerScope scope; // null where there was none: the tensors then live until they are unreachable
    private final Map<Key, Object> known = new HashMap<>();

    private Memo(boolean remembers) {
        this.remembers = remembers;
        this.scope = remembers ? PointerScope.getInnerScope() : null;
    }

    /** An empty memo, whose tensors live as long as the present scope. */
    public static Memo fresh() {
        return new Memo(true);
    }

    /** A memo that remembers nothing, so that everything is computed each time: right wherever it is used, and slow. */
    public static Memo none() {
        return NONE;
    }

    /** Whether what is computed once is given again. */
    public boolean remembers() {
        return remembers;
    }

    /**
     * What was computed before, or is now. Bodies may ask for other things in turn.
     *
     * @param owner whose key it is, compared by {@code equals}: usually the strategy itself, so that two of a kind share nothing
     * @param key what is computed, as {@code owner} tells its things apart
     */
    @SuppressWarnings("unchecked") // a key has one type, its owner's business
    public <T> T once(Object owner, Object key, Supplier<T> compute) {
        if (!remembers) {
            return compute.get();
        }
        synchronized (known) {
            Key full = new Key(owner, key, GradMode.is_enabled());
            Object before = known.get(full);
            if (before != null) {
                requireAlive(before);
                return (T) before;
            }
            T value = compute.get();
            if (value instanceof Tensor tensor) {
                hold(tensor);
            }
            known.put(full, value);
            return value;
        }
    }

    private static void requireAlive(Object value) {
        if (value instanceof Tensor tensor && tensor.isNull()) {
            throw new IllegalStateException(
                    "A pass was read after the scope in which it began had ended. Begin a new one for every forward pass.");
        }
    }

    private void hold(Tensor tensor) {
        if (scope != null) {
            scope.attach(tensor);
        } else {
            tensor.retainReference();
        }
    }
}
