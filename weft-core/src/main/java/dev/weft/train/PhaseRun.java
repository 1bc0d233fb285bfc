package dev.weft.train;

import dev.weft.data.Batches;
import dev.weft.loss.FrozenTeacher;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.NormStatistics;
import dev.weft.recipe.Phase;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.seed.RandomStream;
import dev.weft.space.Space;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * One phase of a run at work; a run without phases is one. Holds native memory until {@link #close}.
 *
 * @param index its place among the phases, from 0
 * @param train its rule, in which nothing is left to the phase
 * @param learningRate that its schedule multiplies
 * @param begin how many steps of the run are done before it
 * @param end how many are done after it
 * @param teacher that does not change, or {@code null}; closed with this
 */
record PhaseRun(
        int index,
        TrainSettings train,
        double learningRate,
        long begin,
        long end,
        Sampling sampling,
        Batches batches,
        FrozenTeacher teacher,
        TrainingStep training)
        implements AutoCloseable {
    /** Sets a phase up, which the caller closes; of a recipe without phases the only one is the whole training. */
    static PhaseRun begin(
            int index,
            Recipe recipe,
            long seed,
            Family family,
            TrainingParts data,
            NormStatistics norm,
            Function<String, Path> teachers) {
        List<TrainSettings> rules = recipe.train().ofPhases();
        TrainSettings rule = rules.get(index);
        Batches uniform = recipe.data().batches(data.weights(), seed);
        long perEpoch = rule.stepsPerEpoch(uniform);
        long begin = perEpoch
                * rules.subList(0, index).stream()
                        .mapToLong(TrainSettings::epochs)
                        .sum();
        Phase own = recipe.train().phases().isEmpty()
                ? null
                : recipe.train().phases().get(index);
        Sampling sampling = own == null
                ? rule.sampler()
                        .start(new Sampling.Setup(
                                family,
                                rule.loss(),
                                rule.epochs(),
                                data.weights().size(),
                                data.heldOut(),
                                perEpoch,
                                RandomStream.SAMPLER_ORDER.bits(seed)))
                : sampling(rule.sampler().memoryless().orElseThrow(), own.within(family.space()), family.space());
        Batches batches = recipe.data().mixed(sampling.batches(uniform), seed);
        FrozenTeacher teacher = rule.distillation()
                .open(recipe.model().input(), teachers, family.kinds())
                .orElse(null);
        TrainingStep step = new TrainingStep(
                family,
                rule,
                norm,
                teacher == null ? null : teacher::outputs,
                sampling,
                begin + rule.distillation().labelSteps(perEpoch));
        return new PhaseRun(
                index,
                rule,
                own == null || own.learningRate() == null ? rule.optimizer().learningRate() : own.learningRate(),
                begin,
                begin + rule.epochs() * rule.stepsPerEpoch(batches),
                sampling,
                batches,
                teacher,
                step);
    }

    /** A sampling of the members of a part of a space, without memory. */
    static Sampling sampling(Sampler.Memoryless sampler, Space part, Space whole) {
        return Sampling.of(random -> sampler.draw(part, random).stream()
                .map(draw -> new TrainingMember(draw.role(), whole.canonical(draw.member())))
                .toList());
    }

    /** Where a step of the run lies in this phase, in epochs. */
    double epoch(long runStep, long stepsPerEpoch) {
        return (double) (runStep - begin) / stepsPerEpoch;
    }

    @Override
    public void close() {
        if (teacher != null) {
            teacher.close();
        }
        training.close();
        sampling.close();
    }
}
