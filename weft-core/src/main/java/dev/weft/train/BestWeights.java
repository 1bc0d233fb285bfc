package dev.weft.train;

import dev.weft.io.InputException;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Best;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A second family that keeps the weights of the best evaluation so far. All that it knows is in {@link #tensors}, which checkpoints hold, so
 * that a resumed run finds the same best and stops at the same step. Holds native memory until {@link #close}.
 */
final class BestWeights implements AutoCloseable {
    private static final int VALUE = 0;
    private static final int STEP = 1; // 0 until there was an evaluation
    private static final int WORSE = 2; // evaluations since

    private final Best settings;
    private final Metric metric;
    private final Family shown;
    private final Family best;
    private final Tensor record; // float64, (3)

    /**
     * @param shown the family that is evaluated; not closed here
     * @param best another of the same definition and sharing; closed here
     */
    BestWeights(Best settings, Family shown, Family best) {
        this.settings = settings;
        this.metric = metric(settings, shown.definition().input());
        this.shown = shown;
        this.best = best;
        try (PointerScope scope = new PointerScope();
                Tensor zeros = Tensors.zeros(3)) {
            this.record = Tensors.keep(zeros.to(ScalarType.Double));
        }
    }

    /**
     * The metric that is compared.
     *
     * @throws InputException when members of the model are not measured by it
     */
    static Metric metric(Best settings, ModelInput input) {
        List<Metric> metrics = input.metrics();
        return settings.metric() == null
                ? metrics.get(0)
                : metrics.stream()
                        .filter(each -> each.key().equals(settings.metric()))
                        .findFirst()
                        .orElseThrow(() -> new InputException("train.best.metric must be one by which members of this"
                                + " model are measured, "
                                + metrics.stream().map(Metric::key).toList() + ", but is "
                                + settings.metric() + "."));
    }

    /**
     * Hears of an evaluation of the weights as they are, and keeps them if none was better.
     *
     * @param step after which it was made
     * @return whether it was the best so far
     */
    boolean evaluated(long step, Map<Role, Map<Metric, Double>> values) {
        Map<Metric, Double> own =
                values.getOrDefault(settings.member().role(), values.get(Role.LARGEST)); // of a plain model
        double value = own.get(metric);
        if (step() > 0 && !isBetter(value, get(VALUE))) {
            set(WORSE, get(WORSE) + 1);
            return false;
        }
        set(VALUE, value);
        set(STEP, step);
        set(WORSE, 0);
        try (NoGradGuard guard = new NoGradGuard()) {
            copy(shown.weights().tensors(), best.weights().tensors());
            copy(shown.weights().buffers(), best.weights().buffers());
        }
        return true;
    }

    private static void copy(Map<String, Tensor> from, Map<String, Tensor> into) {
        into.forEach((name, tensor) -> tensor.copy_(from.get(name)));
    }

    private boolean isBetter(double value, double than) {
        return metric.higherIsBetter() ? value > than : value < than;
    }

    /** Whether so many evaluations were not better that training stops. */
    boolean isExhausted() {
        return settings.patience() != null && get(WORSE) >= settings.patience();
    }

    /** The best so far in words: {@code accuracy of the largest member was best after step 40}. */
    String inWords() {
        return metric.key() + " of the " + settings.member().role() + " member was best after step " + step();
    }

    /** After which step the best evaluation was; 0 where there was none. */
    long step() {
        return (long) get(STEP);
    }

    /** The best weights, in the form of a family; closed with this. */
    Family family() {
        return best;
    }

    /** All that is known, by name: kept tensors whose shapes never change. */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("record", record);
        best.weights().tensors().forEach((name, tensor) -> tensors.put("weights/" + name, tensor));
        best.weights().buffers().forEach((name, tensor) -> tensors.put("buffers/" + name, tensor));
        return tensors;
    }

    private double get(int index) {
        return Tensors.doubles(record)[index];
    }

    private void set(int index, double value) {
        record.data_ptr_double().put(index, value);
    }

    @Override
    public void close() {
        record.close();
        best.close();
    }
}
