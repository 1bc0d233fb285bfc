package dev.weft.data;

import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The kinds of data folder, in the order in which they are recognised. */
enum DataKind {
    IDX("IDX files") {
        @Override
        boolean matches(Folder folder) {
            return IdxFolder.matches(folder);
        }

        @Override
        ImageParts open(Path path, String name, FolderOptions options) {
            return IdxFolder.open(path, name, List.of());
        }
    },
    CIFAR_10("CIFAR-10 binary files") {
        @Override
        boolean matches(Folder folder) {
            return RecordFolder.isCifar10(folder);
        }

        @Override
        ImageParts open(Path path, String name, FolderOptions options) {
            return RecordFolder.openCifar10(path, name);
        }
    },
    CIFAR_100("CIFAR-100 binary files") {
        @Override
        boolean matches(Folder folder) {
            return RecordFolder.isCifar100(folder);
        }

        @Override
        ImageParts open(Path path, String name, FolderOptions options) {
            return RecordFolder.openCifar100(path, name);
        }
    },
    RECORDS("image record files") {
        @Override
        boolean matches(Folder folder) {
            return RecordFolder.isTrainAndTest(folder);
        }

        @Override
        ImageParts open(Path path, String name, FolderOptions options) {
            return RecordFolder.openRecords(path, name);
        }
    },
    IMAGES("folder of images") {
        @Override
        boolean matches(Folder folder) {
            return !folder.folders().isEmpty();
        }

        @Override
        ImageParts open(Path path, String name, FolderOptions options) {
            return ImageFolder.open(path, name, options);
        }
    };

    private final String title;

    DataKind(String title) {
        this.title = title;
    }

    /** The kind in words. */
    String title() {
        return title;
    }

    abstract boolean matches(Folder folder);

    abstract ImageParts open(Path path, String name, FolderOptions options);

    /** Whether a folder is binary image files, or has pictures in its sub-folders. */
    static boolean hasImages(Path path) {
        Folder folder = Folder.of(path);
        return Stream.of(values()).anyMatch(kind -> kind != IMAGES && kind.matches(folder))
                || folder.folders().stream()
                        .anyMatch(name -> !TextFiles.walk(path.resolve(name), ImageFile::hasKnownSuffix)
                                .isEmpty());
    }

    /**
     * The kind of a folder.
     *
     * @throws InputException when it is none of them
     */
    static DataKind of(Path path) {
        Folder folder = Folder.of(path);
        for (DataKind kind : values()) {
            if (kind.matches(folder)) {
                return kind;
            }
        }
        throw new InputException(path
                + " holds no images that Weft knows: it must have one sub-folder of PNG, JPEG, BMP or GIF files per class,"
                + " or IDX files (train-images-idx3-ubyte), or CIFAR binary files (data_batch_1.bin, or train.bin),"
                + " or image record files (train.bin with classes.txt)");
    }
}
