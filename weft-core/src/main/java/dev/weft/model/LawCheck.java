package dev.weft.model;

import dev.weft.io.CheckFailedException;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * The law of extraction, tried on some inputs: a member inside its family and its stand-alone model give the same output, as far as the
 * family's sharings say.
 *
 * @param difference the largest between two numbers of the outputs; infinite when one of them is not a number
 * @param largest number of the member's output, without its sign
 */
public record LawCheck(double difference, double largest) {
    /** What rounding may make of an output, as a part of its largest number. */
    public static final double ROUNDING = 1e-5;

    /**
     * Runs both.
     *
     * @param pass an evaluation of the member
     * @param alone its stand-alone model, as {@link Family#extract} makes it
     * @param inputs of the model, of any batch size
     */
    public static LawCheck of(Family family, Pass pass, Family alone, Bundle inputs) {
        Pass own = Pass.evaluation(
                Member.PLAIN, alone.members().get(Family.EXTRACTED).statistics());
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Bundle inside = family.forward(inputs, pass);
            Bundle outside = alone.forward(inputs, own);
            LawCheck all = new LawCheck(0, 0);
            for (String name : inside.tensors().keySet()) {
                LawCheck one = of(Tensors.floats(inside.get(name)), Tensors.floats(outside.get(name)));
                all = new LawCheck(Math.max(all.difference, one.difference), Math.max(all.largest, one.largest));
            }
            return all;
        }
    }

    private static LawCheck of(float[] inside, float[] outside) {
        double difference = inside.length == outside.length ? 0 : Double.POSITIVE_INFINITY;
        double largest = 0;
        for (int i = 0; i < Math.min(inside.length, outside.length); i++) {
            double one = Math.abs((double) inside[i] - outside[i]);
            difference = Math.max(difference, Double.isNaN(one) ? Double.POSITIVE_INFINITY : one);
            largest = Math.max(largest, Math.abs(inside[i]));
        }
        return new LawCheck(difference, largest);
    }

    /**
     * Refuses a stand-alone model that is another one than the member.
     *
     * @param tolerance as {@link Family#tolerance} says; {@value #ROUNDING} is allowed in any case, for kernels of other machines may add
     *     in another order
     * @throws CheckFailedException when the difference is over that part of the largest number
     */
    public void requireWithin(double tolerance, String member) {
        double allowed = Math.max(tolerance, ROUNDING);
        if (!(difference <= allowed * largest)) {
            throw new CheckFailedException(String.format(
                    Locale.ROOT,
                    "The stand-alone model of member \"%s\" must give the member's output to %s of its largest number, %s, but differs by %s."
                            + " Nothing was written. A way of sharing weights does not keep its word here: report it with the recipe.",
                    member,
                    allowed,
                    largest,
                    difference));
        }
    }
}
