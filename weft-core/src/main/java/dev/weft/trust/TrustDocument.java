package dev.weft.trust;

import dev.weft.io.AtomicFile;
import dev.weft.io.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code trust.json} holds; the same members and settings give the same bytes. See {@code docs/file-formats.md}.
 *
 * @param source where scores and truth come from, in words
 * @param unit of truths, regrets and gaps
 * @param report what was found
 */
public record TrustDocument(int formatVersion, Map<String, String> source, String unit, TrustReport report) {
    private static final int FORMAT_VERSION = 1;

    public TrustDocument {
        source = Collections.unmodifiableMap(new LinkedHashMap<>(source));
    }

    public TrustDocument(Map<String, String> source, String unit, TrustReport report) {
        this(FORMAT_VERSION, source, unit, report);
    }

    /** Writes the file whole or not at all. */
    public void write(Path file) {
        AtomicFile.writeText(file, Json.write(this));
    }
}
