package dev.weft.lab.cells;

import dev.weft.lab.cells.GroundTruth.Anchor;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.space.Member;
import dev.weft.train.DataSettings;
import dev.weft.train.Recipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Ten members of the tiniest cell space whose truth is made up, on four classes of noisy stripes. */
public final class TinyTruth {
    private static final int SIDE = 8;

    private TinyTruth() {}

    /** @param folder for the images, which must not be there yet */
    public static GroundTruth in(Path folder) throws IOException {
        Path data = Files.createDirectory(folder);
        write(data, "train", 76, 1);
        write(data, "t10k", 24, 2);
        ModelDefinition model = Presets.named("cell-tiny");
        SplittableRandom random = new SplittableRandom(3);
        List<Anchor> anchors = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Member member = model.space().sample(random);
            anchors.add(new Anchor(member, 1, 10 + i % 3, 100, List.of(0.4 + i / 20.0, 0.41 + i / 21.0)));
        }
        Recipe recipe = new Recipe(
                "tiny",
                "",
                model,
                new DataSettings.Images(data.toString(), 12, 16, null, null, null, 0L),
                GroundTruth.load().recipe().train().withEpochs(1));
        return new GroundTruth(recipe, anchors);
    }

    private static void write(Path data, String part, int count, long seed) throws IOException {
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
        Files.write(data.resolve(part + "-images-idx3-ubyte"), images.array());
        Files.write(data.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }
}
