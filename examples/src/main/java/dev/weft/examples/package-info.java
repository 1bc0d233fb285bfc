/**
 * Small programs that the documentation shows and the tests run: {@link dev.weft.examples.TrainPickExport} trains a family and ships
 * one of its members, {@link dev.weft.examples.Predict} uses what was shipped, and {@link dev.weft.examples.MaskedWeights} adds a way
 * of sharing weights. Not published.
 */
package dev.weft.examples;
