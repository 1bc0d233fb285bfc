package dev.weft.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.AtomicFile;
import dev.weft.io.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code trust.json} holds; the same members and settings give the same bytes. See {@code docs/file-formats.md}.
 *
 * @param source where scores and truth come from, in words
 * @param unit of truths, regrets and gaps: {@code points}, or {@code of loss}, where losses are negated so that more is better
 * @param report what was found
 * @param cost what gaps are shown by; absent for scores from files
 * @param gap between inherited weights and training alone; absent for scores from files
 * @param members of a family, one by one; absent for scores from files
 */
public record TrustDocument(
        int formatVersion,
        Map<String, String> source,
        String unit,
        TrustReport report,
        @JsonInclude(JsonInclude.Include.NON_NULL) String cost,
        @JsonInclude(JsonInclude.Include.NON_NULL) CostGap gap,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<Anchor> members) {
    private static final int FORMAT_VERSION = 1;

    /**
     * A member of a family.
     *
     * @param inherited its score
     * @param alone its truth, one value a training
     */
    public record Anchor(String member, double cost, double inherited, List<Double> alone) {
        public Anchor {
            alone = List.copyOf(alone);
        }
    }

    public TrustDocument {
        source = Collections.unmodifiableMap(new LinkedHashMap<>(source));
        members = members == null ? null : List.copyOf(members);
    }

    /** Of scores from files. */
    public TrustDocument(Map<String, String> source, String unit, TrustReport report) {
        this(FORMAT_VERSION, source, unit, report, null, null, null);
    }

    /** Of a family. */
    TrustDocument(
            Map<String, String> source,
            String unit,
            TrustReport report,
            String cost,
            CostGap gap,
            List<Anchor> members) {
        this(FORMAT_VERSION, source, unit, report, cost, gap, members);
    }

    /**
     * The members of a family with scores and truths, as the report has seen them.
     *
     * @throws IllegalStateException for scores from files, which the document does not hold
     */
    public Ranking ranking() {
        if (members == null) {
            throw new IllegalStateException("only the document of a family holds its members");
        }
        return new Ranking(
                members.stream().map(Anchor::member).toList(),
                members.stream().map(Anchor::inherited).toList(),
                members.stream().map(Anchor::alone).toList(),
                unit);
    }

    /** Writes the file whole or not at all. */
    public void write(Path file) {
        AtomicFile.writeText(file, Json.write(this));
    }
}
