package dev.weft.train;

import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.run.Checkpoint;
import dev.weft.run.RunFolder;
import dev.weft.weight.StoredTensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The state of a training run as tensors: weights, what the optimiser remembers, running statistics. Random state needs no
 * place: every draw is a function of seed and step.
 */
final class Checkpoints {
    private static final String WEIGHTS = "weights/";
    private static final String OPTIMIZER = "optimizer/";
    private static final String STATISTICS = "statistics/";
    private static final String SECONDS = "weft.seconds";

    private Checkpoints() {}

    static void save(
            RunFolder run,
            long step,
            double seconds,
            Map<String, Tensor> weights,
            Map<String, Map<String, Tensor>> optimizer,
            Map<String, Tensor> statistics) {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> {
            requireFinite(name, tensor, step);
            tensors.put(WEIGHTS + name, StoredTensors.data(tensor));
        });
        optimizer.forEach((name, slots) -> slots.forEach(
                (slot, tensor) -> tensors.put(OPTIMIZER + slot + "/" + name, StoredTensors.data(tensor))));
        statistics.forEach((name, tensor) -> tensors.put(STATISTICS + name, StoredTensors.data(tensor)));
        run.saveCheckpoint(step, tensors, Map.of(SECONDS, Double.toString(seconds)));
    }

    private static void requireFinite(String name, Tensor tensor, long step) {
        try (PointerScope scope = new PointerScope()) {
            if (!tensor.detach().isfinite().all().item_bool()) {
                throw new CheckFailedException("Weight " + name + " is no longer finite after step " + step
                        + ". The last checkpoint is kept; lower the learning rate or clip gradients.");
            }
        }
    }

    /** Copies a checkpoint into these tensors, bit for bit, and returns the seconds trained so far. */
    static double load(
            Checkpoint checkpoint,
            Map<String, Tensor> weights,
            Map<String, Map<String, Tensor>> optimizer,
            Map<String, Tensor> statistics) {
        SafetensorsFile file = SafetensorsFile.open(checkpoint.file());
        for (String name : file.names()) {
            if (name.startsWith(OPTIMIZER)) {
                String[] slot = name.substring(OPTIMIZER.length()).split("/", 2);
                optimizer
                        .computeIfAbsent(slot[1], n -> new LinkedHashMap<>())
                        .put(slot[0], StoredTensors.copied(file, name));
            }
        }
        weights.forEach((name, tensor) -> copy(file, WEIGHTS + name, tensor));
        statistics.forEach((name, tensor) -> copy(file, STATISTICS + name, tensor));
        return Double.parseDouble(file.metadata().getOrDefault(SECONDS, "0"));
    }

    private static void copy(SafetensorsFile file, String name, Tensor into) {
        if (!file.entry(name)
                .shape()
                .equals(java.util.Arrays.stream(into.shape()).boxed().toList())) {
            throw new InputException(file.path() + ": tensor \"" + name + "\" must be "
                    + java.util.Arrays.toString(into.shape()) + ", but is "
                    + file.entry(name).shape()
                    + ". The checkpoint is of another model.");
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Tensor stored = StoredTensors.mapped(file, name)) {
            into.copy_(stored);
        }
    }
}
