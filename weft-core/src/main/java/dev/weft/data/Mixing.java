package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Training images that are mixed with others of their batch, and their labels with them: <i>mixup</i> adds two images (Zhang et al. 2018,
 * "mixup: Beyond Empirical Risk Minimization"), <i>cutmix</i> puts a rectangle of one into the other (Yun et al. 2019, "CutMix"). Each
 * image has the one at its place from the end as its partner; how much of each is drawn once for a batch, from a beta distribution.
 *
 * @param mixup α of the beta distribution of its share; 0 for none. 0.2 and 0.8 are usual
 * @param cutmix α of the beta distribution of its share; 0 for none. 1 is usual
 * @param probability of a batch to be mixed at all
 * @param switchProbability where there are both, of cutmix
 */
public record Mixing(
        @JsonProperty(defaultValue = "0.0") double mixup,
        @JsonProperty(defaultValue = "0.0") double cutmix,
        @JsonProperty(defaultValue = "1.0") double probability,
        @JsonProperty(defaultValue = "0.5") double switchProbability) {
    private static final double MOST_ALPHA = 2; // drawn by rejection, which takes long beyond

    public Mixing {
        if (!(mixup >= 0 && mixup <= MOST_ALPHA && cutmix >= 0 && cutmix <= MOST_ALPHA && mixup + cutmix > 0)) {
            throw new InputException("data.mixing must have mixup and cutmix from 0 to " + MOST_ALPHA
                    + ", one of them over 0, but got mixup=" + mixup + ", cutmix=" + cutmix + ".");
        }
        if (!(probability > 0 && probability <= 1 && switchProbability >= 0 && switchProbability <= 1)) {
            throw new InputException(
                    "data.mixing must have a probability over 0, it and switchProbability at most 1, but got"
                            + " probability=" + probability + ", switchProbability=" + switchProbability + ".");
        }
    }

    /** A batch of mixed images, which belongs to the caller's scope; the batch itself where none is mixed. */
    Batch mix(Batch batch, RandomGenerator random) {
        if (random.nextDouble() >= probability) {
            return batch;
        }
        boolean cut = cutmix > 0 && (mixup == 0 || random.nextDouble() < switchProbability);
        double share = beta(cut ? cutmix : mixup, random);
        return cut ? cutmix(batch, share, random) : mixup(batch, share);
    }

    /** @param share of the image itself; its partner has the rest */
    static Batch mixup(Batch batch, double share) {
        Tensor images = batch.inputs().only();
        Tensor mixed = images.mul(new Scalar(share)).add_(turned(images), new Scalar(1 - share));
        return mixed(batch, mixed, share);
    }

    /** @param share that the image itself should keep; it keeps more where the rectangle reaches over the edge */
    private static Batch cutmix(Batch batch, double share, RandomGenerator random) {
        int height = (int) batch.inputs().only().size(2);
        int width = (int) batch.inputs().only().size(3);
        int boxHeight = (int) (height * Math.sqrt(1 - share));
        int boxWidth = (int) (width * Math.sqrt(1 - share));
        int y = random.nextInt(height);
        int x = random.nextInt(width);
        int top = Math.max(0, y - boxHeight / 2);
        int left = Math.max(0, x - boxWidth / 2);
        int bottom = Math.min(height, y + boxHeight / 2);
        int right = Math.min(width, x + boxWidth / 2);
        return cutmix(batch, top, left, bottom - top, right - left);
    }

    static Batch cutmix(Batch batch, int top, int left, int height, int width) {
        Tensor images = batch.inputs().only();
        if (height == 0 || width == 0) {
            return batch;
        }
        Tensor mixed = images.clone();
        mixed.narrow(2, top, height)
                .narrow(3, left, width)
                .copy_(turned(images).narrow(2, top, height).narrow(3, left, width));
        double part = (double) height * width / (images.size(2) * images.size(3));
        return mixed(batch, mixed, 1 - part);
    }

    private static Batch mixed(Batch batch, Tensor images, double share) {
        Batch.Mixture mixture = new Batch.Mixture(turned(batch.labels()), share);
        return new Batch(batch.inputs().map(unmixed -> images), batch.targets(), batch.indices(), Optional.of(mixture));
    }

    private static Tensor turned(Tensor examples) {
        return examples.flip(0);
    }

    /**
     * A draw of Beta(α, α) by the method of Jöhnk (1964): of two powers of uniform numbers whose sum is at most 1, the part of the first. In
     * logarithms, because for a small α both would be 0.
     */
    static double beta(double alpha, RandomGenerator random) {
        while (true) {
            double first = StrictMath.log(1 - random.nextDouble()) / alpha; // of a number over 0
            double second = StrictMath.log(1 - random.nextDouble()) / alpha;
            if (StrictMath.exp(first) + StrictMath.exp(second) <= 1) {
                return 1 / (1 + StrictMath.exp(second - first));
            }
        }
    }
}
