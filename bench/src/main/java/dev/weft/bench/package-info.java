/**
 * The benchmarks of {@code bench/run}, one class each: speed and memory of training, members and search. A benchmark measures,
 * prints a table and returns a {@link dev.weft.bench.Result}; {@link dev.weft.bench.Results} keeps it as a line of JSON. May import
 * everything in {@code weft-core}; nothing imports it.
 */
package dev.weft.bench;
