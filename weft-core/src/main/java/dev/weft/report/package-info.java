/**
 * Results as one self-contained HTML page. {@link dev.weft.report.RunReport} holds everything that the page of a run shows,
 * {@link dev.weft.report.ExperimentReport} everything that the page of {@code weft reproduce} shows,
 * {@link dev.weft.report.DiagnosisReport} that of {@code weft diagnose}, and {@link dev.weft.report.ReportWriter} turns each into a file
 * that opens without a network.
 *
 * <p>The records are plain values, filled by whoever reads the run folder. This package imports {@code dev.weft.io}
 * and {@code dev.weft.stats}, nothing else of Weft and nothing of libtorch. All pages have one style, {@code style.css}.
 */
package dev.weft.report;
