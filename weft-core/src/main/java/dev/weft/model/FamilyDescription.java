package dev.weft.model;

import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the file of a family or of an extracted model says of itself. Reading it touches no tensor and loads no libtorch.
 *
 * @param family its model with the input filled in, and how it shares weights
 * @param members those that were kept, in order
 * @param notes where the weights come from
 */
public record FamilyDescription(FamilyDefinition family, List<Kept> members, Map<String, String> notes) {
    /** Its model. */
    public ModelDefinition model() {
        return family.model();
    }

    /**
     * A kept member.
     *
     * @param member as one line; empty in a plain model
     * @param measurements by metric
     */
    public record Kept(String name, String member, Map<String, Double> measurements) {}

    /**
     * Empty when the file is no family.
     *
     * @param kinds that it may name
     * @throws dev.weft.io.InputException when it is one and its description is damaged, or it is a {@link MemberDelta}, which is none without its base
     */
    public static Optional<FamilyDescription> of(SafetensorsFile file, Kinds kinds) {
        if (!file.metadata().containsKey(FamilyFile.KEY)) {
            MemberDelta.requireNone(file);
            return Optional.empty();
        }
        return Optional.of(of(FamilyFile.document(file, kinds)));
    }

    static FamilyDescription of(FamilyFile.Document document) {
        return new FamilyDescription(
                new FamilyDefinition(document.model(), document.sharing()),
                document.members().entrySet().stream()
                        .map(e -> new Kept(
                                e.getKey(), e.getValue().member(), e.getValue().measurements()))
                        .toList(),
                document.notes());
    }
}
