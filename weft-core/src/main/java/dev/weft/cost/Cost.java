package dev.weft.cost;

import dev.weft.space.Member;
import java.util.function.ToDoubleFunction;

/** One number that a member costs; less is better. Implementations may be asked from several threads at once. */
public interface Cost {
    /** Trainable numbers the member uses. */
    String PARAMS = "params";
    /** Multiply-adds of one image. */
    String MACS = "macs";
    /** Of the float32 weights and batch-norm statistics. */
    String BYTES = "bytes";
    /** The median time of one run. */
    String LATENCY_P50 = "latencyMillisP50";
    /** The time that 99 of 100 runs keep to. */
    String LATENCY_P99 = "latencyMillisP99";

    /** As in tables, constraints and JSON: one of the constants, or a name of one's own. */
    String name();

    /** For people: {@code "multiply-adds"}, {@code "ms"}. */
    String unit();

    double of(Member member);

    static Cost of(String name, String unit, ToDoubleFunction<Member> function) {
        return new Cost() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public String unit() {
                return unit;
            }

            @Override
            public double of(Member member) {
                return function.applyAsDouble(member);
            }
        };
    }
}
