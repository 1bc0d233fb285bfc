package dev.weft.bench;

import dev.weft.data.Augmentation;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.ImageBatches;
import dev.weft.data.ImageDataset;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.MemberStatistics;
import dev.weft.optim.Optimizer;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.TrainingStep;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;

/** Trains and evaluates small members for long, and looks at the resident memory on the way. */
final class Soak {
    private static final int BATCH_SIZE = 8;

    /**
     * Resident memory at regular distances.
     *
     * @param every rounds between two entries
     * @param mib the entries, the first after {@code every} rounds
     */
    record Series(int every, List<Double> mib) {
        /** Growth per thousand rounds in MiB: a line fitted to the second half, when caches and the JVM have settled. */
        double slope() {
            int from = mib.size() / 2;
            int count = mib.size() - from;
            double meanX = (count - 1) / 2.0;
            double meanY = mib.stream().skip(from).mapToDouble(m -> m).average().orElseThrow();
            double covariance = 0;
            double variance = 0;
            for (int i = 0; i < count; i++) {
                covariance += (i - meanX) * (mib.get(from + i) - meanY);
                variance += (i - meanX) * (i - meanX);
            }
            return covariance / variance * 1000 / every;
        }
    }

    private Soak() {}

    /** Sandwich steps on batches of 8 images. */
    static Series training(ModelDefinition definition, int steps, int every) {
        Batches batches = new ImageBatches(images(), BATCH_SIZE, 0, Augmentation.none());
        SplittableRandom random = new SplittableRandom(1);
        Sampler.Memoryless sampler = new Sampler.Sandwich(2);
        try (Family family = Family.of(definition, 1)) {
            TrainingStep trainingStep =
                    new TrainingStep(family, StepTimer.settings(new Optimizer.Sgd(0.01, 0.9, false, 0)));
            return watch(steps, every, i -> {
                try (PointerScope scope = new PointerScope()) {
                    Batch batch = batches.batch(i);
                    trainingStep.run(batch, sampler.draw(family.space(), random), 0.001, i + 1, i, List.of());
                }
            });
        }
    }

    /** Evaluations of ever new members: statistics gathered from 8 images, accuracy on 32. */
    static Series evaluating(ModelDefinition definition, int evaluations, int every) {
        ImageDataset images = images();
        ImageDataset few = images.subset("few", IntStream.range(0, 32).boxed().toList());
        SplittableRandom random = new SplittableRandom(2);
        try (Family family = Family.of(definition, 1)) {
            return watch(evaluations, every, i -> {
                Member member = family.space().sample(random);
                try (MemberStatistics statistics = Evaluation.calibrate(family, member, few, 1, BATCH_SIZE)) {
                    Evaluation.accuracy(family, member, statistics, few);
                }
            });
        }
    }

    private static ImageDataset images() {
        return BenchModels.trainingImages()
                .subset("soak", IntStream.range(0, 512).boxed().toList());
    }

    private static Series watch(int rounds, int every, IntConsumer round) {
        List<Double> mib = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            round.accept(i);
            if ((i + 1) % every == 0) {
                mib.add(ProcessMemory.residentMib());
            }
        }
        return new Series(every, mib);
    }
}
