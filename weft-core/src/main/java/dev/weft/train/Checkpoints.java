package dev.weft.train;

import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.io.TensorEntry;
import dev.weft.ops.Tensors;
import dev.weft.run.Checkpoint;
import dev.weft.run.RunFolder;
import dev.weft.step.Update;
import dev.weft.weight.StoredTensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The state of a training run as tensors: weights and their averages, what updates and the sampler remember, running statistics. Random state needs no
 * place: every draw is a function of seed and step.
 */
final class Checkpoints {
    private static final String WEIGHTS = "weights/";
    private static final String UPDATE = "update/";
    private static final String OPTIMIZER =
            "optimizer/"; // in place of update/weights/ and others in an earlier version

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

    /** @param rest by the names that it has in the file, none of which begins as those of weights and updates do */
    static void save(
            RunFolder run,
            long step,
            double seconds,
            Map<String, Tensor> weights,
            List<Update> updates,
            Map<String, Tensor> rest) {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> {
            requireFinite(name, tensor, step);
            tensors.put(WEIGHTS + name, StoredTensors.data(tensor));
        });
        remembered(updates).forEach((name, tensor) -> tensors.put(name, StoredTensors.data(tensor)));
        rest.forEach((name, tensor) -> tensors.put(name, StoredTensors.data(tensor)));
        run.saveCheckpoint(step, tensors, Map.of(SECONDS, Double.toString(seconds)));
    }

    /** What updates remember, by the names that it has in the file. */
    private static Map<String, Tensor> remembered(List<Update> updates) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        updates.forEach(update -> update.state().forEach((name, tensor) -> all.put(place(update) + name, tensor)));
        return all;
    }

    private static String place(Update update) {
        return UPDATE + update.name() + "/";
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
     * @param updates which have not moved yet
     * @param remembered gets what each of them is to go on from, by its name: kept tensors
     * @throws InputException when it is no checkpoint of this model; nothing is then changed
     */
    static double load(
            Checkpoint checkpoint,
            Map<String, Tensor> weights,
            List<Update> updates,
            Map<String, Map<String, Tensor>> remembered,
            Map<String, Tensor> rest) {
        SafetensorsFile file = SafetensorsFile.open(checkpoint.file());
        if (file.names().stream().anyMatch(name -> name.startsWith(OPTIMIZER))) {
            throw new InputException(
                    file.path() + " must be a checkpoint of this version of Weft, but was written by an"
                            + " earlier one. Finish the run with that version, or train anew.");
        }
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
        Map<String, Tensor> like = remembered(updates);
        like.forEach((name, tensor) -> require(file, name, tensor, false));
        file.names().stream()
                .filter(name -> !expected.containsKey(name) && !like.containsKey(name))
                .forEach(name -> {
                    Tensor parameter = ofParameter(file, name, weights, updates);
                    require(file, name, parameter, true);
                    like.put(name, parameter);
                });
        for (Update update : updates) {
            Map<String, Tensor> own = new LinkedHashMap<>();
            like.forEach((name, tensor) -> {
                if (name.startsWith(place(update))) {
                    own.put(name.substring(place(update).length()), placed(StoredTensors.copied(file, name), tensor));
                }
            });
            remembered.put(update.name(), own);
        }
        expected.forEach((name, tensor) -> copy(file, name, tensor));
        return seconds;
    }

    /** The parameter of which {@code update/UPDATE/SLOT/PARAMETER} is remembered. */
    private static Tensor ofParameter(
            SafetensorsFile file, String name, Map<String, Tensor> weights, List<Update> updates) {
        for (Update update : updates) {
            String place = place(update);
            String parameter = name.startsWith(place) ? name.substring(name.indexOf('/', place.length()) + 1) : "";
            if (update.owns(parameter) && weights.containsKey(parameter)) {
                return weights.get(parameter);
            }
        }
        throw foreign(file, "has a tensor \"" + name + "\", which this run has not");
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
