/**
 * The harness of published systems. What is particular to one stands in its file, which a {@link dev.weft.lab.study.Study} reads (paper,
 * claim, sizes), and in its {@link dev.weft.lab.study.Design} (arms, columns, claims, pictures). Everything else is here, once: {@link
 * dev.weft.lab.study.StudyRun} does seeds times budgets times arms in a folder, keeps what is done and goes on where it was stopped;
 * {@link dev.weft.lab.study.Claim} judges statements; {@link dev.weft.lab.study.StudyResults} is the one document that comes of it, for
 * the table, the page and scripts.
 *
 * <p>Uses weft-core only. {@code docs/studies.md} shows how a study is written.
 */
package dev.weft.lab.study;
