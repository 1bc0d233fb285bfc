package dev.weft.onnx;

import dev.weft.export.ExportedLanguageModel;
import dev.weft.export.ExportedModel;
import dev.weft.export.ExportedNetwork;
import dev.weft.export.ExportedPort;
import dev.weft.export.OnnxFile;
import dev.weft.export.Prediction;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.model.ModelInput;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * The proof of an export: an ONNX file in ONNX Runtime beside the live member in libtorch, on the same examples.
 *
 * @param maxAbsError the largest difference between two numbers of an output; infinite when one of them is not a number
 * @param top1Agreement the part of the predictions in which both name the same class, or next token, first, 0 to 1; empty where the model
 *     has no output of the name {@value ModelInput#LOGITS}, and so chooses nothing
 * @param examples the number of images, of texts, or of whatever the model reads
 */
public record ExportCheck(double maxAbsError, Optional<Double> top1Agreement, long examples) {
    /** The outputs of a batch by name: a row for every prediction. */
    interface Exported extends AutoCloseable {
        Map<String, float[][]> rows(Bundle batch);

        @Override
        void close();
    }

    /**
     * Runs both on every batch, on the first example once more by itself, and on the first half of each axis whose size is open, as that
     * of a text is: batch and length must be open in the file.
     *
     * @param live what a batch holds to the live member's outputs, by the names that they have in the file
     * @param batches inputs of the model, of any batch sizes, and of text of any lengths up to the context length
     */
    public static ExportCheck run(OnnxFile file, UnaryOperator<Bundle> live, List<Bundle> batches) {
        if (batches.isEmpty() || batches.stream().anyMatch(batch -> batch.size() == 0)) {
            throw new InputException("An export must be checked on one example or more, but was given none.");
        }
        double worst = 0;
        long agreed = 0;
        long predictions = 0;
        long examples = 0;
        try (Exported model = open(file)) {
            for (Bundle batch : batches) {
                Map<String, float[][]> actual = model.rows(batch);
                Map<String, float[][]> expected = rows(live, batch);
                worst = Math.max(worst, difference(actual, expected));
                float[][] logits = actual.getOrDefault(ModelInput.LOGITS, new float[0][]);
                for (int i = 0; i < logits.length; i++) {
                    agreed += Prediction.top(logits[i]) == Prediction.top(expected.get(ModelInput.LOGITS)[i]) ? 1 : 0;
                }
                predictions += logits.length;
                examples += batch.size();
            }
            try (Bundle first = Bundle.withoutGradients(() -> batches.get(0).map(input -> input.narrow(0, 0, 1)))) {
                worst = Math.max(worst, difference(model.rows(first), rows(live, first)));
            }
            for (Map.Entry<String, Map<String, Integer>> open : openAxes(file).entrySet()) {
                try (Bundle beginning = Bundle.withoutGradients(() -> half(batches.get(0), open.getValue()))) {
                    worst = Math.max(worst, difference(model.rows(beginning), rows(live, beginning)));
                }
            }
        }
        Optional<Double> agreement = predictions == 0 ? Optional.empty() : Optional.of((double) agreed / predictions);
        return new ExportCheck(worst, agreement, examples);
    }

    /** Gives for each open axis but the batch the inputs that have it, and where. */
    private static Map<String, Map<String, Integer>> openAxes(OnnxFile file) {
        Map<String, Map<String, Integer>> axes = new LinkedHashMap<>();
        if (file.text().isPresent()) {
            axes.put("length", Map.of(OnnxFile.TOKENS, 1));
        }
        for (ExportedPort port : file.inputs()) {
            for (int i = 0; i < port.axes().size(); i++) {
                if (port.axes().get(i).isOpen()) {
                    axes.computeIfAbsent(port.axes().get(i).open(), axis -> new LinkedHashMap<>())
                            .put(port.name(), i + 1);
                }
            }
        }
        return axes;
    }

    /** A batch cut to the first half of an axis in every input that has it. */
    private static Bundle half(Bundle batch, Map<String, Integer> axis) {
        Map<String, Tensor> cut = new LinkedHashMap<>();
        batch.tensors().forEach((name, tensor) -> {
            Integer at = axis.get(name);
            cut.put(name, at == null ? tensor : tensor.narrow(at, 0, (tensor.size(at) + 1) / 2));
        });
        return new Bundle(cut);
    }

    static Exported open(OnnxFile file) {
        if (!file.inputs().isEmpty()) {
            return ofPorts(ExportedNetwork.open(file, 1));
        }
        return file.text().isPresent()
                ? ofText(ExportedLanguageModel.open(file, 1))
                : ofImages(ExportedModel.open(file, 1));
    }

    private static Exported ofPorts(ExportedNetwork network) {
        return new Exported() {
            @Override
            public Map<String, float[][]> rows(Bundle inputs) {
                Map<String, float[][]> rows = new LinkedHashMap<>();
                run(network, inputs)
                        .forEach((name, output) -> rows.put(name, ExportCheck.rows(output.floats(), (int)
                                output.shape()[output.shape().length - 1])));
                return rows;
            }

            @Override
            public void close() {
                network.close();
            }
        };
    }

    /** The outputs of a model in ONNX Runtime for the tensors of a bundle. */
    static Map<String, ExportedNetwork.Numbers> run(ExportedNetwork network, Bundle inputs) {
        Map<String, ExportedNetwork.Numbers> given = new LinkedHashMap<>();
        for (ExportedPort port : network.inputs()) {
            Tensor tensor = inputs.get(port.name());
            if (port.isInteger()) {
                long[] values = new long[Math.toIntExact(tensor.numel())];
                Tensors.bytes(tensor).asLongBuffer().get(values);
                given.put(port.name(), ExportedNetwork.Numbers.of(values, tensor.shape()));
            } else {
                given.put(port.name(), ExportedNetwork.Numbers.of(Tensors.floats(tensor), tensor.shape()));
            }
        }
        return network.run(given);
    }

    private static Exported ofText(ExportedLanguageModel model) {
        return new Exported() {
            @Override
            public Map<String, float[][]> rows(Bundle inputs) {
                Tensor batch = inputs.only();
                long[] tokens = new long[Math.toIntExact(batch.numel())];
                Tensors.bytes(batch).asLongBuffer().get(tokens);
                return Map.of(
                        ModelInput.LOGITS,
                        Arrays.stream(model.logits(tokens, (int) batch.size(0)))
                                .flatMap(Arrays::stream)
                                .toArray(float[][]::new));
            }

            @Override
            public void close() {
                model.close();
            }
        };
    }

    private static Exported ofImages(ExportedModel model) {
        return new Exported() {
            @Override
            public Map<String, float[][]> rows(Bundle inputs) {
                return Map.of(ModelInput.LOGITS, model.logits(Tensors.floats(inputs.only())));
            }

            @Override
            public void close() {
                model.close();
            }
        };
    }

    /** @throws CheckFailedException when the error is over {@code limit} */
    public void requireWithin(double limit, String member) {
        if (!(maxAbsError <= limit)) {
            throw new CheckFailedException(String.format(
                    Locale.ROOT,
                    "The exported member \"%s\" must differ from the live one by at most %s in "
                            + "any output, but does by %s on %d examples%s. Nothing was written.",
                    member,
                    limit,
                    maxAbsError,
                    examples,
                    top1Agreement
                            .map(share -> String.format(Locale.ROOT, " (same first choice on %.1f %%)", 100 * share))
                            .orElse("")));
        }
    }

    static Map<String, float[][]> rows(UnaryOperator<Bundle> live, Bundle batch) {
        Map<String, float[][]> rows = new LinkedHashMap<>();
        try (Bundle outputs = Bundle.withoutGradients(() -> live.apply(batch))) {
            outputs.tensors()
                    .forEach((name, output) -> rows.put(name, rows(Tensors.floats(output), (int) output.size(-1))));
        }
        return rows;
    }

    private static float[][] rows(float[] flat, int width) {
        float[][] rows = new float[flat.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return rows;
    }

    private static double difference(Map<String, float[][]> actual, Map<String, float[][]> expected) {
        if (!actual.keySet().equals(expected.keySet())) {
            throw new IllegalArgumentException("the file's outputs " + actual.keySet()
                    + " expected of the live member, but it gave " + expected.keySet());
        }
        double worst = 0;
        for (Map.Entry<String, float[][]> output : expected.entrySet()) {
            worst = Math.max(worst, difference(actual.get(output.getKey()), output.getValue()));
        }
        return worst;
    }

    private static double difference(float[][] actual, float[][] expected) {
        double worst = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(actual.length, expected.length); i++) {
            worst = Math.max(worst, difference(actual[i], expected[i]));
        }
        return worst;
    }

    private static double difference(float[] actual, float[] expected) {
        double worst = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(actual.length, expected.length); i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            worst = Math.max(worst, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
        }
        return worst;
    }
}
