package dev.weft.sample.norm;

import dev.weft.criterion.Criterion;
import dev.weft.criterion.Labels;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.ImageBatches;
import dev.weft.data.ResampledImages;
import dev.weft.io.InputException;
import dev.weft.loss.Distillation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.ImageInput;
import dev.weft.ops.Bundle;
import dev.weft.sample.ImportanceDistribution;
import dev.weft.sample.Note;
import dev.weft.sample.Sampling;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.step.StepReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link GradientNormSampler} at work: notes norms at every step, and at the end of each epoch goes over to the distributions that they
 * give. The first epoch is uniform.
 */
public final class GradientNormSampling implements Sampling {
    private final GradientNormSampler settings;
    private final Space space;
    private final long stepsPerEpoch;
    private final int epochs;
    private final long seed;
    private final double labelSmoothing;
    private final PathDistribution paths; // null where decisions are uniform
    private final ExampleDistribution examples; // null where every example comes once an epoch
    private int[] latest; // the list of the present epoch, read from its tensor; null when that changed
    private Member training;

    GradientNormSampling(GradientNormSampler settings, Setup setup) {
        this.settings = settings;
        this.space = setup.family().space();
        this.stepsPerEpoch = setup.stepsPerEpoch();
        this.epochs = setup.epochs();
        this.seed = setup.seed();
        this.labelSmoothing = setup.loss().labelSmoothing();
        if (settings.reweight().paths() && !space.constraints().isEmpty()) {
            throw new InputException("Paths that are reweighted must be of a space without constraints, or their"
                    + " probabilities are not known, but space \"" + space.name() + "\" has "
                    + space.constraints().size() + ". Use reweight none or data.");
        }
        if (settings.data() != null) {
            requireLabels(setup);
        }
        this.examples = settings.data() == null ? null : new ExampleDistribution(setup.examples(), settings.data());
        this.paths = settings.paths() == null ? null : new PathDistribution(setup.family(), settings.paths());
    }

    private static void requireLabels(Setup setup) {
        if (!(setup.family().definition().input() instanceof ImageInput)) {
            throw new InputException("Data by gradient norm must be images with labels, whose examples are counted, but"
                    + " the model reads "
                    + setup.family().definition().input().description()
                    + ". Give sampler gradient-norm paths alone.");
        }
        if (!(setup.loss().distillation() instanceof Distillation.None)) {
            throw new InputException("Data by gradient norm must have distillation none, for its norms are of the loss"
                    + " against labels, but got " + setup.loss().distillation() + ".");
        }
        Criterion own = setup.loss().own(setup.family().definition().input());
        if (!own.equals(new Labels(setup.loss().labelSmoothing()))) {
            throw new InputException("Data by gradient norm must have the criterion labels with the smoothing of"
                    + " train.labelSmoothing, for its norms are of that loss, but members learn by " + own
                    + ". Set train.labelSmoothing and leave out train.criterion, or give sampler gradient-norm paths"
                    + " alone.");
        }
    }

    @Override
    public List<TrainingMember> draw(long step, Batch batch, RandomGenerator random) {
        return List.of(new TrainingMember(Role.RANDOM, paths == null ? space.sample(random) : paths.draw(random)));
    }

    @Override
    public Batches batches(Batches uniform) {
        return examples == null ? uniform : new ResampledImages((ImageBatches) uniform, this::examples);
    }

    private synchronized int[] examples() {
        if (latest == null) {
            latest = examples.examples();
        }
        return latest;
    }

    @Override
    public List<Double> exampleWeights(Member member, Batch batch) {
        if (settings.reweight() == GradientNormSampler.Reweight.NONE) {
            return List.of();
        }
        List<Double> each =
                settings.reweight().data() ? examples.weights(batch) : Collections.nCopies(batch.size(), 1.0);
        double path = settings.reweight().paths() ? paths.weight(member) : 1;
        double limit = settings.weightLimit() == null ? Double.POSITIVE_INFINITY : settings.weightLimit();
        return each.stream().map(weight -> Math.min(limit, weight * path)).toList();
    }

    @Override
    public void memberForwarded(long step, TrainingMember draw, Batch batch, Bundle outputs) {
        training = draw.member();
        if (examples != null) {
            examples.observe(
                    batch, ImportanceDistribution.logitGradients(outputs.only(), batch.labels(), labelSmoothing));
        }
    }

    @Override
    public void gradientsReady(long step, Map<String, Tensor> gradients) {
        observe(GradientNormSampler.Read.BEFORE_CLIPPING, gradients);
    }

    @Override
    public void gradientsClipped(long step, Map<String, Tensor> gradients) {
        observe(GradientNormSampler.Read.AFTER_CLIPPING, gradients);
    }

    private void observe(GradientNormSampler.Read when, Map<String, Tensor> gradients) {
        if (paths != null && settings.paths().read() == when) {
            paths.observe(training, gradients);
        }
    }

    @Override
    public void stepDone(StepReport report) {
        if (report.step() % stepsPerEpoch != 0) {
            return;
        }
        long epoch = report.step() / stepsPerEpoch - 1;
        if (paths != null) {
            paths.endEpoch(settings.paths().tau().at(epoch, epochs));
        }
        if (examples != null) {
            SplittableRandom random = RandomStream.SAMPLER.random(seed, report.step());
            examples.endEpoch(settings.data().tau().at(epoch, epochs), random);
            latest = null;
        }
    }

    /**
     * Numbers about the coming epoch: the probability of each option ({@code edge1-0=skip_connect}, or {@code option=skip_connect} where
     * all choices share one distribution) and their mean entropy in nats; how many different examples it has, and the effective number
     * {@code 1 / Σ p²} of its distribution.
     */
    @Override
    public List<Note> notes() {
        List<Note> notes = new ArrayList<>();
        if (paths != null) {
            notes.addAll(paths.notes());
        }
        if (examples != null) {
            notes.addAll(examples.notes());
        }
        return notes;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        if (paths != null) {
            paths.state().forEach((name, tensor) -> state.put("paths/" + name, tensor));
        }
        if (examples != null) {
            examples.state().forEach((name, tensor) -> state.put("examples/" + name, tensor));
        }
        return state;
    }

    @Override
    public void close() {
        if (paths != null) {
            paths.close();
        }
        if (examples != null) {
            examples.close();
        }
    }
}
