import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the embedded Fashion-MNIST subset from the official files: walks each file in order and keeps an image while its class
 * has fewer than 1,000 (training) or 200 (test) of them.
 *
 * <pre>java tools/FashionMnistSubset.java /usr/share/datasets/fashion-mnist weft-core/src/main/resources/dev/weft/data/fashion-mnist-10k</pre>
 *
 * Prints the SHA-256 of what it wrote, before compression, as SOURCE.txt states it.
 */
final class FashionMnistSubset {
    private static final int PIXELS = 28 * 28;

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: java tools/FashionMnistSubset.java OFFICIAL_FOLDER TARGET_FOLDER");
            System.exit(2);
        }
        Path from = Path.of(args[0]);
        Path to = Path.of(args[1]);
        Files.createDirectories(to);
        subset(from, to, "train", 60_000, 1_000);
        subset(from, to, "t10k", 10_000, 200);
    }

    private static void subset(Path from, Path to, String part, int official, int perClass) throws Exception {
        ByteBuffer images = ByteBuffer.allocate(16 + 10 * perClass * PIXELS);
        ByteBuffer labels = ByteBuffer.allocate(8 + 10 * perClass);
        images.putInt(2051).putInt(10 * perClass).putInt(28).putInt(28);
        labels.putInt(2049).putInt(10 * perClass);
        int[] kept = new int[10];
        try (DataInputStream imagesIn = open(from.resolve(part + "-images-idx3-ubyte.gz"), 16);
                DataInputStream labelsIn = open(from.resolve(part + "-labels-idx1-ubyte.gz"), 8)) {
            byte[] image = new byte[PIXELS];
            for (int i = 0; i < official; i++) {
                imagesIn.readFully(image);
                int label = labelsIn.readUnsignedByte();
                if (kept[label]++ < perClass) {
                    images.put(image);
                    labels.put((byte) label);
                }
            }
        }
        write(to.resolve(part + "-images-idx3-ubyte.gz"), images);
        write(to.resolve(part + "-labels-idx1-ubyte.gz"), labels);
    }

    private static DataInputStream open(Path file, int header) throws IOException {
        DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16));
        in.skipNBytes(header);
        return in;
    }

    private static void write(Path file, ByteBuffer content) throws Exception {
        if (content.hasRemaining()) {
            throw new IllegalStateException(file + ": the official files hold too few images of some class");
        }
        try (OutputStream out = Files.newOutputStream(file);
                GZIPOutputStream zipped =
                        new GZIPOutputStream(out) {
                            {
                                def.setLevel(9);
                            }
                        }) {
            zipped.write(content.array());
        }
        byte[] sha = MessageDigest.getInstance("SHA-256").digest(content.array());
        System.out.println(HexFormat.of().formatHex(sha) + "  " + file.getFileName().toString().replace(".gz", ""));
    }
}
