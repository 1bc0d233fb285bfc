/**
 * The small cell space in which gradient matching and PA&amp;DA are measured, and what is known of it: {@link
 * dev.weft.lab.cells.GroundTruth} holds members that were trained alone here, {@link dev.weft.lab.cells.PublicTable} what the benchmark has
 * of all cells, {@link dev.weft.lab.cells.CellRanking} says how well the weights of a family rank them. May use weft-core only.
 */
package dev.weft.lab.cells;
