package dev.weft.delta;

import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Json;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.Suggest;
import dev.weft.io.TensorData;
import dev.weft.weight.StoredTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Low-rank changes in the layout of huggingface/peft: a folder with {@code adapter_config.json} and {@code adapter_model.safetensors}, which that
 * library opens over the same base. A module there is the weight here without {@code .weight}.
 *
 * <p>Other kinds of adapters (DoRA, trained biases, whole modules beside the factors) are refused, and never read as something that they
 * are not.
 */
public final class PeftFolder {
    static final String CONFIG = "adapter_config.json";
    static final String TENSORS = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String WEIGHT = ".weight";
    /** The key, in the metadata of the tensors, of the base that they belong to. */
    private static final String BASE = "weft.base";

    private PeftFolder() {}

    /**
     * Writes a set into a new or empty folder.
     *
     * @param baseModel what the reader's {@code base_model_name_or_path} is to be
     * @param names from the names of the set to those of the reader's model, both with {@code .weight}
     * @throws InputException when the folder holds something, or a change is not low-rank
     */
    public static void write(DeltaSet set, Path folder, String baseModel, NameMap names) {
        names.requireNoneTransposed();
        Map<String, LowRankDelta> modules = new LinkedHashMap<>();
        set.deltas().forEach((name, delta) -> {
            String other = names.of(name).orElse(name);
            if (!(delta instanceof LowRankDelta product) || !other.endsWith(WEIGHT)) {
                throw new InputException("A PEFT folder must hold low-rank changes of weights, but " + name + " is "
                        + (delta instanceof LowRankDelta ? "called " + other : "a dense one")
                        + ". Write the set as a file of its own instead.");
            }
            modules.put(other.substring(0, other.length() - WEIGHT.length()), product);
        });
        if (modules.isEmpty()) {
            throw new InputException("A PEFT folder must hold a change, but the set is empty.");
        }
        requireEmpty(folder);
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        modules.forEach((module, product) -> {
            tensors.put(PREFIX + module + A, StoredTensors.data(product.a()));
            tensors.put(PREFIX + module + B, StoredTensors.data(product.b()));
        });
        Safetensors.write(
                folder.resolve(TENSORS),
                tensors,
                Map.of("format", "pt", BASE, set.base().sha256()));
        // Last: a folder without it is no adapter yet.
        AtomicFile.writeText(folder.resolve(CONFIG), Json.write(config(modules, baseModel)));
    }

