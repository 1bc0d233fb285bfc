package dev.weft.onnx;

import dev.weft.data.Dataset;
import dev.weft.data.ImageDataset;
import dev.weft.data.TextWindows;
import dev.weft.export.ExportedLanguageModel;
import dev.weft.export.ExportedModel;
import dev.weft.export.OnnxFile;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import java.util.LinkedHashMap;
import java.util.Map;

/** How good an exported file is, by the same metrics as its member in the family, but in ONNX Runtime. Loads no libtorch. */
public final class ExportedEvaluation {
    private ExportedEvaluation() {}

    /**
     * The values of every metric of the file's task, the one that members are chosen by first.
     *
     * @param data what the model reads: images, or windows of a text in its own tokens
     * @param threads that one run may use
     * @throws InputException when the examples are not what the model reads
     * @throws CheckFailedException when a logit is no finite number
     */
    public static Map<Metric, Double> of(OnnxFile file, Dataset data, int threads) {
        Map<Metric, Double> values = new LinkedHashMap<>();
        if (file.text().isPresent() && data instanceof TextWindows windows) {
            double loss = loss(file, windows, threads);
            values.put(Metric.LOSS, loss);
            values.put(Metric.PERPLEXITY, Math.exp(loss));
        } else if (file.images().isPresent() && data instanceof ImageDataset images) {
            try (ExportedModel model = ExportedModel.open(file, threads)) {
                values.put(Metric.ACCURACY, ExportedAccuracy.of(model, images));
            }
        } else {
            throw new InputException("The examples of " + data.name() + " must be "
                    + (file.text().isPresent() ? "text" : "images") + ", as the model of member \"" + file.member()
                    + "\" reads, but are not.");
        }
        return values;
    }

    private static double loss(OnnxFile file, TextWindows windows, int threads) {
        double sum = 0;
        long predictions = 0;
        try (ExportedLanguageModel model = ExportedLanguageModel.open(file, threads)) {
            for (int i = 0; i < windows.size(); i++) {
                int count = windows.predictions(i);
                double loss = model.loss(windows.tokensWithNext(i));
                if (!Double.isFinite(loss)) {
                    throw notFinite(model.member(), windows);
                }
                sum += count * loss;
                predictions += count;
            }
        }
        return sum / predictions;
    }

    static CheckFailedException notFinite(String member, Dataset data) {
        return new CheckFailedException("The logits of the exported member \"" + member
                + "\" must be finite numbers, but are not all on " + data.name()
                + ": its numbers have grown too large. Export it in float32, or train with a lower learning rate.");
    }
}
