package dev.weft.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The time when a page was made, as every page says it: the same text in every time zone and language. */
public final class PageDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private PageDate() {}

    /** The moment to the minute, as {@code 2026-01-31 14:05 UTC}. */
    public static String of(Instant moment) {
        return FORMAT.format(moment);
    }
}
