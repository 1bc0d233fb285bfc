/**
 * How parameters move: {@link dev.weft.optim.Optimizer optimisers}, {@link dev.weft.optim.LearningRateSchedule schedules} of their rate,
 * {@link dev.weft.optim.Clipping clipping}, exceptions by name ({@link dev.weft.optim.ParameterGroup}), steps that members take on their own
 * ({@link dev.weft.optim.Reptile}) and averages of weights ({@link dev.weft.optim.Averaging}). Each is a setting, as data, beside what does
 * its work. Knows tensors by name, and no member. May use {@code model}, {@code weight}, {@code ops} and {@code io}.
 */
package dev.weft.optim;
