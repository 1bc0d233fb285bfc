package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Tensors;
import dev.weft.space.Space;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Sharing;
import dev.weft.weight.StoredTensors;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A family on disk: one safetensors file. The shared tensors have their published names; the statistics of a kept member lie
 * under {@code members/NAME/}, or, in a family of one, under their published names too. The key {@code weft.family} of the
 * metadata holds the rest as JSON. See {@code docs/file-formats.md}.
 */
final class FamilyFile {
    static final String KEY = "weft.family";
    private static final int FORMAT_VERSION = 1;

    /** What {@value #KEY} holds; {@code kinds} says where those come from that are not Weft's. */
    record Document(
            int formatVersion,
            ModelDefinition model,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Sharing> sharing,
            Map<String, Entry> members,
            Map<String, String> notes,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> kinds) {
        Document {
            sharing = sharing == null ? List.of() : List.copyOf(sharing);
            kinds = kinds == null ? Map.of() : kinds;
            if (model == null || model.input() == null || members == null || notes == null) {
                throw new InputException("a family must have a model with its input, members and notes");
            }
        }
    }

    /** A kept member; {@code member} is its one-line form, empty in a plain model. */
    record Entry(String member, Map<String, Double> measurements) {
        Entry {
            if (member == null || measurements == null) {
                throw new InputException("a member must have its one-line form and its measurements");
            }
        }
    }

    private FamilyFile() {}

    static void save(Family family, Path file) {
        LinkedHashMap<String, TensorData> data = new LinkedHashMap<>();
        tensors(family).forEach((name, tensor) -> data.put(name, StoredTensors.data(tensor)));
        Safetensors.write(file, data, Map.of("format", "pt", KEY, json(family)));
    }

    /** All that its file holds, by the names there; they belong to the family. */
    static Map<String, Tensor> tensors(Family family) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(family.weights().stored());
        family.members().forEach((name, named) -> named.statistics()
                .tensors()
                .forEach((key, tensor) -> tensors.put(prefix(family, name) + key, tensor)));
        return tensors;
    }

    /** What its file says of it, under {@value #KEY}. */
    static String json(Family family) {
        new StatisticsCheck(family.definition()).problem(family.members()).ifPresent(problem -> {
            throw new IllegalStateException(problem + ". Calibrate the member before saving it.");
        });
        Map<String, Entry> entries = new LinkedHashMap<>();
        family.members()
                .forEach((name, named) ->
                        entries.put(name, new Entry(named.member().toString(), named.measurements())));
        Map<String, String> sources = family.kinds().sources(List.of(family.definition(), family.sharing()));
        Document document =
                new Document(FORMAT_VERSION, family.definition(), family.sharing(), entries, family.notes(), sources);
        return Json.writeReadableLine(document, "The settings of a family", family.kinds());
    }

    static Family open(Path path, Kinds kinds) {
        SafetensorsFile file = SafetensorsFile.open(path);
        if (file.hasChecksum()) {
            file.verify();
        }
        Family family = of(
                path,
                document(file, kinds),
                file.names(),
                name -> Tensors.here(StoredTensors.finite(file, name)),
                kinds);
        family.openedFrom(file);
        return family;
    }

    /**
     * A family of what its file says and holds.
     *
     * @param path what messages begin with
     * @param stored gives a kept tensor, which the family then owns
     */
    static Family of(Path path, Document document, List<String> names, Function<String, Tensor> stored, Kinds kinds) {
        List<String> shared = new ArrayList<>();
        Map<String, Map<String, Tensor>> statistics = new LinkedHashMap<>();
        document.members.keySet().forEach(name -> statistics.put(name, new LinkedHashMap<>()));
        String only = isAlone(
                        inFile(path, () -> new FamilyDefinition(document.model, document.sharing).space()),
                        document.members.keySet())
                ? document.members.keySet().iterator().next()
                : null;
        for (String name : names) {
            String owner = only == null ? owner(name) : isStatistic(name) ? only : null;
            if (owner == null) {
                shared.add(name);
            } else if (statistics.containsKey(owner)) {
                String key = only != null ? name : name.substring(("members/" + owner + "/").length());
                statistics.get(owner).put(key, stored.apply(name));
            } else {
                throw new InputException(
                        path + ": tensor \"" + name + "\" belongs to a member that the file does not list.");
            }
        }
        SharedWeights weights =
                SharedWeights.of(name -> shared.contains(name) ? stored.apply(name) : null, path.toString());
        Family family = inFile(path, () -> new Family(document.model, weights, document.sharing, kinds));
        weights.requireAllUsed(shared, path.toString());
        document.members.forEach((name, entry) -> family.name(
                name,
                new NamedMember(
                        inFile(path, () -> family.space().parse(entry.member)),
                        new MemberStatistics(statistics.get(name)),
                        entry.measurements)));
        new StatisticsCheck(document.model).problem(family.members()).ifPresent(problem -> {
            throw new InputException(path + ": " + problem + ".");
        });
        document.notes.forEach(family::note);
        return family;
    }

    /** What {@code body} gives; its complaints about what the user supplied name the file. */
    private static <T> T inFile(Path path, Supplier<T> body) {
        try {
            return body.get();
        } catch (InputException e) {
            throw e.getMessage().startsWith(path.toString()) ? e : new InputException(path + ": " + e.getMessage(), e);
        }
    }

    static Document document(SafetensorsFile file, Kinds kinds) {
        String json = file.metadata().get(KEY);
        if (json == null) {
            MemberDelta.requireNone(file);
            throw new InputException(file.path() + " must be a Weft family, but its metadata has no \"" + KEY
                    + "\". Another program wrote it, or it is a checkpoint of a run.");
        }
        return document(json, file.path() + ", metadata " + KEY, file.path(), kinds);
    }

    /** @param where what messages about the text itself begin with */
    static Document document(String json, String where, Path path, Kinds kinds) {
        Document document = Json.parse(json, where, Document.class, kinds);
        if (document.formatVersion != FORMAT_VERSION) {
            throw new InputException(path + " must have formatVersion " + FORMAT_VERSION + ", but has "
                    + document.formatVersion + ". Use the version of Weft that wrote it.");
        }
        return document;
    }

    private static String prefix(Family family, String name) {
        return isAlone(family.space(), family.members().keySet()) ? "" : "members/" + name + "/";
    }

    /** Whether the only member there can be is named, and once: its statistics then have their published names. */
    private static boolean isAlone(Space space, Set<String> names) {
        return names.size() == 1 && space.count().equals(BigInteger.ONE);
    }

    private static String owner(String tensor) {
        String[] parts = tensor.split("/", 3);
        return parts.length == 3 && parts[0].equals("members") ? parts[1] : null;
    }

    private static boolean isStatistic(String tensor) {
        return tensor.endsWith(MemberStatistics.MEAN) || tensor.endsWith(MemberStatistics.VARIANCE);
    }
}
