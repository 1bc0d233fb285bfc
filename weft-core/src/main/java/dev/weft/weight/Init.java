package dev.weft.weight;

import java.util.List;
import java.util.random.RandomGenerator;

/** The values of a weight before training, drawn from a given generator alone, so that they do not depend on any other weight. */
@FunctionalInterface
public interface Init {
    /**
     * @param shape the shape of the stored tensor
     * @param random draws the values
     * @return the values, row by row
     */
    float[] values(List<Integer> shape, RandomGenerator random);

    static Init constant(float value) {
        return (shape, random) -> {
            float[] values = new float[count(shape)];
            java.util.Arrays.fill(values, value);
            return values;
        };
    }

    static Init zeros() {
        return constant(0);
    }

    static Init ones() {
        return constant(1);
    }

    /** The identity, of a square matrix. */
    static Init identity() {
        return (shape, random) -> {
            float[] values = new float[count(shape)];
            for (int i = 0; i < shape.get(0); i++) {
                values[i * shape.get(1) + i] = 1;
            }
            return values;
        };
    }

    /**
     * Normal with standard deviation {@code sqrt(2 / fanOut)}, fan-out being out channels × kernel area: He et al. 2015, as the
     * mobile networks use it.
     */
    static Init heFanOut(int groups) {
        return (shape, random) -> normal(shape, random, Math.sqrt(2.0 * groups / (shape.get(0) * area(shape, 2))));
    }

    /** Uniform in ± {@code 1 / sqrt(fanIn)}, fan-in being all but the first axis: the PyTorch default of linear layers and convolutions. */
    static Init uniformFanIn() {
        return (shape, random) -> uniform(1 / Math.sqrt(area(shape, 1))).values(shape, random);
    }

    /** Uniform in ± {@code bound}. */
    static Init uniform(double bound) {
        return (shape, random) -> {
            float[] values = new float[count(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) bound * (2 * random.nextFloat() - 1);
            }
            return values;
        };
    }

    /** Normal, redrawn beyond two standard deviations, as vision transformers are initialised. */
    static Init truncatedNormal(double std) {
        return (shape, random) -> {
            float[] values = new float[count(shape)];
            for (int i = 0; i < values.length; i++) {
                double draw;
                do {
                    draw = random.nextGaussian();
                } while (Math.abs(draw) > 2);
                values[i] = (float) (std * draw);
            }
            return values;
        };
    }

    private static float[] normal(List<Integer> shape, RandomGenerator random, double std) {
        float[] values = new float[count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (std * random.nextGaussian());
        }
        return values;
    }

    private static int count(List<Integer> shape) {
        return area(shape, 0);
    }

    private static int area(List<Integer> shape, int from) {
        return shape.stream().skip(from).reduce(1, Math::multiplyExact);
    }
}
