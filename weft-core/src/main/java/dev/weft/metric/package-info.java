/**
 * What members are measured by. A {@link dev.weft.metric.Metric} says once what a number is called, which direction is better and how
 * people read it; searches, tables, pages and labels ask it. {@link dev.weft.metric.Metrics} is the list of those there are. May use
 * {@code dev.weft.io}.
 */
package dev.weft.metric;
