/**
 * How sure a number is: {@link dev.weft.stats.Proportion} is a share of a finite number of trials with its interval. Plain Java;
 * imports no other package of Weft, so that every one may use it.
 */
package dev.weft.stats;
