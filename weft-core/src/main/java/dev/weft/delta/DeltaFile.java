package dev.weft.delta;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.weight.StoredTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** A delta set on disk: its tensors under {@code delta/NAME}, {@code lora_A/NAME} and {@code lora_B/NAME}, and what else it is as JSON. */
final class DeltaFile {
    private static final String KEY = "weft.delta";
    private static final int FORMAT_VERSION = 1;
    private static final String DENSE = "delta/";
    private static final String A = LowRankDelta.A + "/";
    private static final String B = LowRankDelta.B + "/";

    /**
     * What {@value #KEY} holds.
     *
     * @param base the fingerprint's digits
     * @param scales of the low-rank changes, by name; what is not here is dense
     */
    record Document(int formatVersion, String base, Map<String, Double> scales) {
        Document {
            if (formatVersion != FORMAT_VERSION || base == null || scales == null) {
                throw new InputException("a delta set must have formatVersion " + FORMAT_VERSION
                        + ", a base and scales, but has formatVersion " + formatVersion);
            }
        }
    }

    private DeltaFile() {}

    static void write(DeltaSet set, Path file) {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        Map<String, Double> scales = new LinkedHashMap<>();
        set.deltas().forEach((name, delta) -> {
            if (delta instanceof LowRankDelta product) {
                scales.put(name, product.scale());
                tensors.put(A + name, StoredTensors.data(product.a()));
                tensors.put(B + name, StoredTensors.data(product.b()));
            } else if (delta instanceof DenseDelta dense) {
                tensors.put(DENSE + name, StoredTensors.data(dense.dense()));
            } else {
                throw new IllegalArgumentException("A delta set is written with dense and low-rank changes, but " + name
                        + " is a " + delta.getClass().getSimpleName() + ".");
            }
        });
        Document document = new Document(FORMAT_VERSION, set.base().sha256(), scales);
        Safetensors.write(file, tensors, Map.of("format", "pt", KEY, Json.writeLine(document)));
    }

    static DeltaSet read(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        if (file.hasChecksum()) {
            file.verify();
        }
        String json = file.metadata().get(KEY);
        if (json == null) {
            throw new InputException(path + " must hold a delta set (\"" + KEY + "\" in its metadata), but does not.");
        }
        Document document = Json.parse(json, path + ", " + KEY, Document.class);
        Fingerprint base = new Fingerprint(document.base);
        Set<String> names = new LinkedHashSet<>();
        for (String tensor : file.names()) {
            String name = tensor.startsWith(DENSE) || tensor.startsWith(A) || tensor.startsWith(B)
                    ? tensor.substring(tensor.indexOf('/') + 1)
                    : null;
            if (name == null || document.scales.containsKey(name) == tensor.startsWith(DENSE)) {
                throw new InputException(
                        path + ": tensor \"" + tensor + "\" belongs to no change that \"" + KEY + "\" speaks of.");
            }
            names.add(name);
        }
        names.addAll(document.scales.keySet());
        Map<String, Delta> deltas = new LinkedHashMap<>();
        boolean done = false;
        try {
            for (String name : names) {
                deltas.put(name, delta(file, name, document.scales.get(name)));
            }
            done = true;
            return DeltaSet.of(base, deltas);
        } finally {
            if (!done) {
                deltas.values().forEach(Delta::close);
            }
        }
    }

    private static Delta delta(SafetensorsFile file, String name, Double scale) {
        if (scale == null) {
            try (Tensor values = StoredTensors.finite(file, DENSE + name)) {
                return DenseDelta.of(values);
            }
        }
        try (Tensor a = StoredTensors.finite(file, A + name);
                Tensor b = StoredTensors.finite(file, B + name)) {
            return LowRankDelta.of(a, b, scale);
        } catch (IllegalArgumentException e) {
            throw new InputException(file.path() + ", change of " + name + ": " + e.getMessage(), e);
        }
    }
}
