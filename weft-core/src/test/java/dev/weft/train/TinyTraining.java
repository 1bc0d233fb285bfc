package dev.weft.train;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.data.Augmentation;
import dev.weft.data.Batch;
import dev.weft.data.Mixing;
import dev.weft.loss.Distillation;
import dev.weft.loss.Precision;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.ImageInput;
import dev.weft.model.MobileCnn;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.ops.Tensors;
import dev.weft.optim.Averaging;
import dev.weft.optim.Clipping;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.Reptile;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.SimplexMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** A space, data and settings so small that a step takes milliseconds. */
public final class TinyTraining {
    public static final int SIDE = 16;
    public static final int CLASSES = 3;
    public static final int TRAIN = 72;

    private TinyTraining() {}

    /** Width, depth, kernel and resolution are elastic; unequal sizes everywhere. */
    public static MobileCnn model() {
        return new MobileCnn(
                null,
                List.of(12, 16),
                new Stem(List.of(4, 6), 2),
                List.of(
                        new Stage(Block.FUSED, List.of(4, 8), List.of(1, 2), List.of(3), List.of(1.0), 2, false),
                        new Stage(
                                Block.DEPTHWISE, List.of(8, 12), List.of(1, 3), List.of(3, 5), List.of(2.0), 1, true)),
                List.of(),
                Activation.SILU,
                false);
    }

    public static MobileCnn boundModel() {
        return model().withInput(new ImageInput(1, SIDE, List.of(0.5), List.of(0.25), List.of("a", "b", "c")));
    }

    public static Batch batch(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] pixels = new float[size * SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextInt(256);
        }
        long[] labels = random.longs(size, 0, CLASSES).toArray();
        return new Batch(
                Tensors.of(pixels, size, 1, SIDE, SIDE),
                Tensors.keep(Tensor.create(labels, size)),
                IntStream.range(0, size).boxed().toList());
    }

    /** Largest, smallest and two that are neither. */
    public static List<TrainingMember> sandwich(Space space) {
        SplittableRandom random = new SplittableRandom(5);
        List<TrainingMember> draws = new Sampler.Sandwich(2).draw(space, random);
        for (TrainingMember draw : draws.subList(2, 4)) {
            if (List.of(space.largest(), space.smallest()).contains(draw.member())) {
                throw new IllegalStateException("choose another seed");
            }
        }
        return draws;
    }

    public static TrainingMember draw(Role role, Member member) {
        return new TrainingMember(role, member);
    }

    /** IDX files whose classes can be told apart: a bright square on noise, in a place that depends on the class. */
    public static Path data(Path folder) throws IOException {
        Files.createDirectories(folder);
        part(folder, "train", TRAIN + 24, 1);
        part(folder, "t10k", 24, 2);
        return folder;
    }

    public static void part(Path folder, String name, int count, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer images = ByteBuffer.allocate(16 + count * SIDE * SIDE)
                .putInt(2051)
                .putInt(count)
                .putInt(SIDE)
                .putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(2049).putInt(count);
        for (int i = 0; i < count; i++) {
            int label = i % CLASSES;
            for (int y = 0; y < SIDE; y++) {
                for (int x = 0; x < SIDE; x++) {
                    boolean bright = x / 6 == label && y > 4 && y < 10;
                    images.put((byte) (bright ? 200 + random.nextInt(56) : random.nextInt(120)));
                }
            }
            labels.put((byte) label);
        }
        Files.write(folder.resolve(name + "-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve(name + "-labels-idx1-ubyte"), labels.array());
    }

    public static DataSettings dataSettings(Path folder) {
        return DataSettings.Images.builder(folder.toString())
                .selectionSize(24)
                .batchSize(16)
                .build();
    }

    /** Four steps an epoch, and everything on that costs nothing. */
    public static Recipe recipe(Path data, TrainSettings train) {
        return new Recipe("tiny", "for tests", model(), dataSettings(data), train);
    }

    /** A blend of everything, searched by gradient. */
    public static List<Sharing> blended(SimplexMap map) {
        return List.of(new Blend(map, Blend.Norm.MASKED, Blend.Ownership.ENTANGLED, 1));
    }

    /** Logits that move by Adam, half of the data theirs. */
    public static ArchitectureSettings architecture(ArchitectureSettings.Order order) {
        return new ArchitectureSettings(
                0.5, new Optimizer.Adam(0.01, 0.5, 0.999, 1e-8, 1e-3), null, order, null, null, 0);
    }

    public static Settings settings() {
        return new Settings();
    }

    /** Settings with every ingredient off; tests switch on what they are about. */
    public static final class Settings {
        public int epochs = 2;
        public Sampler sampler = new Sampler.Sandwich(2);
        public Distillation distillation = new Distillation.InPlace();
        public double labelSmoothing;
        public TrainSettings.Gradients gradients = TrainSettings.Gradients.SUM;
        public Clipping clipping;
        public Optimizer optimizer = new Optimizer.Sgd(0.05, 0, false, 0);
        public LearningRateSchedule schedule = new LearningRateSchedule.Constant();
        public Regularisation regularisation = Regularisation.none();
        public List<ParameterGroup> groups = List.of();
        public Precision precision = Precision.FLOAT32;
        public int evaluateEveryEpochs;
        public int checkpointEverySteps = 1000;
        public boolean runningStatistics;
        public Integer accumulate;
        public Reptile reptile;
        public ArchitectureSettings architecture;
        public Averaging average;
        public List<Sharing> sharing = List.of(); // of the recipe
        public Augmentation augmentation = new Augmentation(2, true); // of the data, where a test has its own
        public Mixing mixing; // of the data, as augmentation

        public TrainSettings build() {
            return TrainSettings.builder(epochs, optimizer)
                    .sampler(sampler)
                    .distillation(distillation)
                    .labelSmoothing(labelSmoothing)
                    .gradients(gradients)
                    .clipping(clipping)
                    .schedule(schedule)
                    .regularisation(regularisation)
                    .parameterGroups(groups)
                    .precision(precision)
                    .calibrationBatches(2)
                    .evaluateEveryEpochs(evaluateEveryEpochs)
                    .checkpointEverySteps(checkpointEverySteps)
                    .runningStatistics(runningStatistics)
                    .accumulate(accumulate)
                    .reptile(reptile)
                    .architecture(architecture)
                    .average(average)
                    .build();
        }
    }
}
