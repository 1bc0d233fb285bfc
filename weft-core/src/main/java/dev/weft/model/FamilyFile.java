package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.nn.MemberStatistics;
import dev.weft.space.Member;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.StoredTensors;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A family on disk: one safetensors file. The shared tensors have their published names; the statistics of a kept member lie
 * under {@code members/NAME/}, or, in a family of one, under their published names too. The key {@code weft.family} of the
 * metadata holds the rest as JSON. See {@code docs/file-formats.md}.
 */
final class FamilyFile {
    static final String KEY = "weft.family";
    private static final int FORMAT_VERSION = 1;

    /** What {@value #KEY} holds. */
    record Document(int formatVersion, ModelDefinition model, Map<String, Entry> members, Map<String, String> notes) {}

    /** A kept member; {@code member} is its one-line form, empty in a plain model. */
    record Entry(String member, Map<String, Double> measurements) {}

    private FamilyFile() {}

    static void save(Family family, Path file) {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, tensor) -> tensors.put(name, StoredTensors.data(tensor)));
        Map<String, Entry> entries = new LinkedHashMap<>();
        family.members().forEach((name, named) -> {
            entries.put(name, new Entry(named.member().toString(), named.measurements()));
            named.statistics()
                    .tensors()
                    .forEach((key, tensor) -> tensors.put(prefix(family, name) + key, StoredTensors.data(tensor)));
        });
        Document document = new Document(FORMAT_VERSION, family.definition(), entries, family.notes());
        Safetensors.write(file, tensors, Map.of("format", "pt", KEY, Json.writeLine(document)));
    }

    static Family open(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        if (file.hasChecksum()) {
            file.verify();
        }
        String json = file.metadata().get(KEY);
        if (json == null) {
            throw new InputException(path + " must be a Weft family, but its metadata has no \"" + KEY
                    + "\". Another program wrote it, or it is a checkpoint of a run.");
        }
        Document document = Json.parse(json, path + ", metadata " + KEY, Document.class);
        if (document.formatVersion != FORMAT_VERSION) {
            throw new InputException(path + " must have formatVersion " + FORMAT_VERSION + ", but has "
                    + document.formatVersion + ". Use the version of Weft that wrote it.");
        }
        List<String> shared = new ArrayList<>();
        Map<String, Map<String, Tensor>> statistics = new LinkedHashMap<>();
        document.members.keySet().forEach(name -> statistics.put(name, new LinkedHashMap<>()));
        boolean plain = document.model.space().count().equals(BigInteger.ONE);
        for (String name : file.names()) {
            String owner = plain ? plainOwner(name, document) : owner(name);
            if (owner == null) {
                shared.add(name);
            } else if (statistics.containsKey(owner)) {
                String key = plain ? name : name.substring(("members/" + owner + "/").length());
                statistics.get(owner).put(key, StoredTensors.mapped(file, name));
            } else {
                throw new InputException(
                        path + ": tensor \"" + name + "\" belongs to a member that the file does not list.");
            }
        }
        SharedWeights weights = SharedWeights.of(
                name -> shared.contains(name) ? StoredTensors.mapped(file, name) : null, path.toString());
        Family family = new Family(document.model, weights);
        weights.requireAllUsed(shared, path.toString());
        document.members.forEach((name, entry) -> {
            Member member = plain ? Member.PLAIN : family.space().parse(entry.member);
            family.name(name, new NamedMember(member, new MemberStatistics(statistics.get(name)), entry.measurements));
        });
        document.notes.forEach(family::note);
        family.keepReachable(file);
        return family;
    }

    private static String prefix(Family family, String name) {
        return family.space().count().equals(BigInteger.ONE) ? "" : "members/" + name + "/";
    }

    private static String owner(String tensor) {
        String[] parts = tensor.split("/", 3);
        return parts.length == 3 && parts[0].equals("members") ? parts[1] : null;
    }

    private static String plainOwner(String tensor, Document document) {
        return tensor.endsWith(".running_mean") || tensor.endsWith(".running_var")
                ? document.members.keySet().stream().findFirst().orElse(null)
                : null;
    }
}
