package dev.weft.lab.cells;

import dev.weft.io.Csv;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * How good all 15,625 cells are on CIFAR-10 when the benchmark trains them for 200 epochs: the mean over its seeds of the test accuracy,
 * in percent (NATS-Bench, Dong et al. 2021, and NAS-Bench-201, Dong and Yang 2020). Its networks have 15 cells of 16 to 64 channels and
 * another task than the small space has, so even a perfect ranking of that space has a τ below 1 with it; but nothing of Weft has any
 * part in it.
 */
public final class PublicTable {
    private static final String TABLE = "nasbench201.csv.gz";

    private final Map<String, Double> accuracies;

    private PublicTable(Map<String, Double> accuracies) {
        this.accuracies = Map.copyOf(accuracies);
    }

    /** The table that comes with Weft. */
    public static PublicTable load() {
        Map<String, Double> accuracies = new HashMap<>();
        Csv table = Csv.parse(text(), Path.of(TABLE));
        int cell = table.column("cell");
        int accuracy = table.column("accuracy");
        table.rows()
                .forEach(row -> accuracies.put(
                        row.values().get(cell), Double.valueOf(row.values().get(accuracy))));
        return new PublicTable(accuracies);
    }

    private static String text() {
        try (InputStream in = new GZIPInputStream(PublicTable.class.getResourceAsStream(TABLE))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int size() {
        return accuracies.size();
    }

    /** @param cell as the benchmark writes it */
    public double accuracy(String cell) {
        Double accuracy = accuracies.get(cell);
        if (accuracy == null) {
            throw new IllegalArgumentException("a cell of NAS-Bench-201 expected, but got " + cell);
        }
        return accuracy;
    }

    /** The accuracies, in the order of the members. */
    public List<Double> accuracies(Space space, List<Member> members) {
        return members.stream().map(member -> accuracy(space.print(member))).toList();
    }
}
