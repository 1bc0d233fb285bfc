package org.example.outside;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.optim.LearningRateSchedule;

// tag::schedule[]
/** The rate falls with the root of time: {@code 1 / √(1 + epochs)}. */
@JsonTypeName("inverse-root")
public record InverseRoot() implements LearningRateSchedule {
    @Override
    public double factor(double epochs, double total) {
        return 1 / Math.sqrt(1 + epochs);
    }
}
// end::schedule[]
