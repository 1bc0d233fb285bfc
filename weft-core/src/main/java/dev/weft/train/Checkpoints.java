package dev.weft.train;

import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.io.TensorEntry;
import dev.weft.ops.Tensors;
import dev.weft.run.Checkpoint;
import dev.weft.run.RunFolder;
import dev.weft.weight.StoredTensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The state of a training run as tensors: weights and their averages, what the optimiser and the sampler remember, running statistics. Random state needs no
 * place: every draw is a function of seed and step.
 */
final class Checkpoints {
    private static final String WEIGHTS = "weights/";
    private static final String OPTIMIZER = "optimizer/";

    /** What stands before the names of running statistics. */
    static final String STATISTICS = "statistics/";

    /** What stands before the names of what a sampler remembers. */
    static final String SAMPLER = "sampler/";

    static final String BUFFER = "buffer/";

    /** What stands before the names of averages of weights. */
    static final String AVERAGE = "average/";

    /** What stands before the names of what is kept of the best evaluation. */
    static final String BEST = "best/";

    private static final String SECONDS = "weft.seconds";

    private Checkpoints() {}

    /** @param rest by the names that it has in the file, none of which begins as those of weights and optimisers do */
    static void save(
            RunFolder run,
            long step,
            double seconds,
            Map<String, Tensor> weights,
            Map<String, Map<String, Tensor>> optimizer,
            Map<String, Tensor> rest) {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> {
            requireFinite(name, tensor, step);
            tensors.put(WEIGHTS + name, StoredTensors.data(tensor));
        });
        optimizer.forEach((name, slots) -> slots.forEach(
                (slot, tensor) -> tensors.put(OPTIMIZER + slot + "/" + name, StoredTensors.data(tensor))));
        rest.forEach((name, tensor) -> tensors.put(name, StoredTensors.data(tensor)));
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

    /**
     * Copies a checkpoint into these tensors, bit for bit, and returns the seconds trained so far.
     *
     * @throws InputException when it is no checkpoint of this model; nothing is then changed
     */
    static double load(
            Checkpoint checkpoint,
            Map<String, Tensor> weights,
            Map<String, Map<String, Tensor>> optimizer,
            Map<String, Tensor> rest) {
        SafetensorsFile file = SafetensorsFile.open(checkpoint.file());
        double seconds = seconds(file);
        Map<String, Tensor> expected = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> expected.put(WEIGHTS + name, tensor));
        expected.putAll(rest);
        expected.forEach((name, tensor) -> require(file, name, tensor, false));
        weights.keySet()
                .forEach(name -> StoredTensors.finite(file, WEIGHTS + name).close());
        rest.keySet().stream()
                .filter(name -> !name.startsWith(SAMPLER)) // which may hold what it has not seen yet as no number
                .forEach(name -> StoredTensors.finite(file, name).close());
        List<String> slots = file.names().stream()
                .filter(name -> !expected.containsKey(name))
                .toList();
        for (String name : slots) {
            String[] parts = name.split("/", 3);
            if (parts.length < 3 || !OPTIMIZER.equals(parts[0] + "/") || !weights.containsKey(parts[2])) {
                throw foreign(file, "has a tensor \"" + name + "\", which this run has not");
            }
            require(file, name, weights.get(parts[2]), true);
        }
        for (String name : slots) {
            String[] parts = name.split("/", 3);
            optimizer
                    .computeIfAbsent(parts[2], n -> new LinkedHashMap<>())
                    .put(parts[1], placed(StoredTensors.copied(file, name), weights.get(parts[2])));
        }
        expected.forEach((name, tensor) -> copy(file, name, tensor));
        return seconds;
    }

    /**
     * Copies the weights of a checkpoint into these tensors, those of these names.
     *
     * @throws InputException when it has no such weights
     */
    static void loadWeights(Checkpoint checkpoint, Map<String, Tensor> weights) {
        SafetensorsFile file = SafetensorsFile.open(checkpoint.file());
        weights.forEach((name, tensor) -> require(file, WEIGHTS + name, tensor, false));
        weights.keySet()
                .forEach(name -> StoredTensors.finite(file, WEIGHTS + name).close());
        weights.forEach((name, tensor) -> copy(file, WEIGHTS + name, tensor));
    }

    private static double seconds(SafetensorsFile file) {
        String text = file.metadata().getOrDefault(SECONDS, "");
        if (!text.matches("[0-9]+\\.[0-9]+(E-?[0-9]+)?")) {
            throw foreign(file, "has no number \"" + SECONDS + "\" in its metadata");
        }
        return Double.parseDouble(text);
    }

    /** @param orCount whether one number in place of the tensor will do: a count of steps */
    private static void require(SafetensorsFile file, String name, Tensor like, boolean orCount) {
        if (!file.contains(name)) {
            throw foreign(file, "has no tensor \"" + name + "\"");
        }
        TensorEntry entry = file.entry(name);
        List<Long> shape = Arrays.stream(like.shape()).boxed().toList();
        boolean fits = entry.shape().equals(shape) || orCount && entry.shape().equals(List.of(1L));
        String dtype = StoredTensors.dtype(like.scalar_type().intern());
        if (!fits || !entry.dtype().equals(dtype)) {
            throw foreign(
                    file,
                    "has tensor \"" + name + "\" as " + entry.dtype() + " " + entry.shape() + ", which must be " + dtype
                            + " " + shape);
        }
    }

    private static InputException foreign(SafetensorsFile file, String what) {
        return new InputException(file.path() + " must be a checkpoint of this run, but " + what
                + ". Delete it to go on from the one before.");
    }

    /** What an optimiser keeps of a parameter is where the parameter is, but for a count of steps, which Java reads. */
    private static Tensor placed(Tensor state, Tensor parameter) {
        return Arrays.equals(state.shape(), parameter.shape()) ? Tensors.beside(state, parameter) : state;
    }

    private static void copy(SafetensorsFile file, String name, Tensor into) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Tensor stored = StoredTensors.mapped(file, name)) {
            into.copy_(stored);
        }
    }
}
