package dev.weft.data;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Mean and standard deviation per channel on the scale 0 to 1 (pixel / 255). The model's first layer applies them:
 * {@code (pixel / 255 - mean) / std}.
 */
public record Normalisation(List<Double> mean, List<Double> std) {
    public Normalisation {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.isEmpty() || mean.size() != std.size()) {
            throw new IllegalArgumentException("mean and std need one value per channel: " + mean + ", " + std);
        }
        if (mean.stream().anyMatch(m -> !Double.isFinite(m))
                || std.stream().anyMatch(s -> !(s > 0 && s < Double.POSITIVE_INFINITY))) {
            throw new IllegalArgumentException("mean must be finite and std above 0: " + mean + ", " + std);
        }
    }

    /**
     * The exact mean and (population) standard deviation of all pixels; give it the training split only. A channel in which all
     * pixels are equal gets the standard deviation 1.
     */
    public static Normalisation of(ImageDataset train) {
        // Counting byte values keeps the sums exact, so threads may count in any order.
        int plane = train.height() * train.width();
        long[][] counts = IntStream.range(0, train.size())
                .parallel()
                .collect(
                        () -> new long[train.channels()][256],
                        (counted, index) -> count(train, index, plane, counted),
                        Normalisation::add);
        List<Double> mean = new ArrayList<>();
        List<Double> std = new ArrayList<>();
        double pixels = (double) train.size() * plane;
        for (long[] channel : counts) {
            double sum = 0;
            for (int value = 0; value < 256; value++) {
                sum += (double) channel[value] * value;
            }
            double average = sum / pixels;
            double squares = 0;
            for (int value = 0; value < 256; value++) {
                squares += channel[value] * (value - average) * (value - average);
            }
            mean.add(average / 255);
            std.add(squares == 0 ? 1.0 : Math.sqrt(squares / pixels) / 255);
        }
        return new Normalisation(mean, std);
    }

    private static void count(ImageDataset data, int index, int plane, long[][] counts) {
        byte[] image = new byte[data.exampleBytes()];
        data.pixels(index, image, 0);
        for (int p = 0; p < image.length; p++) {
            counts[p / plane][image[p] & 0xFF]++;
        }
    }

    private static void add(long[][] counts, long[][] more) {
        for (int channel = 0; channel < counts.length; channel++) {
            for (int value = 0; value < 256; value++) {
                counts[channel][value] += more[channel][value];
            }
        }
    }
}
