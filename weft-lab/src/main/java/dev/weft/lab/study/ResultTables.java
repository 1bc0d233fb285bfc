package dev.weft.lab.study;

import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The tables of pages, written from the documents of studies and never by hand. A page holds
 *
 * <pre>{@code
 * <!-- table: bignas arms -->
 * …
 * <!-- /table -->
 * }</pre>
 *
 * and what is between is made of {@code results/bignas.json} beside it: {@code arms}, all columns or those named after it ({@code arms
 * smallest,random}), or {@code claims}. {@code <!-- table: recipe-front benchmark smoke.yaml,quickstart.yaml -->} is of the rows so named in
 * {@code results/recipe-front.jsonl}, lines that a benchmark kept, see {@link BenchmarkTable}; {@code <!-- table: cell-step goals -->} is of
 * the goals that its last line has.
 *
 * @param docs the folder of the pages; the documents are in {@code results} in it
 */
public record ResultTables(Path docs) {
    private static final Pattern BLOCK = Pattern.compile(
            "(<!-- table: ([a-z0-9-]+) (arms|claims|benchmark|goals)(?: ([A-Za-z0-9,._-]+))? -->\\n).*?(<!-- /table -->)",
            Pattern.DOTALL);
    private static final Pattern OPENED = Pattern.compile("<!-- table: ");

    /** The pages whose tables are not what the documents give, with the text that they should have. */
    public Map<Path, String> outdated() {
        Map<Path, String> outdated = new LinkedHashMap<>();
        for (Path page : pages()) {
            String text = read(page);
            String now = renewed(page, text);
            if (!now.equals(text)) {
                outdated.put(page, now);
            }
        }
        return outdated;
    }

    /** Writes them, and returns which were written. */
    public List<Path> write() {
        Map<Path, String> outdated = outdated();
        outdated.forEach(AtomicFile::writeText);
        return List.copyOf(outdated.keySet());
    }

    private List<Path> pages() {
        try (Stream<Path> files = Files.list(docs)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InputException("Cannot read the folder " + docs + ": " + IoReason.of(e) + ".", e);
        }
    }

    private String renewed(Path page, String text) {
        Matcher block = BLOCK.matcher(text);
        StringBuilder renewed = new StringBuilder();
        int blocks = 0;
        while (block.find()) {
            blocks++;
            List<String> only =
                    block.group(4) == null ? List.of() : List.of(block.group(4).split(","));
            List<String> lines =
                    switch (block.group(3)) {
                        case "claims" -> claims(document(page, block.group(2)));
                        case "arms" -> arms(document(page, block.group(2)), only);
                        case "goals" -> BenchmarkTable.goals(docs.resolve("results"), block.group(2));
                        default -> BenchmarkTable.lines(docs.resolve("results"), block.group(2), only);
                    };
            block.appendReplacement(
                    renewed,
                    Matcher.quoteReplacement(block.group(1) + String.join("\n", lines) + "\n" + block.group(5)));
        }
        block.appendTail(renewed);
        if (OPENED.matcher(text).results().count() != blocks) {
            throw new InputException(
                    page + " must have tables of the form <!-- table: SYSTEM arms -->, <!-- table: SYSTEM arms"
                            + " COLUMN,COLUMN -->, <!-- table: SYSTEM claims -->, <!-- table: BENCHMARK benchmark ROW,ROW --> or"
                            + " <!-- table: BENCHMARK goals -->, each up to <!-- /table -->, but has another.");
        }
        return renewed.toString();
    }

    private StudyResults document(Path page, String system) {
        Path file = docs.resolve("results").resolve(system + ".json");
        if (!Files.exists(file)) {
            throw new InputException(page + " has a table of " + system + ", so " + file
                    + " must be there: the results.json of a run of it.");
        }
        StudyResults results = Json.read(file, StudyResults.class);
        if (results.smoke() || !results.system().equals(system)) {
            throw new InputException(file + " must be the document of a run of " + system + ", but is of "
                    + (results.smoke() ? "a smoke run" : results.system()) + ".");
        }
        return results;
    }

    /** Means and standard deviations, a row for each arm at each budget. */
    static List<String> arms(StudyResults results, List<String> only) {
        List<Column> columns = new ArrayList<>();
        for (String key : only) {
            columns.add(results.columns().stream()
                    .filter(column -> column.key().equals(key))
                    .findFirst()
                    .orElseThrow(() -> new InputException("There is no column " + key + " of " + results.system()
                            + ", but "
                            + results.columns().stream().map(Column::key).toList() + ".")));
        }
        if (only.isEmpty()) {
            columns.addAll(results.columns());
        }
        boolean budgets = results.epochs().size() > 1;
        List<String> head = new ArrayList<>(List.of("arm"));
        if (budgets) {
            head.add("epochs");
        }
        columns.forEach(c -> head.add(c.unit().isEmpty() ? c.label() : c.label() + ", " + c.unit()));
        head.addAll(List.of("updates of a shared weight", "passes", "training, s"));
        List<String> lines = new ArrayList<>(List.of(measured(results), "", row(head)));
        lines.add("|---" + "|---:".repeat(head.size() - 1) + "|");
        for (Map<String, Object> arm : results.arms()) {
            List<String> row = new ArrayList<>(List.of(arm.get("arm") + ": " + arm.get("description")));
            if (budgets) {
                row.add(arm.get("epochs").toString());
            }
            columns.forEach(column -> row.add(numbers(arm.get(column.key()), column.decimals())));
            row.add(count(arm.get("updates")));
            row.add(count(arm.get("passes")));
            row.add(count(arm.get("seconds")));
            lines.add(row(row));
        }
        return lines;
    }

    private static List<String> claims(StudyResults results) {
        List<String> lines = new ArrayList<>(List.of(measured(results), "", "| verdict | statement |", "|---|---|"));
        for (StudyResults.Statement claim : results.claims()) {
            String budget = results.epochs().size() > 1 ? "At " + claim.epochs() + " epochs: " : "";
            lines.add(row(List.of(claim.verdict().text().toLowerCase(Locale.ROOT), budget + claim.sentence())));
        }
        return lines;
    }

    /** What was run, when and where. */
    private static String measured(StudyResults results) {
        List<Long> seeds = results.seeds();
        return "Study `" + results.system() + "`, measured " + results.measured() + ": " + results.data() + ", "
                + (seeds.size() == 1 ? "one seed" : seeds.size() + " seeds") + ", "
                + results.environment().cpu() + "; trainings took " + Math.round(results.seconds() / 60) + " minutes.";
    }

    static String row(List<String> cells) {
        return "| "
                + String.join(
                        " | ",
                        cells.stream().map(cell -> cell.replace("|", "\\|")).toList()) + " |";
    }

    private static String numbers(Object numbers, int decimals) {
        if (!(numbers instanceof Map<?, ?> map) || map.get("mean") == null) {
            return "";
        }
        String format = "%." + decimals + "f";
        String mean = String.format(Locale.ROOT, format, ((Number) map.get("mean")).doubleValue());
        return map.get("sd") == null
                ? mean
                : mean + " ± " + String.format(Locale.ROOT, format, ((Number) map.get("sd")).doubleValue());
    }

    private static String count(Object number) {
        return number == null || ((Number) number).doubleValue() == 0
                ? ""
                : String.format(Locale.ROOT, "%,.0f", ((Number) number).doubleValue());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }
}
