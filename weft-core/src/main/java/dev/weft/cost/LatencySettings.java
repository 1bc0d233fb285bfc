package dev.weft.cost;

import dev.weft.io.InputException;

/**
 * How a latency is measured.
 *
 * @param threads that one run may use
 * @param batch images a run
 * @param warmup runs before anything is timed, each time that a model is loaded
 * @param rounds of timing, each with the model loaded anew
 * @param repeats the fewest runs of a round
 * @param roundMillis the least time of a round, and so more runs of a fast model
 */
public record LatencySettings(int threads, int batch, int warmup, int rounds, int repeats, int roundMillis) {
    /** One thread, one image, three rounds of at least 50 runs and 100 ms. */
    public static final LatencySettings DEFAULT = new LatencySettings(1, 1, 10, 3, 50, 100);

    public LatencySettings {
        if (threads < 1 || batch < 1 || warmup < 0 || rounds < 1 || repeats < 1 || roundMillis < 0) {
            throw new InputException("A latency needs at least one thread, image, round and repeat, but got threads="
                    + threads + ", batch=" + batch + ", warmup=" + warmup + ", rounds=" + rounds + ", repeats="
                    + repeats
                    + ", roundMillis=" + roundMillis + ".");
        }
    }

    public LatencySettings withThreads(int other) {
        return new LatencySettings(other, batch, warmup, rounds, repeats, roundMillis);
    }
}
