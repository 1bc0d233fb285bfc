package dev.weft.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Four classes of noisy stripes of 8×8 pixels, as IDX files: what reproductions are tried on in seconds. */
public final class Stripes {
    private static final int SIDE = 8;

    private Stripes() {}

    /**
     * Writes them, with 24 test images, and returns the folder.
     *
     * @param folder which must not be there yet
     * @param train how many training images
     */
    public static Path in(Path folder, int train) throws IOException {
        Files.createDirectory(folder);
        write(folder, "train", train, 1);
        write(folder, "t10k", 24, 2);
        return folder;
    }

    private static void write(Path folder, String part, int count, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer images = ByteBuffer.allocate(16 + count * SIDE * SIDE);
        images.putInt(2051).putInt(count).putInt(SIDE).putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(2049).putInt(count);
        for (int i = 0; i < count; i++) {
            int label = i % 4;
            labels.put((byte) label);
            for (int p = 0; p < SIDE * SIDE; p++) {
                int place = label < 2 ? p / SIDE : p % SIDE;
                boolean lit = (place / 2) % 2 == label % 2;
                images.put((byte) ((lit ? 180 : 20) + random.nextInt(60)));
            }
        }
        Files.write(folder.resolve(part + "-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }
}
