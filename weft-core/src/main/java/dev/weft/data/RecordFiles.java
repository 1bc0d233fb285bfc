package dev.weft.data;

import dev.weft.io.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * Files of fixed-length records without a header: one or two label bytes, then side x side red bytes, green, blue, each plane row
 * by row. CIFAR's binary files are of this kind (side 32), and so are image record files of other sides.
 */
final class RecordFiles {
    /** The sides tried for record files that do not state theirs, in this order. */
    static final List<Integer> SIDES = List.of(32, 64, 16, 96, 128, 224);

    private RecordFiles() {}

    /**
     * How a record is laid out.
     *
     * @param labelBytes 1, or 2 for CIFAR-100, where the last of them is the (fine) class
     */
    record Layout(int side, int labelBytes) {
        int pixelBytes() {
            return 3 * side * side;
        }

        int recordBytes() {
            return labelBytes + pixelBytes();
        }
    }

    /** The content of one file. */
    static final class Records {
        final DataFile file;
        final byte[] bytes;

        Records(DataFile file) {
            this.file = file;
            this.bytes = file.readAll();
            if (bytes.length == 0) {
                throw new InputException(file.shown() + " is empty: it must hold at least one image record");
            }
        }
    }

    /** Finds the side whose records fill the file exactly and whose label bytes are all below the number of classes. */
    static Layout layoutOf(Records records, int classes) {
        List<Layout> fitting = SIDES.stream()
                .map(side -> new Layout(side, 1))
                .filter(layout -> records.bytes.length % layout.recordBytes() == 0)
                .toList();
        if (fitting.isEmpty()) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s has %d bytes, which is no whole number of records (1 label byte + 3 x side x side pixels, side one of %s): it is cut short or no image record file",
                    records.file.shown(),
                    records.bytes.length,
                    SIDES));
        }
        return fitting.stream()
                .filter(layout -> firstBadLabel(records, layout, classes) < 0)
                .findFirst()
                .orElse(fitting.get(0)); // reading it then names the record whose label is wrong
    }

    /** One part of a source from one or more files, checked. */
    static InMemoryImages read(
            String name, List<String> classes, List<Records> files, Layout layout, IntFunction<String> ids) {
        long total = 0;
        for (Records records : files) {
            requireWhole(records, layout);
            int bad = firstBadLabel(records, layout, classes.size());
            if (bad >= 0) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "%s: labels must be below the number of classes, %d, but record %d (from 0) has label %d",
                        records.file.shown(),
                        classes.size(),
                        bad,
                        label(records, layout, bad)));
            }
            total += records.bytes.length / layout.recordBytes();
        }
        int count = Math.toIntExact(total);
        byte[] pixels = new byte[MemoryLimit.require(name, total * layout.pixelBytes())];
        int[] labels = new int[count];
        int example = 0;
        for (Records records : files) {
            for (int r = 0; r < records.bytes.length / layout.recordBytes(); r++, example++) {
                labels[example] = label(records, layout, r);
                System.arraycopy(
                        records.bytes,
                        r * layout.recordBytes() + layout.labelBytes(),
                        pixels,
                        example * layout.pixelBytes(),
                        layout.pixelBytes());
            }
        }
        return new InMemoryImages(name, classes, 3, layout.side(), layout.side(), pixels, labels, ids);
    }

    /** The highest label of a file, for sources that do not name their classes. */
    static int highestLabel(Records records, Layout layout) {
        requireWhole(records, layout);
        int[] labels = new int[records.bytes.length / layout.recordBytes()];
        Arrays.setAll(labels, r -> label(records, layout, r));
        return Arrays.stream(labels).max().getAsInt();
    }

    private static void requireWhole(Records records, Layout layout) {
        if (records.bytes.length % layout.recordBytes() != 0) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s has %d bytes, which is no whole number of records of %d bytes (%d label, 3 x %d x %d pixels): it is cut short or of another kind",
                    records.file.shown(),
                    records.bytes.length,
                    layout.recordBytes(),
                    layout.labelBytes(),
                    layout.side(),
                    layout.side()));
        }
    }

    private static int firstBadLabel(Records records, Layout layout, int classes) {
        for (int r = 0; r < records.bytes.length / layout.recordBytes(); r++) {
            if (label(records, layout, r) >= classes) {
                return r;
            }
        }
        return -1;
    }

    private static int label(Records records, Layout layout, int record) {
        return records.bytes[record * layout.recordBytes() + layout.labelBytes() - 1] & 0xFF;
    }
}
