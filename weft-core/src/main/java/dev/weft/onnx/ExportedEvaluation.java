package dev.weft.onnx;

import dev.weft.criterion.Scorer;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.data.EvaluationBatches;
import dev.weft.data.ImageDataset;
import dev.weft.data.TextWindows;
import dev.weft.export.ExportedLanguageModel;
import dev.weft.export.ExportedModel;
import dev.weft.export.ExportedNetwork;
import dev.weft.export.OnnxFile;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.metric.Metric;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** How good an exported file is, by the same metrics as its member in the family, but in ONNX Runtime. Loads no libtorch for images and text. */
public final class ExportedEvaluation {
    /** The examples of a run of a model with ports of its own. */
    private static final int BATCH = 100;

    private ExportedEvaluation() {}

    /**
     * The values of every metric of the file's task, the one that members are chosen by first.
     *
     * @param data what the model reads: images, or windows of a text in its own tokens
     * @param threads that one run may use
     * @param kinds of inputs that the file may name
     * @throws InputException when the examples are not what the model reads
     * @throws CheckFailedException when a logit is no finite number
     */
    public static Map<Metric, Double> of(OnnxFile file, Dataset data, int threads, Kinds kinds) {
        if (!file.inputs().isEmpty()) {
            return ofPorts(
                    file, data, threads, new ExportLabel(file).input(kinds).scorer());
        }
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

    /** Scores tensors of what ONNX Runtime gave, which takes libtorch. */
    private static Map<Metric, Double> ofPorts(OnnxFile file, Dataset data, int threads, Scorer scorer) {
        EvaluationBatches batches = new EvaluationBatches(data, BATCH);
        try (ExportedNetwork network = ExportedNetwork.open(file, threads)) {
            for (int i = 0; i < batches.count(); i++) {
                try (PointerScope scope = new PointerScope()) {
                    Batch batch = batches.batch(i);
                    Map<String, Tensor> outputs = new LinkedHashMap<>();
                    ExportCheck.run(network, batch.inputs()).forEach((name, numbers) -> {
                        for (float number : numbers.floats()) {
                            if (!Float.isFinite(number)) {
                                throw notFinite(file.member(), data);
                            }
                        }
                        outputs.put(name, Tensors.fresh(numbers.floats(), numbers.shape()));
                    });
                    scorer.add(batch, new Bundle(outputs));
                }
            }
        }
        return scorer.values();
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
