package dev.weft.cli;

import dev.weft.export.OnnxFile;
import dev.weft.io.FileContent;
import dev.weft.io.InputException;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorEntry;
import dev.weft.io.WeftCommand;
import dev.weft.model.FamilyDescription;
import dev.weft.model.MemberDelta;
import dev.weft.space.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a file holds. Loads no libtorch.
 *
 * @param kind {@code family}, {@code model}, {@code delta}, {@code checkpoint}, {@code onnx} or {@code safetensors}
 * @param bytes of the whole file
 * @param space null where there is nothing to choose
 * @param members those that are kept by name
 * @param checksum whether the content was compared with the checksum in the file
 */
record Inspection(
        String file,
        String kind,
        long bytes,
        Space space,
        List<FamilyDescription.Kept> members,
        List<Entry> tensors,
        Map<String, String> metadata,
        boolean checksum) {
    private static final String FAMILY_KEY = "weft.family";

    /** @param members how many the space has, as text: it may be past every number type */
    record Space(String name, String members, List<Options> choices) {}

    /** One choice. */
    record Options(String name, List<String> options) {}

    /** One tensor. */
    record Entry(String name, String dtype, List<Long> shape, long bytes) {}

    static Inspection of(Path file) {
        return FileContent.isOnnx(file) ? ofOnnx(file) : ofSafetensors(file);
    }

    private static Inspection ofOnnx(Path path) {
        OnnxFile file = OnnxFile.read(path);
        List<Entry> tensors = file.tensors().stream()
                .filter(tensor -> !tensor.isConstant())
                .map(tensor -> new Entry(tensor.name(), tensor.dtype(), tensor.shape(), tensor.sizeBytes()))
                .toList();
        return new Inspection(
                path.toString(),
                "onnx",
                file.sizeBytes(),
                null,
                List.of(new FamilyDescription.Kept("model", file.member(), Map.of())),
                tensors,
                file.metadata(),
                true);
    }

    private static Inspection ofSafetensors(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        if (file.hasChecksum()) {
            file.verify();
        }
        Optional<FamilyDescription> changed = MemberDelta.describe(file, Installed.kinds());
        Optional<FamilyDescription> family =
                changed.isPresent() ? changed : FamilyDescription.of(file, Installed.kinds());
        List<Entry> tensors = new ArrayList<>();
        for (String name : file.names()) {
            TensorEntry entry = file.entry(name);
            tensors.add(new Entry(name, entry.dtype(), entry.shape(), entry.byteSize()));
        }
        Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
        metadata.remove(FAMILY_KEY); // shown in parts
        metadata.keySet().removeAll(MemberDelta.keys());
        family.ifPresent(described -> metadata.putAll(described.notes()));
        Space space = family.map(FamilyDescription::family)
                .map(definition -> definition.space())
                .filter(s -> !s.choices().isEmpty())
                .map(s -> new Space(
                        s.name(),
                        s.size(),
                        s.choices().stream().map(Inspection::options).toList()))
                .orElse(null);
        return new Inspection(
                path.toString(),
                changed.isPresent() || family.isEmpty() ? otherThanFamily(file) : space == null ? "model" : "family",
                size(path),
                space,
                family.map(Inspection::members).orElse(List.of()),
                tensors,
                metadata,
                file.hasChecksum());
    }

    /** The member of an extracted model is empty there: its line is in the notes. */
    private static List<FamilyDescription.Kept> members(FamilyDescription family) {
        dev.weft.space.Space space = family.family().space();
        return family.members().stream()
                .map(m -> new FamilyDescription.Kept(
                        m.name(),
                        m.member().isEmpty()
                                ? family.notes().getOrDefault("member", "")
                                : space.print(space.parse(m.member())),
                        m.measurements()))
                .toList();
    }

    private static String otherThanFamily(SafetensorsFile file) {
        if (file.metadata().containsKey("weft.delta")) {
            return "delta";
        }
        return file.metadata().containsKey("weft.seconds") ? "checkpoint" : "safetensors";
    }

    private static Options options(Choice<?> choice) {
        return new Options(
                choice.name(), choice.options().stream().map(Object::toString).toList());
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new InputException("Cannot read " + path + ": " + e.getMessage() + ".", e);
        }
    }

    List<String> text() {
        List<String> text = new ArrayList<>();
        text.add(file + ": " + title() + ", " + Text.count(tensors.size(), "tensor") + ", " + Text.bytes(bytes)
                + (checksum ? ", checksum right" : ", no checksum"));
        if (space != null) {
            text.add("space " + space.name() + ": " + space.members() + " members");
            space.choices().forEach(c -> text.add(String.format(Locale.ROOT, "  %-18s %s", c.name(), c.options())));
        }
        if (!members.isEmpty()) {
            text.add("members");
            members.forEach(
                    m -> text.add(String.format(Locale.ROOT, "  %-12s %s %s", m.name(), m.member(), m.measurements())));
        }
        text.add("tensors");
        tensors.forEach(t -> text.add(String.format(
                Locale.ROOT,
                "  %-44s %-5s %s%s",
                t.name(),
                t.dtype(),
                t.shape(),
                known(t) ? "" : " (" + t.bytes() + " bytes of a type that is not known here)")));
        text.add("metadata");
        metadata.forEach((key, value) ->
                text.add("  " + key + " = " + (value.length() > 200 ? value.substring(0, 200) + "…" : value)));
        // What another program called its tensors must not look like lines of this list.
        return text.stream().map(line -> line.replaceAll("\\p{Cntrl}+", " ")).toList();
    }

    private static boolean known(Entry tensor) {
        return Safetensors.DTYPE_BITS.containsKey(tensor.dtype());
    }

    private String title() {
        return switch (kind) {
            case "family" -> "a family (shared weights of many members)";
            case "model" -> "an extracted model (one member with its own weights)";
            case "delta" ->
                "what changes a base, and nothing of it"
                        + (members.isEmpty()
                                ? ""
                                : " (a member; " + WeftCommand.of("extract").and("--base", "BASE")
                                        + " puts both together)");
            case "checkpoint" -> "a checkpoint of a run (weights/, update/; " + WeftCommand.of("resume") + " reads it)";
            case "onnx" -> "an exported member, for ONNX Runtime";
            default -> "a safetensors file of another program";
        };
    }
}
