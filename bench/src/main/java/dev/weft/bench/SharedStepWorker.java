package dev.weft.bench;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.ArchitectureStep;
import dev.weft.data.Batch;
import dev.weft.io.Json;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.ops.Libtorch;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/**
 * Steps of one way of sharing weights, in a JVM of its own, so that what is resident at most is this way's. Says {@link
 * StepWorker.Ready}, then answers command lines: {@code weights COUNT} and {@code architecture COUNT} train and answer {@link
 * StepWorker.Steps}, {@code memory} answers {@link Memory}.
 */
final class SharedStepWorker {
    private static final double RATE = 0.001;
    private static final int DRAWS = 16;

    /** What trains, on which members. */
    enum Kind {
        /** The largest member as a plain network. */
        PLAIN,
        /** Entangled weights, every step another blend; norms over the full width, as published. */
        BLEND,
        /** The same with masked norms. */
        MASKED,
        /** Weights of their own for every combination of options. */
        SEPARATE,
        /** Slices, every step another member. */
        SLICED,
        /** Two experts a layer of the MLPs, mixed by layer; the members of {@link #SLICED}. */
        LAYER,
        /** The same, mixed by neuron. */
        NEURON;

        List<Sharing> sharing() {
            return switch (this) {
                case PLAIN, SLICED -> List.of();
                case BLEND -> blend(Blend.Norm.FULL, Blend.Ownership.ENTANGLED);
                case MASKED -> blend(Blend.Norm.MASKED, Blend.Ownership.ENTANGLED);
                case SEPARATE -> blend(Blend.Norm.FULL, Blend.Ownership.SEPARATE);
                case LAYER -> experts(Experts.Granularity.LAYER);
                case NEURON -> experts(Experts.Granularity.NEURON);
            };
        }

        boolean isBlend() {
            return this == BLEND || this == MASKED || this == SEPARATE;
        }

        private static List<Sharing> blend(Blend.Norm norm, Blend.Ownership weights) {
            return List.of(new Blend(new SimplexMap.Dirichlet(), norm, weights, 1));
        }

        private static List<Sharing> experts(Experts.Granularity granularity) {
            return List.of(new Experts(
                    "mlp\\.fc[12]\\.weight",
                    2,
                    granularity,
                    Experts.Routing.SOFT,
                    128,
                    2,
                    new MemberEncoding.Scaled(),
                    false,
                    new ExpertStart.Independent(),
                    false));
        }
    }

    /**
     * Resident memory.
     *
     * @param engineMib with libtorch loaded and one small convolution run, before there was a model
     * @param peakMib at most, so far
     */
    record Memory(double engineMib, double peakMib) {}

    private SharedStepWorker() {}

    static void run(Kind kind, ModelDefinition searched, int threads, int batchSize, BufferedReader in, PrintStream out)
            throws IOException {
        Libtorch.useThreads(threads);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.conv2d(torch.rand(1, 4, 8, 8), torch.rand(4, 4, 3, 3));
        }
        double engine = ProcessMemory.residentMib();
        ModelDefinition definition =
                kind == Kind.PLAIN ? searched.at(searched.space().largest()) : searched;
        Batch batch = BenchModels.batch(definition, batchSize); // no scope is open: it lives as long as this method
        Optimizer optimizer = new Optimizer.AdamW(RATE, 0.9, 0.999, 1e-8, 0);
        try (Family family = Family.of(definition, 1, kind.sharing())) {
            StepTimer weights = new StepTimer(family, draws(kind, definition), optimizer);
            long parameters = family.weights().tensors().values().stream()
                    .mapToLong(tensor -> tensor.numel())
                    .sum();
            out.println(Json.writeLine(new StepWorker.Ready("Weft", parameters)));
            Architecture architecture = null;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                if (words[0].equals("memory")) {
                    out.println(Json.writeLine(new Memory(engine, ProcessMemory.peakMib())));
                } else if (words[0].equals("weights")) {
                    out.println(Json.writeLine(weights.train(batch, Integer.parseInt(words[1]))));
                } else {
                    architecture = architecture == null ? new Architecture(family, optimizer) : architecture;
                    out.println(Json.writeLine(architecture.train(batch, Integer.parseInt(words[1]))));
                }
            }
        }
    }

    private static List<List<TrainingMember>> draws(Kind kind, ModelDefinition definition) {
        SplittableRandom random = new SplittableRandom(7);
        Sampler.Memoryless sampler = kind.isBlend() ? new Sampler.Blend() : new Sampler.SinglePath(1);
        return kind == Kind.PLAIN
                ? List.of(List.of(new TrainingMember(Role.LARGEST, Member.PLAIN)))
                : IntStream.range(0, DRAWS)
                        .mapToObj(i -> sampler.draw(definition.space(), random))
                        .toList();
    }

    /** The other half of a search step: the logits', first order, on one batch. */
    private static final class Architecture {
        private final ArchitectureStep step;
        private final Member largest;
        private long done;

        Architecture(Family family, Optimizer optimizer) {
            TrainSettings train = settings(optimizer);
            this.step = new ArchitectureStep(family, train.architecture(), train.loss(), train.update(), null);
            this.largest = family.space().largest();
        }

        StepWorker.Steps train(Batch batch, int count) {
            List<Double> seconds = new ArrayList<>();
            List<Double> processor = new ArrayList<>();
            double loss = 0;
            for (int i = 0; i < count; i++) {
                long computed = Machine.threadNanos();
                long start = System.nanoTime();
                TrainingMember blend = new TrainingMember(Role.BLEND, BlendedWeights.blend(largest, done));
                loss = step.run(batch, batch, blend, RATE, RATE, done + 1);
                seconds.add((System.nanoTime() - start) * 1e-9);
                processor.add((Machine.threadNanos() - computed) * 1e-9);
                done++;
            }
            return new StepWorker.Steps(seconds, processor, List.of(loss), Map.of());
        }

        private static TrainSettings settings(Optimizer optimizer) {
            return TrainSettings.builder(1, optimizer)
                    .sampler(new Sampler.Blend())
                    .schedule(new LearningRateSchedule.Constant())
                    .regularisation(Regularisation.none())
                    .calibrationBatches(1)
                    .evaluateEveryEpochs(0)
                    .checkpointEverySteps(1)
                    .architecture(new ArchitectureSettings(0.5, optimizer, null, null, null, null, 0))
                    .build();
        }
    }
}
