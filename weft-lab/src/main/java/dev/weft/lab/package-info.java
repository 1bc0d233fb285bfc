/**
 * Published systems as experiments: arms that are trained, a table with spread, and a verdict on each part of the paper's claim.
 * {@link dev.weft.lab.Reproduction} is one system, {@link dev.weft.lab.Experiment} its folder, {@link dev.weft.lab.Claim} what is
 * judged. Each system is a package of its own beneath and one line in {@link dev.weft.lab.Reproductions}. May use weft-core only.
 */
package dev.weft.lab;
