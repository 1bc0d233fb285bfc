package dev.weft.examples;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** A folder of small grey pictures in two classes that a tiny network tells apart. */
final class Pictures {
    static final int SIZE = 16;

    private Pictures() {}

    static void write(Path folder, int each) {
        SplittableRandom random = new SplittableRandom(3);
        try {
            for (String name : new String[] {"dark", "light"}) {
                Path own = Files.createDirectories(folder.resolve(name));
                for (int i = 0; i < each; i++) {
                    ImageIO.write(
                            picture(name.equals("light") ? 128 : 0, random),
                            "png",
                            own.resolve("%03d.png".formatted(i)).toFile());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BufferedImage picture(int least, SplittableRandom random) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                image.getRaster().setSample(x, y, 0, least + random.nextInt(128));
            }
        }
        return image;
    }
}
