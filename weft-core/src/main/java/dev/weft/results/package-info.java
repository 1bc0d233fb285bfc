/**
 * What a run came to, in words, tables and pictures: {@link dev.weft.results.RunReports} makes its page,
 * {@link dev.weft.results.RunMetrics} its table of numbers, {@link dev.weft.results.RunComparison} sets several runs beside each other. Reads
 * the files of a run, and writes nothing into it but its report. The pages themselves are of {@code report}, which knows no run.
 */
package dev.weft.results;
