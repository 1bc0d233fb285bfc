package dev.weft.train;

import dev.weft.data.Batches;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.Pass;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Space;

/**
 * One phase of a run at work; a run without phases is one. Holds native memory until {@link #close}.
 *
 * @param index its place among the phases, from 0
 * @param train its rule, in which nothing is left to the phase
 * @param learningRate that its schedule multiplies
 * @param begin how many steps of the run are done before it
 * @param end how many are done after it
 * @param teacher the family of a frozen teacher, or {@code null}; closed with this
 */
record PhaseRun(
        int index,
        TrainSettings train,
        double learningRate,
        long begin,
        long end,
        Sampling sampling,
        Batches batches,
        Family teacher,
        TrainingStep step)
        implements AutoCloseable {

    /** A sampling of the members of a part of a space, without memory. */
    static Sampling sampling(Sampler.Memoryless sampler, Space part, Space whole) {
        return Sampling.of(random -> sampler.draw(part, random).stream()
                .map(draw -> new TrainingMember(draw.role(), whole.canonical(draw.member())))
                .toList());
    }

    /** What a named member of {@code teacher} says about inputs; {@code null} without a teacher. */
    static TrainingStep.Teacher logits(Family teacher, String member) {
        if (teacher == null) {
            return null;
        }
        NamedMember named = teacher.members().get(member);
        Pass pass = Pass.evaluation(named.member(), named.statistics());
        return inputs -> teacher.forward(inputs, pass);
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
        step.close();
        sampling.close();
    }
}
