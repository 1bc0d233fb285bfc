package dev.weft.generate;

import dev.weft.io.CheckFailedException;
import dev.weft.seed.RandomStream;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Chooses the next token from logits. */
final class TokenDraw {
    private final GenerationSettings settings;
    private final SplittableRandom random;

    TokenDraw(GenerationSettings settings) {
        this.settings = settings;
        this.random = RandomStream.TEXT.random(settings.seed());
    }

    /** The first of the most likely tokens at temperature 0, a draw from softmax(logits / temperature) otherwise. */
    int next(float[] logits) {
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
                throw new CheckFailedException(
                        "The logits of the next token must be numbers, but that of token " + i + " is " + logits[i]
                                + ": the weights of this member are broken or too large. Use another checkpoint.");
            }
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return settings.temperature() == 0 ? best : draw(logits, logits[best]);
    }

    private int draw(float[] logits, float largest) {
        int[] candidates = settings.topK() == 0 || settings.topK() >= logits.length
                ? IntStream.range(0, logits.length).toArray()
                : IntStream.range(0, logits.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -logits[i])) // stable: the first of equals stay
                        .limit(settings.topK())
                        .mapToInt(Integer::intValue)
                        .toArray();
        double[] upTo = new double[candidates.length];
        double sum = 0;
        for (int i = 0; i < candidates.length; i++) {
            sum += Math.exp((logits[candidates[i]] - largest) / settings.temperature());
            upTo[i] = sum;
        }
        double point = random.nextDouble() * sum;
        int drawn = 0;
        while (drawn < candidates.length - 1 && upTo[drawn] <= point) {
            drawn++;
        }
        return candidates[drawn];
    }
}
