/**
 * The small cell space in which gradient matching and PA&amp;DA are measured, and what is known of it: {@link
 * dev.weft.lab.cells.GroundTruth} holds members that were trained alone, {@link dev.weft.lab.cells.AnchorRanking} says how well the
 * weights of a family rank them. May use weft-core only.
 */
package dev.weft.lab.cells;
