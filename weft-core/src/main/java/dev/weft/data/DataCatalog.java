package dev.weft.data;

import dev.weft.io.InputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Opens images by name or folder, lists the names of all data, and inspects it. {@link TextSource} opens text. Loads no libtorch. */
public final class DataCatalog {
    private DataCatalog() {}

    /** Does what {@link #open(String, FolderOptions)} does with the defaults. */
    public static ImageParts open(String nameOrFolder) {
        return open(nameOrFolder, FolderOptions.defaults());
    }

    /**
     * Opens {@code fashion-mnist-10k} (embedded), {@code fashion-mnist} (Debian's package) or a folder, whose kind is found out:
     * IDX files, CIFAR-10 or CIFAR-100 binary files, image record files, or one sub-folder of image files per class.
     *
     * @param options for folders of images; other kinds have one size and colour by format
     * @throws InputException when there is no such data or it is damaged, naming the file
     */
    public static ImageParts open(String nameOrFolder, FolderOptions options) {
        switch (nameOrFolder) {
            case FashionMnist.EMBEDDED:
                return FashionMnist.embedded();
            case FashionMnist.FULL:
                return FashionMnist.full();
            default:
                if (TextSource.names().contains(nameOrFolder)) {
                    throw new InputException(nameOrFolder + " is text, but images are needed here: a folder, or one of "
                            + names(ImageListing.class));
                }
                Path folder = existing(nameOrFolder, "a folder", names(ImageListing.class));
                if (!Files.isDirectory(folder)) {
                    throw new InputException(nameOrFolder
                            + " is not a folder, but images are needed here: a folder, or one of "
                            + names(ImageListing.class));
                }
                return DataKind.of(folder).open(folder, nameOrFolder, options);
        }
    }

    /** Whether a name or path is a folder of image files, whose pictures may be of any size. */
    public static boolean isPictures(String nameOrFolder) {
        return list().stream().noneMatch(known -> known.name().equals(nameOrFolder))
                && Files.isDirectory(Path.of(nameOrFolder))
                && DataKind.of(Path.of(nameOrFolder)) == DataKind.IMAGES;
    }

    /** What can be opened by name. */
    public static List<DataListing> list() {
        boolean installed = Files.isDirectory(FashionMnist.DEBIAN_FOLDER);
        String licence = "MIT (Zalando SE)";
        return List.of(
                new ImageListing(
                        FashionMnist.EMBEDDED,
                        true,
                        10_000,
                        2_000,
                        10,
                        "28x28 grey",
                        licence,
                        "embedded in weft-core's jar"),
                new ImageListing(
                        FashionMnist.FULL,
                        installed,
                        60_000,
                        10_000,
                        10,
                        "28x28 grey",
                        licence,
                        installed
                                ? FashionMnist.DEBIAN_FOLDER.toString()
                                : "sudo apt-get install dataset-fashion-mnist"),
                new TextListing(
                        TextSource.EMBEDDED, true, 1_115_394, 65, "public domain", "embedded in weft-core's jar"));
    }

    private static List<String> names(Class<? extends DataListing> kind) {
        return list().stream().filter(kind::isInstance).map(DataListing::name).toList();
    }

    /**
     * Whether a name or path is text: the name of one, any file, or a folder that has text files and is no kind of image data.
     */
    public static boolean isText(String nameOrPath) {
        if (list().stream().anyMatch(known -> known.name().equals(nameOrPath))) {
            return TextSource.names().contains(nameOrPath);
        }
        try {
            Path path = Path.of(nameOrPath);
            return Files.isRegularFile(path)
                    || Files.isDirectory(path)
                            && !DataKind.hasImages(path)
                            && !TextFiles.in(path).isEmpty();
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Whether a file, by its name, is one that a folder of data is read from; others may lie in the folder and change nothing. */
    public static boolean isDataFile(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String unpacked = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        return ImageFile.hasKnownSuffix(name)
                || unpacked.endsWith(".txt")
                || unpacked.endsWith(".bin")
                || unpacked.endsWith("-ubyte");
    }

    /**
     * Reads all of a text and reports problems rather than failing at the first.
     *
     * @throws InputException when there is no such text
     */
    public static TextInspection inspectText(String nameOrPath) {
        return TextInspection.of(nameOrPath);
    }

    /**
     * Looks at all images of a folder (or named data set) and reports problems rather than failing at the first; every image is decoded.
     *
     * @throws InputException when there is no such folder, or nothing in it is recognised
     */
    public static DataInspection inspect(String nameOrFolder) {
        if (names(ImageListing.class).contains(nameOrFolder)) {
            return DataInspection.of("IDX files", open(nameOrFolder));
        }
        Path folder = existing(nameOrFolder, "a folder of images, a file or folder of text", names(DataListing.class));
        DataKind kind = kind(folder);
        if (kind == DataKind.IMAGES) {
            return ImageFolder.inspect(folder, nameOrFolder);
        }
        try {
            return DataInspection.of(kind.title(), kind.open(folder, nameOrFolder, FolderOptions.defaults()));
        } catch (InputException e) {
            return DataInspection.broken(kind.title(), e.getMessage());
        }
    }

    private static DataKind kind(Path folder) {
        try {
            return DataKind.of(folder);
        } catch (InputException e) {
            throw new InputException(
                    e.getMessage() + "; and no text: that is files whose names end in .txt or .txt.gz", e);
        }
    }

    private static Path existing(String nameOrFolder, String wanted, List<String> names) {
        try {
            Path path = Path.of(nameOrFolder);
            if (!nameOrFolder.isBlank() && Files.exists(path)) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new InputException(
                    "\"" + nameOrFolder + "\" is neither the name of a data set nor a folder: " + e.getReason(), e);
        }
        throw new InputException(String.format(
                Locale.ROOT,
                "Unknown data \"%s\": it must be %s, or one of %s; there is no %s",
                nameOrFolder,
                wanted,
                names,
                Path.of(nameOrFolder).toAbsolutePath()));
    }
}
