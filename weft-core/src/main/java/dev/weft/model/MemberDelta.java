package dev.weft.model;

import dev.weft.delta.DeltaSet;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.WeftCommand;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * An extracted model whose file holds only what changes a base: many models that were tuned from one are kept beside it for the bytes of what
 * tuning changed. The file is a {@link DeltaSet} that also says what the model is; it knows its base by the fingerprint, and opened with it, it gives
 * the model bit for bit.
 *
 * <p>The base is an extracted model, or a family: then the changes are those of its member with the same choices.
 */
public final class MemberDelta {
    private static final String MODEL = "weft.delta.model"; // what the whole file would say of itself
    private static final String MEMBER = "weft.delta.member"; // of a base with choices: its member

    private MemberDelta() {}

    /**
     * Writes what changes a base.
     *
     * @param alone an extracted model
     * @param member what it is in its family; empty where that has no choices
     * @return how many of its tensors are written
     * @throws InputException when the base is another model: one without that member, with other tensors, or with other shapes
     */
    public static int write(Family alone, Optional<Member> member, Family base, Path file) {
        try (MemberStatistics none = MemberStatistics.none();
                Family cut = cut(base, member.map(Member::toString), none)) {
            Map<String, Tensor> before = own(cut, base).weights().stored();
            Map<String, Tensor> after = FamilyFile.tensors(alone);
            requireSameModel(before, after);
            Map<String, String> metadata = new LinkedHashMap<>();
            metadata.put(MODEL, FamilyFile.json(alone));
            if (cut != null) {
                metadata.put(MEMBER, base.space().print(member.orElseThrow()));
            }
            try (DeltaSet set = DeltaSet.replacements(before, after)) {
                set.write(file, metadata);
                return set.deltas().size();
            }
        }
    }

    private static Family own(Family cut, Family base) {
        return cut == null ? base : cut;
    }

    /** The member of a base that has choices, as a model of its own; {@code null} of a base that has none. */
    private static Family cut(Family base, Optional<String> member, MemberStatistics none) {
        Space space = base.space();
        if (space.choices().isEmpty()) {
            return null;
        }
        String line = member.orElseThrow(
                () -> new InputException("A model without choices must have a base without choices, but "
                        + space.name() + " has " + space.size()
                        + " members. Take the one that it was made from out of it: "
                        + WeftCommand.of("extract", "BASE", "--member", "MEMBER", "--out", "FILE")));
        return base.extract(space.parse(line), none);
    }

    private static void requireSameModel(Map<String, Tensor> before, Map<String, Tensor> after) {
        before.forEach((name, was) -> {
            Tensor now = after.get(name);
            if (now == null || !Arrays.equals(was.shape(), now.shape())) {
                throw new InputException(
                        "What changes a base must be of a model with its tensors, such as one that was tuned from it, but "
                                + name + " is " + Arrays.toString(was.shape()) + " in the base and "
                                + (now == null ? "not in the model" : Arrays.toString(now.shape()) + " in the model")
                                + ". Give the base that the model was tuned from, or extract it whole (without --delta-of).");
            }
        });
    }

    /** Does what {@link #open(Path, Family, Kinds)} does, of kinds that Weft brings. */
    public static Family open(Path file, Family base) {
        return open(file, base, Kinds.builtIn());
    }

    /**
     * The model: the base with what changes it. It has its own copy of the weights, which cannot be trained.
     *
     * @param file as {@link #write} wrote it
     * @param base the one that it was written for; may be closed after
     * @throws InputException when the file is damaged, is no such file, or has another base
     */
    public static Family open(Path file, Family base, Kinds kinds) {
        SafetensorsFile opened = SafetensorsFile.open(file);
        FamilyFile.Document document = document(opened, kinds)
                .orElseThrow(() ->
                        new InputException("A file that is opened with a base must hold what changes that base, but "
                                + file + " does not. Open it without one."));
        Map<String, Tensor> whole = new LinkedHashMap<>();
        try (MemberStatistics none = MemberStatistics.none();
                Family cut = cut(base, Optional.ofNullable(opened.metadata().get(MEMBER)), none)) {
            Map<String, Tensor> before = own(cut, base).weights().stored();
            try (DeltaSet set = DeltaSet.read(file, before)) {
                whole.putAll(set.addedTo(before));
            }
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                before.forEach((name, tensor) -> whole.computeIfAbsent(name, key -> Tensors.keep(tensor.clone())));
            }
            return FamilyFile.of(file, document, List.copyOf(whole.keySet()), whole::remove, kinds);
        } finally {
            whole.values().forEach(Tensor::close); // what no family took
        }
    }

    /**
     * What a file that holds only what changes a base says of its model; empty where it is none. Loads no libtorch.
     *
     * @throws InputException when it is one and its description is damaged
     */
    public static Optional<FamilyDescription> describe(SafetensorsFile file, Kinds kinds) {
        return document(file, kinds).map(FamilyDescription::of);
    }

    private static Optional<FamilyFile.Document> document(SafetensorsFile file, Kinds kinds) {
        return Optional.ofNullable(file.metadata().get(MODEL))
                .map(json -> FamilyFile.document(json, file.path() + ", metadata " + MODEL, file.path(), kinds));
    }

    /** The keys of its metadata, which {@link #describe} reads. */
    public static Set<String> keys() {
        return new TreeSet<>(List.of(MODEL, MEMBER));
    }

    static void requireNone(SafetensorsFile file) {
        if (file.metadata().containsKey(MODEL)) {
            throw new InputException(file.path() + " holds only what changes its base, so it is no model without it."
                    + " Put both together with: "
                    + WeftCommand.of("extract").path(file.path()).and("--base", "BASE", "--out", "FILE"));
        }
    }
}
