package dev.weft.data;

import dev.weft.data.RecordFiles.Layout;
import dev.weft.data.RecordFiles.Records;
import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Folders of record files (each may end in {@code .gz}): CIFAR-10 ({@code data_batch_1.bin} and so on, {@code test_batch.bin}),
 * CIFAR-100 ({@code train.bin}, {@code test.bin} with two label bytes), and image record files ({@code train.bin},
 * {@code test.bin}, perhaps {@code val.bin}, with {@code classes.txt}; the side follows from the length).
 */
final class RecordFolder {
    static final Layout CIFAR_10 = new Layout(32, 1);
    static final Layout CIFAR_100 = new Layout(32, 2);

    private RecordFolder() {}

    static boolean isCifar10(Folder folder) {
        return folder.files().stream().anyMatch(name -> name.matches("data_batch_\\d+\\.bin(\\.gz)?"));
    }

    /** Record files; without {@code classes.txt} they are CIFAR-100. */
    static boolean isTrainAndTest(Folder folder) {
        return folder.find("train.bin").isPresent() || folder.find("test.bin").isPresent();
    }

    static boolean isCifar100(Folder folder) {
        return isTrainAndTest(folder) && !folder.files().contains("classes.txt");
    }

    static ImageParts openCifar10(Path path, String name) {
        Folder folder = Folder.of(path);
        List<Records> train = new ArrayList<>();
        for (String file : folder.files()) {
            if (file.matches("data_batch_\\d+\\.bin(\\.gz)?")) {
                train.add(new Records(DataFile.of(path.resolve(file))));
            }
        }
        return parts(
                name,
                train,
                folder.find("test_batch.bin"),
                Optional.empty(),
                CIFAR_10,
                folder.lines("batches.meta.txt"));
    }

    static ImageParts openCifar100(Path path, String name) {
        Folder folder = Folder.of(path);
        List<Records> train = List.of(new Records(DataFile.of(trainFile(folder))));
        return parts(
                name,
                train,
                folder.find("test.bin"),
                Optional.empty(),
                CIFAR_100,
                folder.lines("fine_label_names.txt"));
    }

    static ImageParts openRecords(Path path, String name) {
        Folder folder = Folder.of(path);
        List<String> classes = folder.lines("classes.txt").orElseThrow();
        Records train = new Records(DataFile.of(trainFile(folder)));
        Layout layout = RecordFiles.layoutOf(train, classes.size());
        return parts(
                name, List.of(train), folder.find("test.bin"), folder.find("val.bin"), layout, Optional.of(classes));
    }

    private static Path trainFile(Folder folder) {
        return folder.find("train.bin")
                .orElseThrow(() ->
                        new InputException(folder.path() + " must hold train.bin or train.bin.gz beside test.bin"));
    }

    private static ImageParts parts(
            String name,
            List<Records> train,
            Optional<Path> testFile,
            Optional<Path> validationFile,
            Layout layout,
            Optional<List<String>> named) {
        Optional<Records> test = testFile.map(file -> new Records(DataFile.of(file)));
        Optional<Records> validation = validationFile.map(file -> new Records(DataFile.of(file)));
        List<String> classes = named.orElseGet(() -> {
            List<Records> all = new ArrayList<>(train);
            test.ifPresent(all::add);
            int highest = all.stream()
                    .mapToInt(r -> RecordFiles.highestLabel(r, layout))
                    .max()
                    .getAsInt();
            return IntStream.rangeClosed(0, highest).mapToObj(Integer::toString).toList();
        });
        return new ImageParts(
                name,
                part(name, "train", classes, train, layout),
                validation.map(v -> part(name, "val", classes, List.of(v), layout)),
                test.map(t -> part(name, "test", classes, List.of(t), layout)));
    }

    private static ImageDataset part(
            String source, String part, List<String> classes, List<Records> files, Layout layout) {
        return RecordFiles.read(source + "/" + part, classes, files, layout, InMemoryImages.numbered(part));
    }
}
