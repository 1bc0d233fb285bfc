package dev.weft.data;

import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A folder with the IDX files of the MNIST family: {@code train-images-idx3-ubyte[.gz]} and {@code train-labels-idx1-ubyte[.gz]},
 * and the same with {@code t10k} or {@code test} (and {@code val}). Classes are the lines of {@code classes.txt} if it is there,
 * else the labels themselves as numbers.
 */
final class IdxFolder {
    private static final List<String> TRAIN = List.of("train");
    private static final List<String> VALIDATION = List.of("val", "validation");
    private static final List<String> TEST = List.of("t10k", "test");

    private IdxFolder() {}

    static boolean matches(Folder folder) {
        return folder.files().stream()
                .anyMatch(name -> name.matches("(train|val|validation|t10k|test)-images[-.]idx3-ubyte(\\.gz)?"));
    }

    static ImageParts open(Path path, String name, List<String> knownClasses) {
        Folder folder = Folder.of(path);
        Part train = read(folder, TRAIN)
                .orElseThrow(() -> new InputException(
                        path + " must hold train-images-idx3-ubyte and train-labels-idx1-ubyte (each may end in .gz)"));
        Optional<Part> validation = read(folder, VALIDATION);
        Optional<Part> test = read(folder, TEST);
        List<Part> others = new ArrayList<>();
        validation.ifPresent(others::add);
        test.ifPresent(others::add);
        List<String> classes = classes(folder, knownClasses, train, others);
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

    private static List<String> classes(Folder folder, List<String> known, Part train, List<Part> others) {
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
        int highest = Arrays.stream(train.labels).max().getAsInt();
        for (Part other : others) {
            highest = Math.max(highest, Arrays.stream(other.labels).max().getAsInt());
        }
        return IntStream.rangeClosed(0, highest).mapToObj(Integer::toString).toList();
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
            return Optional.of(new Part(DataFile.of(images.get()), DataFile.of(labels)));
        }
        return Optional.empty();
    }

    private static final class Part {
        private final DataFile imageFile;
        private final DataFile labelFile;
        private final IdxFiles.Images images;
        private final int[] labels;

        private Part(DataFile imageFile, DataFile labelFile) {
            this.imageFile = imageFile;
            this.labelFile = labelFile;
            this.images = IdxFiles.images(imageFile);
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