    private static void requireEmpty(Path folder) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(folder)) {
                if (files.findAny().isPresent()) {
                    throw new InputException("A PEFT folder must be new or empty, but " + folder + " holds files.");
                }
            }
        } catch (IOException e) {
            throw new InputException("Cannot write into " + folder + ": " + IoReason.of(e) + ".", e);
        }
    }

    private static Map<String, Object> config(Map<String, LowRankDelta> modules, String baseModel) {
        LowRankDelta first = modules.values().iterator().next();
        Map<String, Integer> ranks = new LinkedHashMap<>();
        Map<String, Double> alphas = new LinkedHashMap<>();
        modules.forEach((module, product) -> {
            // A key is a regular expression there, found at the end of a module's name.
            String key = "^" + module.replace(".", "\\.") + "$";
            if (product.rank() != first.rank()) {
                ranks.put(key, product.rank());
            }
            if (alpha(product) != alpha(first)) {
                alphas.put(key, alpha(product));
            }
        });
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("base_model_name_or_path", baseModel);
        config.put("r", first.rank());
        config.put("lora_alpha", alpha(first));
        config.put("rank_pattern", ranks);
        config.put("alpha_pattern", alphas);
        config.put("target_modules", List.copyOf(modules.keySet()));
        config.put("lora_dropout", 0.0);
        config.put("bias", "none");
        config.put("fan_in_fan_out", false);
        config.put("use_rslora", false);
        config.put("use_dora", false);
        config.put("inference_mode", true);
        return config;
    }

    private static double alpha(LowRankDelta product) {
        return product.scale() * product.rank();
    }

    /**
     * Reads a folder.
     *
     * @param base the tensors that the adapter is to change
     * @param names from the folder's names, with {@code .weight}, to those of the base
     * @return a set that the caller closes
     * @throws InputException when the folder is no LoRA adapter, is damaged, or does not fit the base
     */
    public static DeltaSet read(Path folder, Map<String, Tensor> base, NameMap names) {
        names.requireNoneTransposed();
        Path config = folder.resolve(CONFIG);
        Scaling scaling = Scaling.of(config, Json.read(config, Map.class));
        SafetensorsFile file = SafetensorsFile.open(folder.resolve(TENSORS));
        Fingerprint fingerprint = Fingerprint.of(base);
        Optional.ofNullable(file.metadata().get(BASE)).map(Fingerprint::new).ifPresent(own -> {
            if (!own.equals(fingerprint)) {
                throw new InputException(folder + " must be used with its own base, which has the fingerprint "
                        + own.brief() + "…, but got a base with " + fingerprint.brief() + "….");
            }
        });
        return DeltaSet.made(fingerprint, deltas -> {
            for (String module : modules(file)) {
                String name = names.of(module + WEIGHT).orElse(module + WEIGHT);
                Tensor changed = base.get(name);
                if (changed == null) {
                    throw new InputException(
                            file.path() + ": the base must have the tensor \"" + name + "\" that module \"" + module
                                    + "\" changes, but does not." + Suggest.nearest(name, base.keySet()));
                }
                LowRankDelta delta = delta(file, module, scaling);
                deltas.put(name, delta);
                if (!Arrays.stream(changed.shape()).boxed().toList().equals(delta.shape())) {
                    throw new InputException(
                            file.path() + ": the change of module \"" + module + "\" must have the shape of " + name
                                    + ", " + Arrays.toString(changed.shape()) + ", but has " + delta.shape() + ".");
                }
            }
        });
    }

    private static Set<String> modules(SafetensorsFile file) {
        Set<String> modules = new LinkedHashSet<>();
        for (String name : file.names()) {
            String suffix = name.endsWith(A) ? A : name.endsWith(B) ? B : null;
            if (suffix == null || !name.startsWith(PREFIX)) {
                throw new InputException(file.path() + " must hold LoRA's factors of linear layers alone (" + PREFIX
                        + "MODULE" + A + " and " + B + "), but has \"" + name + "\", which Weft does not read.");
            }
            modules.add(name.substring(PREFIX.length(), name.length() - suffix.length()));
        }
        return modules;
    }

    private static LowRankDelta delta(SafetensorsFile file, String module, Scaling scaling) {
        try (Tensor a = StoredTensors.finite(file, PREFIX + module + A);
                Tensor b = StoredTensors.finite(file, PREFIX + module + B)) {
            return LowRankDelta.of(a, b, scaling.of(module, Math.toIntExact(a.size(0))));
        } catch (IllegalArgumentException e) {
            throw new InputException(file.path() + ", module \"" + module + "\": " + e.getMessage(), e);
        }
    }

    /** What {@code adapter_config.json} says of the factor before a product. */
    private record Scaling(double alpha, Map<String, Double> alphas, boolean rankStabilised) {
        static Scaling of(Path file, Map<?, ?> config) {
            if (!"LORA".equals(config.get("peft_type")) || Boolean.TRUE.equals(config.get("use_dora"))) {
                throw new InputException(
                        file + " must be of a LoRA adapter, but has peft_type " + config.get("peft_type")
                                + (Boolean.TRUE.equals(config.get("use_dora")) ? " with use_dora" : "")
                                + ", which Weft does not read.");
            }
            Map<String, Double> alphas = new LinkedHashMap<>();
            if (config.get("alpha_pattern") instanceof Map<?, ?> patterns) {
                patterns.forEach((pattern, value) -> {
                    requirePattern(file, pattern.toString());
                    alphas.put(pattern.toString(), number(file, "alpha_pattern", value));
                });
            }
            return new Scaling(
                    number(file, "lora_alpha", config.get("lora_alpha")),
                    alphas,
                    Boolean.TRUE.equals(config.get("use_rslora")));
        }

        private static void requirePattern(Path file, String pattern) {
            try {
                Pattern.compile(pattern);
            } catch (PatternSyntaxException e) {
                throw new InputException(
                        file + " must have regular expressions in alpha_pattern, but has \"" + pattern + "\": "
                                + e.getDescription() + ".",
                        e);
            }
        }

        private static double number(Path file, String key, Object value) {
            if (value instanceof Number number) {
                return number.doubleValue();
            }
            throw new InputException(file + " must have a number as " + key + ", but has " + value + ".");
        }

        /** A pattern is found at the end of a module's name, after a dot or as the whole of it. */
        double of(String module, int rank) {
            double own = alphas.entrySet().stream()
                    .filter(entry -> Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", module))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(alpha);
            return own / (rankStabilised ? Math.sqrt(rank) : rank);
        }
    }
}
