package dev.weft.data;

import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A folder with the IDX files of the MNIST family: {@code train-images-idx3-ubyte[.gz]} and {@code train-labels-idx1-ubyte[.gz]},
 * and the same with {@code t10k} or {@code test} (and {@code val}). Classes are the lines of {@code classes.txt} if it is there,
 * else the labels themselves as numbers, from 0 or from 1.
 *
 * <p>EMNIST's files are read under their published names, {@code emnist-letters-train-images-idx3-ubyte} and so on, one set a folder. Its
 * pictures are stored with rows and columns exchanged, and are exchanged back; its mapping file names the classes.
 */
final class IdxFolder {
    private static final List<String> TRAIN = List.of("train");
    private static final List<String> VALIDATION = List.of("val", "validation");
    private static final List<String> TEST = List.of("t10k", "test");

    private static final Pattern IMAGES =
            Pattern.compile("((?:emnist-[a-z]+-)?)(?:train|val|validation|t10k|test)-images[-.]idx3-ubyte(?:\\.gz)?");

    private IdxFolder() {}

    static boolean matches(Folder folder) {
        return !sets(folder).isEmpty();
    }

    /** What the names of each set's files begin with: empty, or {@code emnist-letters-}. */
    private static List<String> sets(Folder folder) {
        return folder.files().stream()
                .map(IMAGES::matcher)
                .filter(Matcher::matches)
                .map(name -> name.group(1))
                .distinct()
                .sorted()
                .toList();
    }

    private static String set(Folder folder) {
        List<String> sets = sets(folder);
        if (sets.size() > 1) {
            throw new InputException(folder.path() + " must hold one set of IDX files, but holds " + sets.size() + ": "
                    + String.join(
                            ", ",
                            sets.stream()
                                    .map(set -> set + "train-images-idx3-ubyte")
                                    .toList())
                    + ". Move one set into a folder of its own");
        }
        return sets.isEmpty() ? "" : sets.get(0);
    }

    private static List<String> named(String set, List<String> parts) {
        return parts.stream().map(part -> set + part).toList();
    }

