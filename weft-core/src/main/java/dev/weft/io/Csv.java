package dev.weft.io;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * A table of comma-separated values, as RFC 4180 describes them: a header of distinct names, then rows of as many values. A value may
 * stand in double quotes, and then hold commas, line ends and doubled quotes. UTF-8; lines may end in CR LF or LF, and empty ones are
 * passed over. Values are text: what they must be is the reader's business, and every row says its line for messages.
 *
 * @param file what messages call the table
 * @param columns of the header
 * @param rows below it
 */
public record Csv(Path file, List<String> columns, List<Row> rows) {
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final long MAX_BYTES = 500_000_000;
    private static final int END = -1;

    /**
     * One row.
     *
     * @param line its first line in the file; the header is usually 1
     * @param values as many as there are columns
     */
    public record Row(long line, List<String> values) {
        public Row {
            values = List.copyOf(values);
        }
    }

    public Csv {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /**
     * Reads a table, also one packed by gzip, whatever it is called.
     *
     * @throws InputException when it cannot be read, or is no such table
     */
    public static Csv read(Path file) {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
            raw.mark(2);
            int magic = raw.read() << 8 | raw.read();
            raw.reset();
            byte[] bytes = (magic == GZIP_MAGIC ? new GZIPInputStream(raw) : raw).readNBytes((int) MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new InputException(
                        "Cannot read " + file + ": a table must have at most " + MAX_BYTES + " bytes, but has more.");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return parse(text, file);
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }

    /**
     * @param file what messages call the text
     * @throws InputException when it is no such table
     */
    public static Csv parse(String text, Path file) {
        String withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
        return new Parser(new StringReader(withoutMark), file).table();
    }

    /**
     * The place of a column.
     *
     * @throws InputException when there is none of that name
     */
    public int column(String name) {
        int index = columns.indexOf(name);
        if (index < 0) {
            throw new InputException(file + " must have a column \"" + name + "\", but has " + columns + "."
                    + Suggest.nearest(name, columns));
        }
        return index;
    }

    /** A line of a table, ending included: values with commas, quotes or line ends are put in quotes. */
    public static String line(List<String> values) {
        return values.stream()
                        .map(v -> v.matches("(?s).*[,\"\r\n].*") ? "\"" + v.replace("\"", "\"\"") + "\"" : v)
                        .collect(Collectors.joining(","))
                + "\n";
    }

    /** One character after the other, with one of look-ahead. */
    private static final class Parser {
        private final Reader in;
        private final Path file;
        private long line = 1;
        private int next;

        Parser(Reader in, Path file) {
            this.in = in;
            this.file = file;
            next = read();
        }

        Csv table() {
            Row header = null;
            List<Row> rows = new ArrayList<>();
            while (next != END) {
                Row row = row();
                if (row.values().equals(List.of(""))) {
                    continue; // an empty line
                }
                if (header == null) {
                    header = row;
                    requireNames(row);
                } else if (row.values().size() != header.values().size()) {
                    throw new InputException(file + ", line " + row.line() + ": every row must have as many values as"
                            + " the header has names, " + header.values().size() + ", but this one has "
                            + row.values().size() + ". A value with a comma must be in double quotes.");
                } else {
                    rows.add(row);
                }
            }
            if (header == null) {
                throw new InputException(file + " must begin with a header, such as member,score, but is empty.");
            }
            return new Csv(file, header.values(), rows);
        }

        private void requireNames(Row header) {
            List<String> names = header.values();
            if (new HashSet<>(names).size() != names.size()) {
                throw new InputException(file + ", line " + header.line()
                        + ": the names of the columns must differ, but" + " are " + names + ". Rename one.");
            }
        }

        private Row row() {
            long began = line;
            List<String> values = new ArrayList<>();
            values.add(value());
            while (next == ',') {
                advance();
                values.add(value());
            }
            if (next == '\r') {
                advance();
            }
            if (next == '\n') {
                advance();
            }
            return new Row(began, values);
        }

        private String value() {
            StringBuilder text = new StringBuilder();
            if (next != '"') {
                while (next != END && next != ',' && next != '\n' && next != '\r') {
                    text.append((char) next);
                    advance();
                }
                return text.toString();
            }
            long opened = line;
            advance();
            while (true) {
                if (next == END) {
                    throw new InputException(file + ", line " + opened
                            + ": a double quote that opens a value must be closed, but the file ends within it.");
                }
                if (next == '"') {
                    advance();
                    if (next != '"') {
                        break; // it closed the value; a doubled one stands for itself
                    }
                }
                text.append((char) next);
                advance();
            }
            if (next != END && next != ',' && next != '\n' && next != '\r') {
                throw new InputException(
                        file + ", line " + line + ": after the closing double quote of a value there must"
                                + " be a comma or the end of the line, but there is '" + (char) next
                                + "'. A double quote within a value is written twice.");
            }
            return text.toString();
        }

        private void advance() {
            if (next == '\n') {
                line++;
            }
            next = read();
        }

        private int read() {
            try {
                return in.read();
            } catch (IOException e) {
                throw new IllegalStateException("a text in memory can be read", e);
            }
        }
    }
}
