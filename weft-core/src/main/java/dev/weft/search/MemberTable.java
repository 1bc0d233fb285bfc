package dev.weft.search;

import dev.weft.io.Csv;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Numbers of members that somebody measured and published: columns of tables of comma-separated values, also packed by gzip. A table
 * names its members in a column {@code member} or {@code arch}, in any form that the space reads; one that has only a column
 * {@code index} needs a second table that has both, as the latencies of HW-NAS-Bench need the list of NAS-Bench-201.
 */
public final class MemberTable {
    private static final List<String> NAMES = List.of("member", "arch");
    private static final String INDEX = "index";

    /**
     * A source says which columns are read from which files.
     *
     * @param files at least one where there are columns
     * @param columns whose numbers are metrics
     */
    public record Source(List<Path> files, List<String> columns) {
        /** The source that reads no file. */
        public static final Source NONE = new Source(List.of(), List.of());

        public Source {
            files = List.copyOf(files);
            columns = List.copyOf(columns);
            if (files.isEmpty() != columns.isEmpty()) {
                throw new InputException("A table must be given with its columns, but got tables " + files
                        + " and columns " + columns + ".");
            }
            for (String column : columns) {
                if (Metrics.BUILT_IN.find(column).isPresent()) {
                    throw new InputException("A column of a table must not be called as what is measured here, but is "
                            + column + ". Rename it in the table.");
                }
            }
        }
    }

    private final Space space;
    private final Map<String, Map<Member, Double>> columns = new LinkedHashMap<>();
    private final Map<String, String> contexts = new LinkedHashMap<>();

    private MemberTable(Space space) {
        this.space = space;
    }

    /**
     * Reads columns for the members of a space; rows of members that break its constraints are passed over.
     *
     * @throws InputException when a file or a column is missing, a row names no member or one that is there already, or a value is no
     *     finite number; the message gives the line
     */
    public static MemberTable read(Source source, Space space) {
        MemberTable table = new MemberTable(space);
        List<Csv> files = source.files().stream().map(Csv::read).toList();
        Space unbound = new Space(space.name(), space.choices(), List.of(), space.notation());
        Map<String, Member> byIndex = new HashMap<>();
        Map<Csv, List<Member>> members = new IdentityHashMap<>();
        for (Csv file : files) {
            named(file).ifPresent(name -> {
                members.put(file, members(file, name, unbound));
                if (file.columns().contains(INDEX)) {
                    index(file, members.get(file), byIndex);
                }
            });
        }
        for (Csv file : files) {
            members.computeIfAbsent(file, f -> joined(f, byIndex));
        }
        for (String column : source.columns()) {
            Csv file = fileOf(column, files);
            table.columns.put(column, table.values(file, column, members.get(file)));
            table.contexts.put(
                    column, "table=" + file.file().getFileName() + " sha256=" + fingerprint(table.columns.get(column)));
        }
        return table;
    }

    private static Optional<String> named(Csv file) {
        return NAMES.stream().filter(file.columns()::contains).findFirst();
    }

    private static List<Member> members(Csv file, String name, Space space) {
        int at = file.column(name);
        List<Member> members = new ArrayList<>();
        for (Csv.Row row : file.rows()) {
            try {
                members.add(space.parse(row.values().get(at)));
            } catch (InputException e) {
                throw new InputException(where(file, row) + e.getMessage(), e);
            }
        }
        return members;
    }

    private static void index(Csv file, List<Member> members, Map<String, Member> byIndex) {
        int at = file.column(INDEX);
        for (int i = 0; i < members.size(); i++) {
            Csv.Row row = file.rows().get(i);
            if (byIndex.put(row.values().get(at), members.get(i)) != null) {
                throw new InputException(where(file, row) + "every index must be there once, but "
                        + row.values().get(at) + " is there before. Remove one.");
            }
        }
    }

    /** The members of a table that has only their index. */
    private static List<Member> joined(Csv file, Map<String, Member> byIndex) {
        if (!file.columns().contains(INDEX) || byIndex.isEmpty()) {
            throw new InputException(file.file() + " must name its members in a column member or arch, or in a column "
                    + "index that a second table explains, but has " + file.columns() + ". Give that table too.");
        }
        int at = file.column(INDEX);
        return file.rows().stream()
                .map(row -> Optional.ofNullable(byIndex.get(row.values().get(at)))
                        .orElseThrow(() -> new InputException(where(file, row) + "index "
                                + row.values().get(at)
                                + " must be in the table that names the members, but is not.")))
                .toList();
    }

    private static Csv fileOf(String column, List<Csv> files) {
        List<Csv> with =
                files.stream().filter(file -> file.columns().contains(column)).toList();
        if (with.size() != 1) {
            List<String> all = files.stream()
                    .flatMap(file -> file.columns().stream())
                    .distinct()
                    .toList();
            throw new InputException("Column " + column + " must be in one of the tables, but is in " + with.size()
                    + " of them. Columns: " + String.join(", ", all) + "." + Suggest.nearest(column, all));
        }
        return with.get(0);
    }

    private Map<Member, Double> values(Csv file, String column, List<Member> members) {
        int at = file.column(column);
        Map<Member, Double> values = new LinkedHashMap<>();
        for (int i = 0; i < members.size(); i++) {
            Csv.Row row = file.rows().get(i);
            Member member = members.get(i);
            if (space.satisfies(member) && values.put(member, number(file, row, column, at)) != null) {
                throw new InputException(where(file, row) + "every member must be there once, but \""
                        + space.print(member) + "\" is there before. Remove one.");
            }
        }
        return Collections.unmodifiableMap(values);
    }

    private static double number(Csv file, Csv.Row row, String column, int at) {
        String text = row.values().get(at);
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new InputException(where(file, row) + column + " must be a number, but is \"" + text + "\".", e);
        }
        throw new InputException(where(file, row) + column + " must be a finite number, but is " + text + ".");
    }

    private static String where(Csv file, Csv.Row row) {
        return file.file() + ", line " + row.line() + ": ";
    }

    /** Twelve digits that change with any number. */
    private static String fingerprint(Map<Member, Double> values) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            values.forEach((member, value) -> digest.update((member + ":" + value).getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The names of the columns, which are metrics. */
    public List<String> columns() {
        return List.copyOf(columns.keySet());
    }

    /** The numbers of a column by member, in the order of the file. */
    public Map<Member, Double> column(String name) {
        return columns.get(name);
    }

    /**
     * A number of a member.
     *
     * @throws InputException when the table has no such member
     */
    public double value(Member member, String column) {
        Double value = columns.get(column).get(new Member(member.options()));
        if (value == null) {
            throw new InputException("A table must have every member that is asked for, but column " + column
                    + " has no number of \"" + space.print(member) + "\". Add it, or search without this column.");
        }
        return value;
    }

    /** What {@code other} measures, and before it, because that costs nothing, these columns. */
    public Evaluator over(Evaluator other) {
        return new Evaluator() {
            @Override
            public List<Metric> metrics() {
                List<Metric> metrics =
                        new ArrayList<>(columns().stream().map(Metric::column).toList());
                metrics.addAll(other.metrics());
                return metrics;
            }

            @Override
            public String context(String metric) {
                return contexts.containsKey(metric) ? contexts.get(metric) : other.context(metric);
            }

            @Override
            public boolean isCounted(String metric) {
                return !columns.containsKey(metric) && other.isCounted(metric);
            }

            @Override
            public Map<String, Double> measure(Member member, String metric) {
                return columns.containsKey(metric)
                        ? Map.of(metric, value(member, metric))
                        : other.measure(member, metric);
            }
        };
    }
}
