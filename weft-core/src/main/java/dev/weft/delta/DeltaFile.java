package dev.weft.delta;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.ops.Tensors;
import dev.weft.weight.StoredTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * A delta set on disk: its tensors under {@code delta/NAME}, {@code tensor/NAME}, {@code lora_A/NAME} and {@code lora_B/NAME}, and what else it is as
 * JSON.
 */
final class DeltaFile {
    private static final String KEY = "weft.delta";
    private static final int FORMAT_VERSION = 1;
    private static final String DENSE = "delta/";
    private static final String REPLACED = "tensor/";
    private static final String A = LowRankDelta.A + "/";
    private static final String B = LowRankDelta.B + "/";

    /**
     * What {@value #KEY} holds.
     *
     * @param base the fingerprint's digits
     * @param scales of the low-rank changes, by name; what is not here is dense or replaced
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

    static void write(DeltaSet set, Path file, Map<String, String> metadata) {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        Map<String, Double> scales = new LinkedHashMap<>();
        set.deltas().forEach((name, delta) -> {
            if (delta instanceof LowRankDelta product) {
                scales.put(name, product.scale());
                tensors.put(A + name, StoredTensors.data(product.a()));
                tensors.put(B + name, StoredTensors.data(product.b()));
            } else if (delta instanceof DenseDelta dense) {
                tensors.put(DENSE + name, StoredTensors.data(dense.dense()));
            } else if (delta instanceof Replacement) {
                tensors.put(REPLACED + name, StoredTensors.data(delta.parts().get("")));
            } else {
                throw new IllegalArgumentException("A delta set is written with changes of this package, but " + name
                        + " is a " + delta.getClass().getSimpleName() + ".");
            }
        });
        Document document = new Document(FORMAT_VERSION, set.base().sha256(), scales);
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.put("format", "pt");
        all.put(KEY, Json.writeLine(document));
        Safetensors.write(file, tensors, all);
    }

    /** @param base the tensors that it changes; empty where they are not at hand */
    static DeltaSet read(Path path, Optional<Map<String, Tensor>> base) {
        SafetensorsFile file = SafetensorsFile.open(path);
        if (file.hasChecksum()) {
            file.verify();
        }
        String json = file.metadata().get(KEY);
        if (json == null) {
            throw new InputException(path + " must hold a delta set (\"" + KEY + "\" in its metadata), but does not.");
        }
        Document document = Json.parse(json, path + ", " + KEY, Document.class);
        Fingerprint of = new Fingerprint(document.base);
        base.ifPresent(tensors -> DeltaSet.of(of, Map.of()).requireBase(Fingerprint.of(tensors)));
        Set<String> names = new LinkedHashSet<>();
        for (String tensor : file.names()) {
            boolean product = tensor.startsWith(A) || tensor.startsWith(B);
            boolean known = product || tensor.startsWith(DENSE) || tensor.startsWith(REPLACED);
            String name = tensor.substring(tensor.indexOf('/') + 1);
            boolean twice = tensor.startsWith(REPLACED) && file.contains(DENSE + name);
            if (!known || twice || document.scales.containsKey(name) != product) {
                throw new InputException(
                        path + ": tensor \"" + tensor + "\" belongs to no change that \"" + KEY + "\" speaks of.");
            }
            if (tensor.startsWith(REPLACED) && base.isEmpty()) {
                throw new InputException(
                        path + " holds tensors in place of those of its base, which has the fingerprint " + of.brief()
                                + "…, so it must be read with that base.");
            }
            names.add(name);
        }
        names.addAll(document.scales.keySet());
        return DeltaSet.made(
                of,
                deltas -> names.forEach(name -> deltas.put(
                        name,
                        file.contains(REPLACED + name)
                                ? replacement(file, name, base.orElseThrow())
                                : delta(file, name, document.scales.get(name)))));
    }

    private static Delta replacement(SafetensorsFile file, String name, Map<String, Tensor> base) {
        try (Tensor after = Tensors.here(StoredTensors.finite(file, REPLACED + name))) {
            return Replacement.of(name, Optional.ofNullable(base.get(name)), after);
        } catch (IllegalArgumentException e) {
            throw new InputException(file.path() + ", change of " + name + ": " + e.getMessage(), e);
        }
    }

    private static Delta delta(SafetensorsFile file, String name, Double scale) {
        if (scale == null) {
            try (Tensor values = Tensors.here(StoredTensors.finite(file, DENSE + name))) {
                return DenseDelta.of(values);
            }
        }
        try (Tensor a = Tensors.here(StoredTensors.finite(file, A + name));
                Tensor b = Tensors.here(StoredTensors.finite(file, B + name))) {
            return LowRankDelta.of(a, b, scale);
        } catch (IllegalArgumentException e) {
            throw new InputException(file.path() + ", change of " + name + ": " + e.getMessage(), e);
        }
    }
}
