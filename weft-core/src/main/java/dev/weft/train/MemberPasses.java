package dev.weft.train;

import dev.weft.data.Batch;
import dev.weft.loss.TrainingMember;
import dev.weft.step.MemberGradients;
import dev.weft.step.MemberLoss;
import dev.weft.step.StepListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The members of one step and their gradients, which stay where libtorch puts them until this is closed. */
final class MemberPasses implements MemberGradients, AutoCloseable {
    private final MemberLosses of;
    private final List<Batch> batches;
    private final Supplier<List<TrainingMember>> drawn;
    private final long step;
    private final long seed;
    private final List<? extends StepListener> listeners;
    private final PointerScope scope = PointerScope.getInnerScope(); // the step's; null where it has none
    private final List<MemberLoss> losses = new ArrayList<>();
    private List<TrainingMember> draws; // null until they run
    private MemberLosses.Teaching alone; // null until one of them runs alone
    private Map<String, Tensor> all; // null until they are computed

    MemberPasses(
            MemberLosses of,
            List<Batch> batches,
            Supplier<List<TrainingMember>> drawn,
            long step,
            long seed,
            List<? extends StepListener> listeners) {
        this.of = of;
        this.batches = batches;
        this.drawn = drawn;
        this.step = step;
        this.seed = seed;
        this.listeners = listeners;
    }

    private List<TrainingMember> draws() {
        if (draws == null) {
            draws = drawn.get();
            torch.manual_seed(seed);
        }
        return draws;
    }

    @Override
    public int count() {
        return draws().size();
    }

    @Override
    public Map<String, Tensor> all() {
        if (all == null) {
            double[] sums = new double[draws().size()];
            for (int b = 0; b < batches.size(); b++) {
                MemberLosses.Teaching teaching = of.teaching(batches.get(b), step);
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += of.backward(teaching, draws, i, batches.size(), step, listeners) / batches.size();
                    if (b == batches.size() - 1) {
                        trained(i, sums[i]);
                    }
                }
            }
            all = of.gradients();
        }
        return all;
    }

    @Override
    public Alone alone(int member) {
        if (alone == null) {
            draws();
            alone = of.teaching(batches.get(0), step);
            if (scope != null) {
                alone.outlive(scope); // and not go with whatever scope the first member has of its own
            }
        }
        double loss = of.backward(alone, draws, member, 1, step, listeners);
        Map<String, Tensor> gradients = of.gradients();
        gradients.replaceAll(
                (name, gradient) -> gradient.detach()); // what grad() gives is emptied with the parameter's
        of.clearGradients();
        return new Alone(loss, gradients);
    }

    @Override
    public void trained(int member, double loss) {
        MemberLoss of = new MemberLoss(draws.get(member), loss);
        losses.add(of);
        listeners.forEach(listener -> listener.memberTrained(step, of));
    }

    /** Those of the members that have trained, in this order. */
    List<MemberLoss> losses() {
        return losses;
    }

    @Override
    public void close() {
        of.clearGradients();
    }
}
