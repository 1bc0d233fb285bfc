package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.seed.Mix;
import dev.weft.seed.RandomStream;
import java.util.Locale;

/**
 * Training batches of a text: windows that start anywhere in the split, drawn from seed and step alone. An epoch is as many steps as
 * read as many tokens as the split has.
 */
public final class TextBatches implements Batches {
    private final TextWindows data;
    private final int batchSize;
    private final long seed;

    /**
     * @throws InputException when the split does not fill one batch
     */
    public TextBatches(TextWindows data, int batchSize, long seed) {
        int full = fullWindows(data);
        if (batchSize < 1 || batchSize > full) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "batchSize must be from 1 to the number of windows of %d tokens, %d in %s, but is %d",
                    data.contextLength(),
                    full,
                    data.name(),
                    batchSize));
        }
        data.requireFits(batchSize);
        this.data = data;
        this.batchSize = batchSize;
        this.seed = seed;
    }

    private static int fullWindows(TextWindows data) {
        return (data.to() - data.from() - 1) / data.contextLength();
    }

    @Override
    public long stepsPerEpoch() {
        return fullWindows(data) / batchSize;
    }

    @Override
    public Batch batch(long step) {
        return data.windows(starts(step), data.contextLength());
    }

    /** The places in the whole text where the windows of a step start. */
    int[] starts(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("steps count from 0, not " + step);
        }
        int places = data.to() - data.from() - data.contextLength(); // the last has one token after its window
        int[] starts = new int[batchSize];
        for (int i = 0; i < batchSize; i++) {
            starts[i] = data.from() + Mix.below(places, RandomStream.ORDER.bits(seed, step, i));
        }
        return starts;
    }
}
