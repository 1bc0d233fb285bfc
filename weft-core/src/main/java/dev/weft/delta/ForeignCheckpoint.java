package dev.weft.delta;

import dev.weft.io.FileContent;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.Suggest;
import dev.weft.ops.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tensors of another program's file, from which a base may come, in float64, float32, float16 or bfloat16: safetensors, one file or several with
 * an index, or the initialisers of an ONNX model. Only names and shapes of safetensors are read until a tensor is asked for.
 */
public final class ForeignCheckpoint {
    private static final String WHOLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Path path;
    private final Map<String, Part> parts; // by the name that is asked for

    /** A tensor, and whether it is given transposed. */
    private record Part(ForeignTensor tensor, boolean transposed) {}

    private ForeignCheckpoint(Path path, Map<String, Part> parts) {
        this.path = path;
        this.parts = Collections.unmodifiableMap(parts);
    }

    /**
     * Opens a checkpoint.
     *
     * @param path a safetensors file or an ONNX model, or a folder that holds {@value #WHOLE} or {@value #INDEX}
     * @throws InputException when it is neither, or a file of the index is missing, damaged or outside the folder
     */
    public static ForeignCheckpoint open(Path path) {
        if (FileContent.isOnnx(path)) {
            Map<String, Part> parts = new LinkedHashMap<>();
            OnnxWeights.of(path).forEach((name, tensor) -> parts.put(name, new Part(tensor, false)));
            return new ForeignCheckpoint(path, parts);
        }
        if (!Files.isDirectory(path)) {
            return of(path, SafetensorsFile.open(path));
        }
        if (Files.exists(path.resolve(WHOLE))) {
            return of(path, SafetensorsFile.open(path.resolve(WHOLE)));
        }
        Path index = path.resolve(INDEX);
        if (!Files.exists(index)) {
            throw new InputException("A checkpoint must be a safetensors file, an ONNX model, or a folder with " + WHOLE
                    + " or " + INDEX + ", but " + path + " has neither.");
        }
        Map<String, SafetensorsFile> files = new LinkedHashMap<>();
        Map<String, Part> parts = new LinkedHashMap<>();
        weightMap(index).forEach((tensor, name) -> {
            Path file = path.resolve(name).normalize();
            if (!path.normalize().equals(file.getParent())) {
                throw new InputException(index + " must name files of its own folder, but has \"" + name + "\".");
            }
            SafetensorsFile opened = files.computeIfAbsent(name, key -> SafetensorsFile.open(file));
            opened.entry(tensor);
            parts.put(tensor, new Part(new ForeignTensor.InSafetensors(opened, tensor), false));
        });
        return new ForeignCheckpoint(path, parts);
    }

    /** Which file of the folder each tensor is in; what else other programs write there is passed over. */
    private static Map<String, String> weightMap(Path index) {
        if (!(Json.read(index, Map.class).get("weight_map") instanceof Map<?, ?> files) || files.isEmpty()) {
            throw new InputException(index + " must have a weight_map from tensors to files.");
        }
        Map<String, String> names = new LinkedHashMap<>();
        files.forEach((tensor, file) -> names.put(tensor.toString(), String.valueOf(file)));
        return names;
    }

    private static ForeignCheckpoint of(Path path, SafetensorsFile file) {
        Map<String, Part> parts = new LinkedHashMap<>();
        file.names().forEach(name -> parts.put(name, new Part(new ForeignTensor.InSafetensors(file, name), false)));
        return new ForeignCheckpoint(path, parts);
    }

    public Path path() {
        return path;
    }

    /** The names of all tensors, in the order of the file or the index. */
    public List<String> names() {
        return List.copyOf(parts.keySet());
    }

    public boolean contains(String name) {
        return parts.containsKey(name);
    }

    /** @throws InputException when there is no tensor of that name */
    public List<Long> shape(String name) {
        Part part = part(name);
        List<Long> shape = part.tensor.shape();
        return part.transposed ? List.of(shape.get(1), shape.get(0)) : shape;
    }

    /**
     * A copy of a tensor as float32, kept, which the caller closes.
     *
     * @throws InputException when it is missing, holds whole numbers, or a number that is NaN or infinite
     */
    public Tensor tensor(String name) {
        Part part = part(name);
        String type = part.tensor.dtype();
        if (!List.of("F64", "F32", "F16", "BF16").contains(type)) {
            throw new InputException(
                    part.tensor.where() + " must be F64, F32, F16 or BF16 to be a weight, but is " + type + ".");
        }
        try (Tensor stored = part.tensor.read();
                PointerScope scope = new PointerScope()) {
            Tensor read = part.transposed ? stored.t().contiguous() : stored;
            return Tensors.keep(read.to(ScalarType.Float, false, true, new MemoryFormatOptional()));
        }
    }

    private Part part(String name) {
        Part part = parts.get(name);
        if (part == null) {
            throw new InputException(path + " must hold a tensor \"" + name + "\", but does not."
                    + Suggest.nearest(name, parts.keySet()));
        }
        return part;
    }

    /**
     * The same tensors under other names; those that no rule speaks of are left out.
     *
     * @throws InputException when two tensors would have one name
     */
    public ForeignCheckpoint renamed(NameMap names) {
        Map<String, Part> renamed = new LinkedHashMap<>();
        parts.forEach((name, part) -> {
            Optional<String> to = names.of(name);
            to.ifPresent(other -> {
                if (names.transposes(name) && part.tensor.shape().size() != 2) {
                    throw new InputException(part.tensor.where()
                            + " must be a matrix to be transposed by a name map, but is " + part.tensor.shape() + ".");
                }
                if (renamed.put(other, new Part(part.tensor, part.transposed != names.transposes(name))) != null) {
                    throw new InputException(path + ": a name map must give every tensor a name of its own, but \""
                            + name + "\" and another become \"" + other + "\".");
                }
            });
        });
        return new ForeignCheckpoint(path, renamed);
    }
}
