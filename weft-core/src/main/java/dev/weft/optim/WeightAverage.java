package dev.weft.optim;

import dev.weft.model.Family;
import java.util.Map;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A second family, whose weights are a running average of a trained one's: what is evaluated and saved in its place. Holds native memory
 * until {@link #close}.
 */
public final class WeightAverage implements AutoCloseable {
    private final Averaging settings;
    private final Family averaged;
    private final Map<String, Tensor> trained;
    private final Map<String, Tensor> buffers; // never averaged
    private final Predicate<String> copied;

    /**
     * @param trained the family that is trained; not closed here
     * @param averaged another of the same definition and sharing; closed here
     * @param copied which parameters are not averaged but taken as they are
     */
    public WeightAverage(Averaging settings, Family trained, Family averaged, Predicate<String> copied) {
        this.settings = settings;
        this.trained = trained.weights().tensors();
        this.buffers = trained.weights().buffers();
        this.averaged = averaged;
        this.copied = copied;
        restart();
    }

    /** The averages, in the form of a family. */
    public Family family() {
        return averaged;
    }

    /** The averages by name: kept tensors that change with every step. */
    public Map<String, Tensor> tensors() {
        return averaged.weights().tensors();
    }

    /** Begins anew from the weights as they are. */
    public void restart() {
        follow(0);
    }

    /**
     * Takes in the weights after a step.
     *
     * @param step its number, from 1
     */
    public void update(long step) {
        follow(settings.decayAt(step));
    }

    private void follow(double decay) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            averaged.weights().buffers().forEach((name, buffer) -> buffer.copy_(buffers.get(name)));
            tensors().forEach((name, average) -> {
                Tensor weight = trained.get(name);
                if (decay == 0 || copied.test(name)) {
                    average.copy_(weight);
                } else {
                    average.lerp_(weight, new Scalar(1 - decay));
                }
            });
        }
    }

    @Override
    public void close() {
        averaged.close();
    }
}
