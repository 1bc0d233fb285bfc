package dev.weft.train;

import dev.weft.data.Augmentation;
import dev.weft.data.Batch;
import dev.weft.data.Mixing;
import dev.weft.model.ImageInput;
import dev.weft.model.MobileCnn;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.ops.Tensors;
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
    static final int SIDE = 16;
    static final int CLASSES = 3;
    static final int TRAIN = 72;

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

    static MobileCnn boundModel() {
        return model().withInput(new ImageInput(1, SIDE, List.of(0.5), List.of(0.25), List.of("a", "b", "c")));
    }

    static Batch batch(int size, long seed) {
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
    static List<Draw> sandwich(Space space) {
        SplittableRandom random = new SplittableRandom(5);
        List<Draw> draws = new Sampler.Sandwich(2).draw(space, random);
        for (Draw draw : draws.subList(2, 4)) {
            if (List.of(space.largest(), space.smallest()).contains(draw.member())) {
                throw new IllegalStateException("choose another seed");
            }
        }
        return draws;
    }

    static Draw draw(Role role, Member member) {
        return new Draw(role, member);
    }

    /** IDX files whose classes can be told apart: a bright square on noise, in a place that depends on the class. */
    public static Path data(Path folder) throws IOException {
        Files.createDirectories(folder);
        part(folder, "train", TRAIN + 24, 1);
        part(folder, "t10k", 24, 2);
        return folder;
    }

    static void part(Path folder, String name, int count, long seed) throws IOException {
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
        return new DataSettings.Images(folder.toString(), 24, 16, Augmentation.none(), null, null);
    }

    /** Four steps an epoch, and everything on that costs nothing. */
    static Recipe recipe(Path data, TrainSettings train) {
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

    static Settings settings() {
        return new Settings();
    }

    /** Settings with every ingredient off; tests switch on what they are about. */
    static final class Settings {
        int epochs = 2;
        Sampler sampler = new Sampler.Sandwich(2);
        Distillation distillation = new Distillation.InPlace();
        double labelSmoothing;
        TrainSettings.Gradients gradients = TrainSettings.Gradients.SUM;
        Clipping clipping;
        Optimizer optimizer = new Optimizer.Sgd(0.05, 0, false, 0);
        LearningRateSchedule schedule = new LearningRateSchedule.Constant();
        Regularisation regularisation = Regularisation.none();
        List<ParameterGroup> groups = List.of();
        Precision precision = Precision.FLOAT32;
        int evaluateEveryEpochs;
        int checkpointEverySteps = 1000;
        boolean runningStatistics;
        Integer accumulate;
        Reptile reptile;
        ArchitectureSettings architecture;
        Averaging average;
        List<Sharing> sharing = List.of(); // of the recipe
        Augmentation augmentation = new Augmentation(2, true); // of the data, where a test has its own
        Mixing mixing; // of the data, as augmentation

        TrainSettings build() {
            return new TrainSettings(
                    epochs,
                    sampler,
                    distillation,
                    labelSmoothing,
                    gradients,
                    clipping,
                    optimizer,
                    schedule,
                    regularisation,
                    groups,
                    precision,
                    2,
                    evaluateEveryEpochs,
                    checkpointEverySteps,
                    runningStatistics,
                    null,
                    accumulate,
                    reptile,
                    architecture,
                    average);
        }
    }
}