    static ImageParts open(Path path, String name, List<String> knownClasses) {
        Folder folder = Folder.of(path);
        String set = set(folder);
        Part train = read(folder, named(set, TRAIN))
                .orElseThrow(() -> new InputException(path + " must hold " + set + "train-images-idx3-ubyte and " + set
                        + "train-labels-idx1-ubyte (each may end in .gz)"));
        Optional<Part> validation = read(folder, named(set, VALIDATION));
        Optional<Part> test = read(folder, named(set, TEST));
        List<Part> others = new ArrayList<>();
        validation.ifPresent(others::add);
        test.ifPresent(others::add);
        int first = firstLabel(knownClasses, train, others);
        List<String> classes = classes(folder, set, knownClasses, first, train, others);
        first = classes.size() > highest(train, others) ? 0 : first; // names for a class 0 that has no image
        train.subtract(first);
        for (Part other : others) {
            other.subtract(first);
        }
        train.requireLabelsBelow(classes.size());
        for (Part other : others) {
            other.requireLabelsBelow(classes.size());
            if (other.images.height != train.images.height || other.images.width != train.images.width) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "All parts must have one image size, but %s has %dx%d and %s %dx%d",
                        train.imageFile.shown(),
                        train.images.height,
                        train.images.width,
                        other.imageFile.shown(),
                        other.images.height,
                        other.images.width));
            }
        }
        return new ImageParts(
                name,
                part(name, "train", train.images, train.labels, classes),
                validation.map(p -> part(name, "val", p.images, p.labels, classes)),
                test.map(p -> part(name, "test", p.images, p.labels, classes)));
    }

    static ImageDataset part(String source, String part, IdxFiles.Images images, int[] labels, List<String> classes) {
        return new InMemoryImages(
                source + "/" + part,
                classes,
                1,
                images.height,
                images.width,
                images.pixels,
                labels,
                InMemoryImages.numbered(part));
    }

    /** 1 where no image has the label 0 and some have 1, as EMNIST's letters are numbered. */
    private static int firstLabel(List<String> known, Part train, List<Part> others) {
        int lowest = Arrays.stream(train.labels).min().getAsInt();
        for (Part other : others) {
            lowest = Math.min(lowest, Arrays.stream(other.labels).min().getAsInt());
        }
        return known.isEmpty() && lowest == 1 ? 1 : 0;
    }

    private static int highest(Part train, List<Part> others) {
        int highest = Arrays.stream(train.labels).max().getAsInt();
        for (Part other : others) {
            highest = Math.max(highest, Arrays.stream(other.labels).max().getAsInt());
        }
        return highest;
    }

    private static List<String> classes(
            Folder folder, String set, List<String> known, int first, Part train, List<Part> others) {
        if (!known.isEmpty()) {
            return known;
        }
        Optional<List<String>> named = folder.lines("classes.txt");
        if (named.isPresent()) {
            return named.get();
        }
        if (FashionMnist.areOfficialLabels(train.labels)) {
            return FashionMnist.CLASSES;
        }
        int highest = highest(train, others);
        Map<Integer, String> mapped = folder.lines(set + "mapping.txt")
                .filter(lines -> !set.isEmpty())
                .map(lines -> mapping(folder.path().resolve(set + "mapping.txt"), lines))
                .orElse(Map.of());
        return IntStream.rangeClosed(first, highest)
                .mapToObj(label -> mapped.getOrDefault(label, Integer.toString(label)))
                .toList();
    }

    /** Lines of a label and the code of its character, perhaps of a second one. */
    private static Map<Integer, String> mapping(Path file, List<String> lines) {
        Map<Integer, String> names = new HashMap<>();
        for (String line : lines) {
            if (!line.matches("\\d{1,3} \\d{1,5}( \\d{1,5})*")) {
                throw new InputException(
                        file + " must have lines of a label and the code of a character, as \"1 65\", but" + " has \""
                                + line + "\"");
            }
            String[] numbers = line.split(" ");
            names.put(Integer.parseInt(numbers[0]), Character.toString(Integer.parseInt(numbers[1])));
        }
        return names;
    }

    private static Optional<Part> read(Folder folder, List<String> prefixes) {
        for (String prefix : prefixes) {
            Optional<Path> images = folder.find(prefix + "-images-idx3-ubyte", prefix + "-images.idx3-ubyte");
            if (images.isEmpty()) {
                continue;
            }
            Path labels = folder.find(prefix + "-labels-idx1-ubyte", prefix + "-labels.idx1-ubyte")
                    .orElseThrow(() -> new InputException(String.format(
                            Locale.ROOT,
                            "%s must stand beside its labels, %s-labels-idx1-ubyte (may end in .gz), which is missing",
                            images.get(),
                            prefix)));
            return Optional.of(new Part(DataFile.of(images.get()), DataFile.of(labels), prefix.startsWith("emnist-")));
        }
        return Optional.empty();
    }

    private static final class Part {
        private final DataFile imageFile;
        private final DataFile labelFile;
        private final IdxFiles.Images images;
        private final int[] labels;

        /** @param exchanged whether rows and columns are */
        private Part(DataFile imageFile, DataFile labelFile, boolean exchanged) {
            this.imageFile = imageFile;
            this.labelFile = labelFile;
            IdxFiles.Images stored = IdxFiles.images(imageFile);
            this.images = exchanged ? stored.transposed() : stored;
            this.labels = IdxFiles.labels(labelFile);
            if (images.count != labels.length) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "There must be one label per image, but %s has %d images and %s %d labels",
                        imageFile.shown(),
                        images.count,
                        labelFile.shown(),
                        labels.length));
            }
        }

        private void subtract(int first) {
            for (int i = 0; i < labels.length; i++) {
                labels[i] -= first;
            }
        }

        private void requireLabelsBelow(int classes) {
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] >= classes) {
                    throw new InputException(String.format(
                            Locale.ROOT,
                            "%s: labels must be below the number of classes, %d, but label %d (from 0) is %d",
                            labelFile.shown(),
                            classes,
                            i,
                            labels[i]));
                }
            }
        }
    }
}
