package dev.weft.export;

import ai.onnxruntime.OnnxTensor;
import dev.weft.natives.OnnxRuntime;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A member that was exported to ONNX, ready to predict. It needs ONNX Runtime and nothing else: libtorch is not loaded.
 *
 * <pre>
 *   try (ExportedModel model = ExportedModel.open(Path.of("member.onnx"))) {
 *       Prediction p = model.predict(ImageIO.read(new File("shoe.png")));
 *       // p.label(), p.probabilities()
 *   }
 * </pre>
 *
 * <p>Thread-safe. Holds native memory until {@link #close}, which waits for predictions that are under way.
 */
public final class ExportedModel implements AutoCloseable {
    private final OnnxFile file;
    private final ExportedInput input;
    private final OnnxSession session;

    private ExportedModel(OnnxFile file, int threads) {
        this.file = file;
        this.input = file.images()
                .orElseThrow(() -> new InvalidInputException("The model of member \"" + file.member()
                        + "\" must read images, but reads text. Open it as an ExportedLanguageModel."));
        this.session = new OnnxSession(file, threads);
    }

    /**
     * Opens a file that Weft exported; one prediction uses one thread.
     *
     * @throws InvalidInputException when the file is damaged, Weft did not write it, or it reads text
     */
    public static ExportedModel open(Path file) {
        return open(OnnxFile.read(file), 1);
    }

    /** @param threads that one prediction may use */
    public static ExportedModel open(OnnxFile file, int threads) {
        return new ExportedModel(file, threads);
    }

    /** The names of the classes, in the order of the logits. */
    public List<String> classes() {
        return file.classes();
    }

    /** The member of the family, as one line. */
    public String member() {
        return file.member();
    }

    /** What {@link #predict} wants. */
    public ExportedInput input() {
        return input;
    }

    /** Everything the file says of itself: the proof of the export, costs, the run it is from. */
    public Map<String, String> metadata() {
        return file.metadata();
    }

    /** @param pixels of one image, 0 to 255: (channels, height, width) row by row */
    public Prediction predict(float[] pixels) {
        if (pixels.length != input().pixelsPerImage()) {
            throw new InvalidInputException("An image must have " + input().channels() + " x " + input().size() + " x "
                    + input().size() + " pixel values, but has " + pixels.length + ".");
        }
        return prediction(logits(pixels)[0]);
    }

    /** @param pixels of one image as unsigned bytes: (channels, height, width) row by row */
    public Prediction predict(byte[] pixels) {
        float[] values = new float[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Byte.toUnsignedInt(pixels[i]);
        }
        return predict(values);
    }

    /**
     * Makes the image grey or coloured as the model wants it, lays a transparent one on the background of training, and resizes it or cuts
     * out its centre, as folders of images are read for evaluation.
     *
     * @throws InvalidInputException when there is no picture, as ImageIO says of a file that it does not know
     */
    public Prediction predict(BufferedImage image) {
        if (image == null) {
            throw new InvalidInputException(
                    "There must be a picture, but there is none: ImageIO.read gives null for a file of a"
                            + " format that it does not know. Convert the file to PNG or JPEG.");
        }
        Framing framing = Framing.of(image.getHeight(), image.getWidth(), input().size(), input().centreCrop());
        return predict(ImagePlanes.of(image, input().channels(), framing, input().background()));
    }

    /**
     * The logits of several images in one run.
     *
     * @param pixels one image after another
     * @return (images, classes)
     */
    public float[][] logits(float[] pixels) {
        int each = input().pixelsPerImage();
        if (pixels.length == 0 || pixels.length % each != 0) {
            throw new InvalidInputException(
                    "Images must have " + each + " pixel values each, but all together have " + pixels.length + ".");
        }
        long[] shape = {pixels.length / each, input().channels(), input().size(), input().size()};
        return (float[][]) session.run(
                OnnxFile.IMAGE,
                () -> OnnxTensor.createTensor(OnnxRuntime.environment(), FloatBuffer.wrap(pixels), shape));
    }

    private Prediction prediction(float[] logits) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new InvalidInputException("A prediction must be of finite numbers, but a logit is " + logit
                        + ". Are all pixels numbers from 0 to 255?");
            }
        }
        int top = Prediction.top(logits);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - logits[top]);
        }
        List<Double> probabilities = new ArrayList<>();
        for (float logit : logits) {
            probabilities.add(Math.exp(logit - logits[top]) / sum);
        }
        return new Prediction(classes().get(top), top, probabilities);
    }

    @Override
    public void close() {
        session.close();
    }
}
