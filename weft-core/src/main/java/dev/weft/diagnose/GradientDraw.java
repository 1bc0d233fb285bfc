package dev.weft.diagnose;

import dev.weft.data.Batch;
import dev.weft.space.Member;
import java.util.List;

/**
 * What one step's gradient is made of: the gradient of {@code Σ weight · loss(member, batch)} over its terms. Several terms are the
 * members of a sandwich, or accumulated batches.
 */
public record GradientDraw(List<Term> terms) {
    /**
     * The loss of one member on one batch.
     *
     * @param batch its tensors belong to the caller's scope
     * @param weight of the loss: {@code 1 / (M q)} makes a member drawn with probability q of M members unbiased
     * @param exampleWeights of each example's loss before their mean, {@code 1 / (N p)} likewise; empty for 1 each
     */
    public record Term(Member member, Batch batch, double weight, List<Double> exampleWeights) {
        public Term {
            exampleWeights = List.copyOf(exampleWeights);
            if (!exampleWeights.isEmpty() && exampleWeights.size() != batch.size()) {
                throw new IllegalArgumentException("A batch of " + batch.size()
                        + " examples must have as many weights or none, but has " + exampleWeights.size() + ".");
            }
            if (!Double.isFinite(weight) || exampleWeights.stream().anyMatch(w -> !Double.isFinite(w))) {
                throw new IllegalArgumentException(
                        "Weights must be finite, but got " + weight + " and " + exampleWeights + ".");
            }
        }
    }

    public GradientDraw {
        terms = List.copyOf(terms);
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("A gradient must have a term, but none was drawn.");
        }
    }

    /** One member on one batch. */
    public static GradientDraw of(Member member, Batch batch) {
        return of(member, batch, 1);
    }

    /** One member on one batch, its loss times {@code weight}. */
    public static GradientDraw of(Member member, Batch batch, double weight) {
        return new GradientDraw(List.of(new Term(member, batch, weight, List.of())));
    }
}
