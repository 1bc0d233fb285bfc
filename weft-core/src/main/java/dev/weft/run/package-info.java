/**
 * A run is a folder: {@link dev.weft.run.RunFolder} holds its settings, checkpoints, family and report, and is open in one process
 * at a time; {@link dev.weft.run.RunDatabase} holds its metrics, measured members and events; {@link dev.weft.run.Environment}
 * describes the machine. A killed process leaves a folder that opens again.
 *
 * <p>May import {@code dev.weft.io}, SQLite (through JDBC) and the JDK; nothing of libtorch.
 */
package dev.weft.run;
