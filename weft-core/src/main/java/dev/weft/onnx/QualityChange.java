package dev.weft.onnx;

import dev.weft.export.OnnxFile;
import dev.weft.export.Prediction;
import dev.weft.io.CheckFailedException;
import dev.weft.model.ModelInput;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * What an export in fewer bits costs: how good the live member and the file are, on the same labelled examples.
 *
 * @param metric {@code accuracy} of images, or {@code loss} of text
 * @param live in libtorch, in float32
 * @param exported in ONNX Runtime
 */
public record QualityChange(String metric, double live, double exported) {
    static final String ACCURACY = "accuracy";
    static final String LOSS = "loss";

    static QualityChange of(OnnxFile file, UnaryOperator<Bundle> live, ExportExamples examples) {
        boolean isText = file.text().isPresent();
        double[] sums = new double[2];
        long count = 0;
        try (ExportCheck.Exported model = ExportCheck.open(file)) {
            for (int i = 0; i < examples.inputs().size(); i++) {
                Bundle batch = examples.inputs().get(i);
                Tensor target = examples.targets().get(i).only();
                long[] labels = new long[Math.toIntExact(target.numel())];
                Tensors.bytes(target).asLongBuffer().get(labels);
                sums[0] += sum(ExportCheck.rows(live, batch).get(ModelInput.LOGITS), labels, isText);
                sums[1] += sum(model.rows(batch).get(ModelInput.LOGITS), labels, isText);
                count += labels.length;
            }
        }
        return new QualityChange(isText ? LOSS : ACCURACY, sums[0] / count, sums[1] / count);
    }

    private static double sum(float[][] rows, long[] labels, boolean isText) {
        double sum = 0;
        for (int i = 0; i < rows.length; i++) {
            int top = Prediction.top(rows[i]);
            if (!isText) {
                sum += top == labels[i] ? 1 : 0;
                continue;
            }
            double total = 0;
            for (float logit : rows[i]) {
                total += Math.exp(logit - rows[i][top]);
            }
            sum += rows[i][top] + Math.log(total) - rows[i][(int) labels[i]];
        }
        return sum;
    }

    /** How much worse the file is: accuracy lost, or loss gained; below 0 where it is better. */
    public double drop() {
        return metric.equals(LOSS) ? exported - live : live - exported;
    }

    /** @throws CheckFailedException when the file is worse by more than {@code most}, or by what is no number */
    void requireWithin(double most, Precision precision, String member) {
        if (!(drop() <= most)) {
            throw new CheckFailedException(String.format(
                    Locale.ROOT,
                    "The member \"%s\" in %s must not be worse than the live one by more than %s of %s, but has %.4f in place"
                            + " of %.4f. Nothing was written. Try another precision, or allow more with --max-drop.",
                    member,
                    precision,
                    most,
                    metric,
                    exported,
                    live));
        }
    }

    /** The key of the file's metadata that has the value of the file. */
    static String exportedKey(String metric) {
        return "weft." + metric;
    }

    /** The key of the file's metadata that has the value of the live member. */
    static String liveKey(String metric) {
        return "weft.float32." + metric;
    }

    /** The entries for the file's metadata. */
    Map<String, String> label() {
        return Map.of(exportedKey(metric), Double.toString(exported), liveKey(metric), Double.toString(live));
    }
}
