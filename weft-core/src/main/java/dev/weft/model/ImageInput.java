package dev.weft.model;

import dev.weft.criterion.AccuracyScorer;
import dev.weft.criterion.Criterion;
import dev.weft.criterion.Labels;
import dev.weft.criterion.Scorer;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.data.ImageDataset;
import dev.weft.export.ExportedInput;
import dev.weft.export.ImagePlanes;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.nn.Layer;
import dev.weft.ops.Bundle;
import dev.weft.ops.ImageOps;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import dev.weft.space.Dim;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The images a model reads: square, pixel values 0 to 255. Normalisation and the member's resolution are part of the model, so
 * that an exported member needs nothing else.
 *
 * @param channels 1 for grey, 3 for colour
 * @param size height and width of the images given to the model
 * @param mean per channel, on the scale 0 to 1
 * @param std per channel, on the scale 0 to 1
 * @param classes the names of the classes, in the order of the logits
 */
public record ImageInput(int channels, int size, List<Double> mean, List<Double> std, List<String> classes)
        implements ModelInput {
    public ImageInput {
        mean = Setting.list("mean", mean);
        std = Setting.list("std", std);
        classes = Setting.list("classes", classes);
        if (channels < 1 || size < 1 || size > Setting.MAX_SIZE) {
            throw new InputException("Images must have a channel or more and a size from 1 to " + Setting.MAX_SIZE
                    + ", but got channels=" + channels + ", size=" + size + ".");
        }
        if (mean.size() != channels || std.size() != channels) {
            throw new InputException("Images must have one mean and one std a channel, but got channels=" + channels
                    + ", mean=" + mean + ", std=" + std + ".");
        }
        if (std.stream().anyMatch(s -> !(s > 0)) || mean.stream().anyMatch(m -> !Double.isFinite(m))) {
            throw new InputException(
                    "Every std must be positive and every mean finite, but got mean=" + mean + ", std=" + std + ".");
        }
        if (classes.size() < 2) {
            throw new InputException("A classifier must have two classes or more, but got " + classes + ".");
        }
    }

    /** Normalises, then resizes where the member's resolution is not the images' own. */
    public Layer layer(Dim resolution) {
        return (x, pass) -> {
            int side = resolution.size(pass.member());
            Tensor normal = ImageOps.normalise(x, mean, std);
            return x.size(2) == side && x.size(3) == side ? normal : ImageOps.resize(normal, side, side);
        };
    }

    @Override
    public String description() {
        return channels + "×" + size + "×" + size + " images of classes " + classes;
    }

    @Override
    public String shape() {
        return channels + " x " + size + " x " + size + ", " + classes.size() + " classes";
    }

    @Override
    public String noun() {
        return "image";
    }

    @Override
    public List<Port> inputs() {
        return List.of(Port.floats(Batch.IMAGE, channels, size, size));
    }

    /** Logits (B, classes). */
    @Override
    public List<Port> outputs() {
        return List.of(Port.floats(ModelInput.LOGITS, classes.size()));
    }

    @Override
    public Bundle shapes(int batch) {
        return Bundle.of(Batch.IMAGE, Tensors.meta(batch, channels, size, size));
    }

    /** Pixel values 0 to 255. */
    @Override
    public Bundle random(int batch, RandomGenerator random) {
        float[] pixels = new float[Math.toIntExact((long) batch * channels * size * size)];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextInt(256);
        }
        return Bundle.of(Batch.IMAGE, Tensors.of(pixels, batch, channels, size, size));
    }

    /** Classes (B). */
    @Override
    public Bundle randomTargets(int batch, RandomGenerator random) {
        long[] labels = random.longs(batch, 0, classes.size()).toArray();
        return Bundle.of(Batch.LABELS, Tensors.ofLongs(labels, batch));
    }

    @Override
    public Optional<Map<String, String>> label(int side, Map<String, String> notes) {
        Map<String, String> label = new LinkedHashMap<>(OnnxFile.classLabel(classes));
        label.putAll(new ExportedInput(channels, size, mean, std, side, background(notes), centreCrop(notes)).label());
        return Optional.of(label);
    }

    private static int background(Map<String, String> notes) {
        String noted = notes.getOrDefault(Family.BACKGROUND, String.valueOf(ImagePlanes.WHITE));
        if (!noted.matches("\\d{1,3}")) {
            throw new InputException("The note \"" + Family.BACKGROUND
                    + "\" of a family must be a grey value from 0 to 255, but is \"" + noted + "\".");
        }
        return Integer.parseInt(noted);
    }

    private static OptionalDouble centreCrop(Map<String, String> notes) {
        String noted = notes.get(Family.CENTRE_CROP);
        if (noted == null) {
            return OptionalDouble.empty();
        }
        if (!noted.matches("0\\.\\d{1,17}|1\\.0")) {
            throw new InputException("The note \"" + Family.CENTRE_CROP
                    + "\" of a family must be a number over 0 and at most 1, but is \"" + noted + "\".");
        }
        return OptionalDouble.of(Double.parseDouble(noted));
    }

    @Override
    public Criterion criterion() {
        return Labels.HARD;
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.ACCURACY);
    }

    @Override
    public Scorer scorer() {
        return new AccuracyScorer();
    }

    @Override
    public void requireReads(String source, Dataset data) {
        if (!(data instanceof ImageDataset images)) {
            throw new InputException(source + " must hold what the model reads, " + description()
                    + ", but has changed since it was trained.");
        }
        if (images.channels() != channels || images.height() != size || images.width() != size) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have the images the model reads, %s, but has %s. Give other data or another model.",
                    source,
                    describe(channels, size, size),
                    describe(images.channels(), images.height(), images.width())));
        }
        // IDX files have no class names: there a class is its number.
        List<String> numbers =
                IntStream.range(0, classes.size()).mapToObj(String::valueOf).toList();
        if (!images.classes().equals(classes) && !images.classes().equals(numbers)) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have the classes of the model, %s, but has %s.",
                    source,
                    classes,
                    images.classes()));
        }
    }

    private static String describe(int channels, int height, int width) {
        return height + "x" + width + (channels == 1 ? " grey" : " colour");
    }

    @Override
    public boolean covers(ModelInput other) {
        return other instanceof ImageInput images
                && images.channels == channels
                && images.size == size
                && images.classes.equals(classes);
    }

    /**
     * {@code input} as images.
     *
     * @param model its name, for the message
     * @param input {@code null} to leave the model open
     * @throws InputException when it is something else
     */
    public static ImageInput of(String model, ModelInput input) {
        if (input == null || input instanceof ImageInput) {
            return (ImageInput) input;
        }
        throw new InputException("Model " + model + " must be given images, but the data is " + input.description()
                + ". Give images, or a model that reads text.");
    }

    /**
     * Members make images smaller and never larger.
     *
     * @param input {@code null} of a model that is open
     * @param resolution the largest of the model
     * @throws InputException when the images are smaller
     */
    public static void requireTakes(ImageInput input, int resolution) {
        if (input != null && resolution > input.size) {
            throw new InputException("Every resolution must be at most the size of the images, " + input.size
                    + ", but one is " + resolution + ", and members do not enlarge images. Set data.imageSize in the"
                    + " recipe for images of several sizes, or smaller resolutions.");
        }
    }

    /** {@code input}, or an error when a model definition has not been bound to data yet. */
    public static ImageInput bound(ImageInput input) {
        if (input == null) {
            throw new IllegalStateException(
                    "A model definition must be given its input before it is built: withInput(...).");
        }
        return input;
    }
}
