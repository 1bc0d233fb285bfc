package org.example.outside;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.data.Augmentation;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.ImageBatches;
import dev.weft.data.ImageDataset;
import dev.weft.data.ImageParts;
import dev.weft.data.ImageSplits;
import dev.weft.data.InMemoryImages;
import dev.weft.data.SplitShares;
import dev.weft.data.Splits;
import dev.weft.io.InputException;
import dev.weft.model.ImageInput;
import dev.weft.recipe.DataSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

// tag::data[]
/**
 * Grey images in a table: a line for each, its class and then its pixels row by row, {@code cat,0,12,255,…}.
 *
 * @param source the file
 * @param side of the images, in pixels
 * @param splitSeed of the draw of the splits; absent for the run's seed
 */
@JsonTypeName("pixel-table")
public record PixelTable(
        String source,
        int side,
        @JsonProperty(defaultValue = "32") int batchSize,
        @JsonInclude(JsonInclude.Include.NON_NULL) Long splitSeed)
        implements DataSettings {
    @Override
    public PixelTable withSource(String other) {
        return new PixelTable(other, side, batchSize, splitSeed);
    }

    @Override
    public PixelTable withBatchSize(int size) {
        return new PixelTable(source, side, size, splitSeed);
    }

    @Override
    public PixelTable withSplitsOf(long seed) {
        return splitSeed == null ? new PixelTable(source, side, batchSize, seed) : this;
    }

    @Override
    public long splitSeed(long seed) {
        return splitSeed == null ? seed : splitSeed;
    }

    @Override
    public ImageSplits open(long seed) {
        ImageParts parts = new ImageParts(source, images(), Optional.empty(), Optional.empty());
        return ImageSplits.of(parts, SplitShares.DEFAULT, splitSeed(seed));
    }

    @Override
    public ImageInput input(Splits splits) {
        return DataSettings.Images.ofImages((ImageSplits) splits);
    }

    @Override
    public Batches batches(Dataset train, long seed) {
        return new ImageBatches((ImageDataset) train, batchSize, seed, Augmentation.none());
    }

    private ImageDataset images() {
        List<String[]> rows = new ArrayList<>();
        try {
            Files.readAllLines(Path.of(source)).forEach(line -> rows.add(line.split(",")));
        } catch (IOException e) {
            throw new InputException("Cannot read the table of pixels " + source + ": " + e.getMessage() + ".", e);
        }
        TreeSet<String> names = new TreeSet<>();
        rows.forEach(row -> names.add(row[0]));
        List<String> classes = List.copyOf(names);
        byte[] pixels = new byte[rows.size() * side * side];
        int[] labels = new int[rows.size()];
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            String[] row = rows.get(i);
            if (row.length != side * side + 1) {
                throw new InputException(source + " line " + (i + 1) + ": must have a class and " + side * side
                        + " pixels, but has " + row.length + " cells.");
            }
            labels[i] = classes.indexOf(row[0]);
            ids.add("line/" + (i + 1));
            for (int p = 0; p < side * side; p++) {
                pixels[i * side * side + p] = (byte) Integer.parseInt(row[p + 1]);
            }
        }
        return InMemoryImages.of(source, classes, 1, side, side, pixels, labels, ids);
    }
}
// end::data[]
