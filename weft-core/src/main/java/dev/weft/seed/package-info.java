/**
 * Where all random numbers of Weft come from. A user gives one seed; {@link dev.weft.seed.RandomStream} turns it into the numbers for
 * one purpose, such as {@code WEIGHTS} or {@code SEARCH}, so that neither two seeds nor two purposes of one seed share numbers at any
 * shift. To draw something new, add a constant with a code of its own. No other class makes a generator; a test of the architecture
 * holds that.
 */
package dev.weft.seed;
