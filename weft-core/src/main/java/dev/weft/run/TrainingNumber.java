package dev.weft.run;

/**
 * One number of training.
 *
 * @param role which member of the step it is about, such as {@code largest}
 * @param name what it is, such as {@code loss}
 * @param value may be NaN or infinite: that is when it is needed most
 * @param seconds since the run began
 */
public record TrainingNumber(long step, String role, String name, double value, double seconds) {}
