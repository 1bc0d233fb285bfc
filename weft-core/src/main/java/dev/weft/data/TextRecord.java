package dev.weft.data;

import dev.weft.io.InputException;

/**
 * What a run writes down about its text, and compares on resume: see {@link TextSource#record}.
 *
 * @param source a name or a path
 * @param characters Unicode code points
 * @param sha256 of the text as UTF-8
 */
public record TextRecord(String source, int characters, String sha256) {
    public TextRecord {
        if (source == null || sha256 == null || !sha256.matches("[0-9a-f]{64}")) {
            throw new InputException(
                    "The record of a text must have its source and the 64 digits of its SHA-256, but got" + " source="
                            + source + ", sha256=" + sha256 + ".");
        }
    }
}
