package dev.weft.data;

import dev.weft.io.InputException;
import java.util.Locale;

/** How much of a data set may be held in memory. */
final class MemoryLimit {
    /** The longest array that every JVM can make. */
    static final long ARRAY = Integer.MAX_VALUE - 8;

    private MemoryLimit() {}

    /** A third of the Java heap: reading needs a second copy for a moment, and training needs the rest. */
    static long bytes() {
        return Runtime.getRuntime().maxMemory() / 3;
    }

    /** Refuses to hold so many bytes before any of them is allocated. */
    static int require(String shown, long bytes) {
        if (bytes > Math.min(bytes(), ARRAY)) {
            throw exceeded(shown, bytes);
        }
        return (int) bytes;
    }

    static InputException exceeded(String shown, long bytes) {
        long mega = 1_000_000;
        return new InputException(String.format(
                Locale.ROOT,
                "%s holds %d MB or more, but at most %d MB fit (2147 MB in one part, and a third of Java's heap): give Java more with -Xmx, or use less; a folder of images is read on demand",
                shown,
                bytes / mega,
                Math.min(bytes(), ARRAY) / mega));
    }
}
