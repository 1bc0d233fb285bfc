package dev.weft.data;

import dev.weft.io.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Fashion-MNIST (Zalando SE, MIT licence): the subset in this jar, and the full set where Debian's package is installed. */
public final class FashionMnist {
    /** What {@link DataCatalog#open} calls the embedded subset. */
    public static final String EMBEDDED = "fashion-mnist-10k";

    /** What {@link DataCatalog#open} calls the full set. */
    public static final String FULL = "fashion-mnist";

    public static final List<String> CLASSES = List.of(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    static final Path DEBIAN_FOLDER = Path.of("/usr/share/datasets/fashion-mnist");

    /** SHA-256 of the 60,000 official training labels: how a folder of unnamed IDX files is known to be Fashion-MNIST. */
    private static final String OFFICIAL_LABELS = "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7";

    private FashionMnist() {}

    /** The first 1,000 training and 200 test images of every class, out of this jar: no file, no network. */
    public static ImageParts embedded() {
        return new ImageParts(EMBEDDED, part("train", "train"), Optional.empty(), Optional.of(part("test", "t10k")));
    }

    /**
     * All 60,000 training and 10,000 test images.
     *
     * @throws InputException with the command that installs them, where they are missing
     */
    public static ImageParts full() {
        return full(DEBIAN_FOLDER);
    }

    static ImageParts full(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s needs the folder %s, which is not there: install it with `sudo apt-get install dataset-fashion-mnist` (Debian, Ubuntu), give a folder that holds the four IDX files, or use the embedded %s",
                    FULL,
                    folder,
                    EMBEDDED));
        }
        return IdxFolder.open(folder, FULL, CLASSES);
    }

    static boolean areOfficialLabels(int[] labels) {
        return labels.length == 60_000 && Sha256.ofBytes(labels).equals(OFFICIAL_LABELS);
    }

    private static ImageDataset part(String part, String prefix) {
        DataFile images = DataFile.ofResource(EMBEDDED + "/" + prefix + "-images-idx3-ubyte.gz");
        DataFile labels = DataFile.ofResource(EMBEDDED + "/" + prefix + "-labels-idx1-ubyte.gz");
        return IdxFolder.part(EMBEDDED, part, IdxFiles.images(images), IdxFiles.labels(labels), CLASSES);
    }
}
