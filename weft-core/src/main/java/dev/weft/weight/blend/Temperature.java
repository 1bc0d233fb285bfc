package dev.weft.weight.blend;

import dev.weft.io.InputException;

/**
 * The temperature of a relaxed draw, linear over a run: high at first, so that every option gets gradient, low in the end, so that
 * a draw is nearly one option.
 *
 * @param from at the start of the run, above 0
 * @param to at its end, above 0
 */
public record Temperature(double from, double to) {
    public Temperature {
        if (!(from > 0 && to > 0 && Double.isFinite(from + to))) {
            throw new InputException("A temperature must have from > 0 and to > 0, both finite, but got from=" + from
                    + ", to=" + to + ". Typical: from 10 to 0.1 (gumbel), from 1 to 0.33 (gumbel-softmax).");
        }
    }

    /** @param progress the part of the run that has passed, 0 to 1 */
    public double at(double progress) {
        if (!(progress >= 0 && progress <= 1)) {
            throw new IllegalArgumentException("progress must lie in 0..1, but is " + progress);
        }
        return (1 - progress) * from + progress * to; // exact at both ends
    }
}
