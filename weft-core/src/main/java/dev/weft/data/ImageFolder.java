package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.WeftCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files of a folder of images: one sub-folder per class, either directly or below {@code train}, {@code test} and {@code val}.
 * Classes are in the order of their folders' names; ids are paths relative to the folder, with {@code /}.
 *
 * @param parts the parts that are there, {@code train} first
 * @param problems what makes the folder unusable, one line each
 * @param passedOver what is no image of a class
 */
record ImageFolder(
        Path path, List<String> classes, List<Part> parts, List<String> problems, List<PassedOver> passedOver) {
    private static final Map<String, List<String>> PART_FOLDERS = new LinkedHashMap<>();

    static {
        PART_FOLDERS.put("train", List.of("train", "training"));
        PART_FOLDERS.put("val", List.of("val", "valid", "validation"));
        PART_FOLDERS.put("test", List.of("test", "testing"));
    }

    /** The images of one part, class by class, in the order of their names. */
    record Part(String name, List<Entry> entries) {}

    record Entry(Path file, String id, int label) {
        /**
         * What {@link ImageDataset#content} is of: the file's size, whether or not memory holds the pixels. Reading every file of a large folder
         * would take too long, a copy has other dates, and decoders may differ in a bit.
         */
        byte[] content() {
            try {
                return (Files.size(file) + "\n").getBytes(StandardCharsets.US_ASCII);
            } catch (IOException e) {
                throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
            }
        }
    }

    /** The names of files and classes; opens no image. */
    static ImageFolder list(Path path) {
        Folder root = Folder.of(path);
        List<String> problems = new ArrayList<>();
        List<PassedOver> passedOver = new ArrayList<>();
        Map<String, Folder> partFolders = partFolders(root, problems, passedOver);
        Set<Folder> aboveClasses = new LinkedHashSet<>(List.of(root));
        aboveClasses.addAll(partFolders.values());
        for (Folder folder : aboveClasses) {
            passedOver.addAll(folder.passedOver());
            folder.files().stream()
                    .filter(ImageFile::hasKnownSuffix)
                    .forEach(name -> passedOver.add(new PassedOver(
                            folder.path().resolve(name).toString(), "is in no class folder", "in no class folder", 1)));
        }
        List<String> classes = partFolders.get("train").folders();
        if (classes.size() < 2) {
            problems.add(String.format(
                    Locale.ROOT,
                    "%s must hold at least two class folders, but holds %d",
                    partFolders.get("train").path(),
                    classes.size()));
        }
        List<Part> parts = new ArrayList<>();
        partFolders.forEach((name, folder) -> {
            List<Entry> entries = new ArrayList<>();
            if (!name.equals("train") && folder.folders().isEmpty()) {
                problems.add(
                        folder.path() + " must hold class folders, but holds none: add some, or remove the folder");
            }
            for (String className : folder.folders()) {
                int label = classes.indexOf(className);
                Path classPath = folder.path().resolve(className);
                if (label < 0) {
                    problems.add(classPath + " must be one of the classes of the training folder, " + classes
                            + ", but is not");
                } else {
                    entries.addAll(images(root, Folder.of(classPath), label, problems, passedOver));
                }
            }
            parts.add(new Part(name, List.copyOf(entries)));
        });
        return new ImageFolder(path, classes, List.copyOf(parts), List.copyOf(problems), List.copyOf(passedOver));
    }

    static ImageParts open(Path path, String name, FolderOptions options) {
        return ImageFolderReader.open(list(path), name, options);
    }

    static DataInspection inspect(Path path, String name) {
        return ImageFolderReader.inspect(list(path), name);
    }

    List<Entry> allEntries() {
        return parts.stream().flatMap(part -> part.entries().stream()).toList();
    }

    /** @throws InputException with the first problem, when there is one */
    static void requireNone(Path folder, List<String> problems) {
        if (!problems.isEmpty()) {
            int more = problems.size() - 1;
            throw new InputException(problems.get(0)
                    + (more == 0
                            ? ""
                            : " (and " + more + " more: `"
                                    + WeftCommand.of("data").path(folder) + "` lists them)"));
        }
    }

    private static Map<String, Folder> partFolders(Folder root, List<String> problems, List<PassedOver> passedOver) {
        Map<String, Folder> found = new LinkedHashMap<>();
        List<String> other = new ArrayList<>(root.folders());
        PART_FOLDERS.forEach((part, names) -> named(root, names).ifPresent(name -> {
            found.put(part, Folder.of(root.path().resolve(name)));
            other.remove(name);
        }));
        // A class may be called "train", so the training part is a folder that holds class folders, or one with nothing
        // but
        // parts beside it: else images directly in train and test would become the classes "train" and "test".
        if (found.containsKey("train")
                && (other.isEmpty() || !found.get("train").folders().isEmpty())) {
            other.forEach(name -> passedOver.add(
                    folder(root.path().resolve(name), "is neither train, val nor test", "in a folder beside train")));
            return found;
        }
        if (other.isEmpty()) {
            problems.add(root.path() + " must hold a folder train beside " + root.folders() + ", but holds none");
        }
        Map<String, Folder> whole = new LinkedHashMap<>();
        whole.put("train", root);
        return whole;
    }

    private static Optional<String> named(Folder root, List<String> names) {
        return root.folders().stream()
                .filter(name -> names.contains(name.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    private static List<Entry> images(
            Folder root, Folder folder, int label, List<String> problems, List<PassedOver> passedOver) {
        passedOver.addAll(folder.passedOver());
        List<Entry> entries = new ArrayList<>();
        for (String name : folder.files()) {
            Path file = folder.path().resolve(name);
            if (ImageFile.hasKnownSuffix(name)) {
                entries.add(new Entry(file, id(root.path(), file), label));
            } else {
                passedOver.add(
                        new PassedOver(file.toString(), "is no " + ImageFile.suffixes() + " file", ending(name), 1));
            }
        }
        folder.folders()
                .forEach(name -> passedOver.add(folder(
                        folder.path().resolve(name), "is a folder within a class", "in a folder within a class")));
        if (entries.isEmpty()) {
            problems.add(
                    "The class folder " + folder.path()
                            + " must hold at least one PNG, JPEG, BMP or GIF image, but holds none: add some, or remove the folder");
        }
        return entries;
    }

    private static String id(Path root, Path file) {
        List<String> names = new ArrayList<>();
        root.relativize(file).forEach(part -> names.add(part.toString()));
        return String.join("/", names);
    }

    private static PassedOver folder(Path path, String why, String group) {
        return new PassedOver(
                path.toString(), why, group, TextFiles.walk(path, name -> true).size());
    }

    private static String ending(String name) {
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? "without an ending" : name.substring(dot).toLowerCase(Locale.ROOT);
    }
}
