package dev.weft.results;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import dev.weft.model.FamilyDescription;
import dev.weft.model.Metric;
import dev.weft.model.ModelDefinition;
import dev.weft.recipe.RunSettings;
import dev.weft.report.RunReport;
import dev.weft.run.RunDatabase;
import dev.weft.search.MeasuredMember;
import dev.weft.search.MetricNames;
import dev.weft.search.Objective;
import dev.weft.search.ParetoFront;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.stats.Proportion;
import dev.weft.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A run as a comparison sees it, or a family without one.
 *
 * @param label what it is called beside the others
 * @param path as it was given
 * @param complete whether it has a trained family
 * @param data what it was trained on, by name or place; empty where that is not known
 * @param examples how many its members are chosen by; 0 where that is not known
 * @param examplesId the same for the same examples; empty where it is not known
 * @param metric what members are chosen by
 * @param machine what the latencies were measured with; empty where none were
 * @param settings of training, by key as in a recipe
 * @param members those that the family keeps and those of the front, what is cheap first
 * @param curves of training
 */
public record ComparedRun(
        String label,
        String path,
        boolean complete,
        String data,
        int examples,
        String examplesId,
        String metric,
        String machine,
        Map<String, String> settings,
        List<Row> members,
        List<RunReport.Curve> curves) {
    private static final String FAMILY = "family.safetensors";

    /**
     * A member.
     *
     * @param name in the family; empty where it has none
     * @param quality by the run's metric, on the selection split; null where it was not measured, as the other numbers
     * @param low of the 95 % interval of an accuracy; null of anything else
     * @param high alike
     * @param onFront whether no other measured member is both better and faster
     */
    public record Row(
            String name,
            String member,
            Double quality,
            Double low,
            Double high,
            Double params,
            Double macs,
            Double latencyMillisP50,
            boolean onFront) {}

    /**
     * Reads a run's folder, or a family's file.
     *
     * @throws InputException when it is neither, or damaged
     */
    static ComparedRun of(Path path, String label, Kinds kinds) {
        return Files.isDirectory(path) ? ofRun(path, label, kinds) : ofFamily(path, label, kinds);
    }

    private static ComparedRun ofRun(Path folder, String label, Kinds kinds) {
        RunSettings settings = Trainer.settings(folder, kinds);
        ModelDefinition model = settings.recipe().model();
        Metric metric = model.input().metrics().get(0);
        int examples = settings.splits().selection().examples();
        Map<String, String> flat = new LinkedHashMap<>();
        flat.put("seed", String.valueOf(settings.seed()));
        flat.put("threads", String.valueOf(settings.threads()));
        flatten("", Json.parse(Json.write(settings.recipe()), "the recipe of the run", JsonNode.class), flat);
        try (RunDatabase database = RunDatabase.read(folder.resolve("run.db"))) {
            String machine = database.members().stream()
                    .filter(row -> row.metric().equals(MetricNames.LATENCY_MILLIS_P50))
                    .map(row -> row.context())
                    .reduce("", (first, last) -> last);
            return new ComparedRun(
                    label,
                    folder.toString(),
                    Files.exists(folder.resolve(FAMILY)),
                    settings.splits().source(),
                    examples,
                    settings.splits().selection().idsSha256()
                            + settings.splits().selection().contentSha256(),
                    metric.key(),
                    machine,
                    flat,
                    rows(
                            RunMetrics.of(folder, kinds).members(),
                            settings.recipe().family().space(),
                            metric,
                            examples),
                    RunReports.curves(RunReports.metrics(folder, database)));
        }
    }

    private static ComparedRun ofFamily(Path file, String label, Kinds kinds) {
        FamilyDescription family = FamilyDescription.of(SafetensorsFile.open(file), kinds)
                .orElseThrow(() -> new InputException(
                        file + " must be the folder of a run or the file of a family, but is neither."));
        Metric metric = family.model().input().metrics().get(0);
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("model", Json.parse(Json.write(family.model()), "the model of the family", JsonNode.class), flat);
        family.notes().forEach((key, value) -> {
            if (key.equals("recipe") || key.equals("seed")) {
                flat.put(key.equals("recipe") ? "name" : key, value);
            }
        });
        List<RunMetrics.MeasuredRow> kept = RunMetrics.rows(new LinkedHashMap<>(), family.members());
        return new ComparedRun(
                label,
                file.toString(),
                true,
                family.notes().getOrDefault("data", ""),
                0,
                "",
                metric.key(),
                "",
                flat,
                rows(kept, family.family().space(), metric, 0),
                List.of());
    }

    /** What a recipe says, by keys with dots between; what only describes, or follows from the data, is left out. */
    private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
        if (!node.isObject()) {
            into.put(prefix, node.isTextual() ? node.asText() : node.toString());
            return;
        }
        node.properties().forEach(entry -> {
            boolean describes = prefix.isEmpty() && entry.getKey().equals("description")
                    || prefix.equals("model") && entry.getKey().equals("input");
            if (!describes && !entry.getValue().isNull()) {
                flatten(prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(), entry.getValue(), into);
            }
        });
    }

    private static List<Row> rows(List<RunMetrics.MeasuredRow> measured, Space space, Metric metric, int examples) {
        Set<Member> front = front(measured, space, metric);
        List<Row> rows = new ArrayList<>();
        for (RunMetrics.MeasuredRow row : measured) {
            Member member = space.parse(row.member());
            if (!row.name().isEmpty() || front.contains(member)) {
                Double quality = row.values().get(metric.key());
                Proportion share = metric == Metric.ACCURACY && quality != null && examples > 0
                        ? new Proportion(quality, examples)
                        : null;
                rows.add(new Row(
                        row.name(),
                        space.print(member),
                        quality,
                        share == null ? null : share.low(),
                        share == null ? null : share.high(),
                        row.values().get(MetricNames.PARAMS),
                        row.values().get(MetricNames.MACS),
                        row.values().get(MetricNames.LATENCY_MILLIS_P50),
                        front.contains(member)));
            }
        }
        rows.sort((a, b) -> Double.compare(
                a.latencyMillisP50 == null ? Double.MAX_VALUE : a.latencyMillisP50,
                b.latencyMillisP50 == null ? Double.MAX_VALUE : b.latencyMillisP50));
        return rows;
    }

    private static Set<Member> front(List<RunMetrics.MeasuredRow> measured, Space space, Metric metric) {
        List<String> needed = List.of(metric.key(), MetricNames.LATENCY_MILLIS_P50);
        Set<Member> front = new HashSet<>();
        ParetoFront.of(
                        needed.stream().map(Objective::of).toList(),
                        measured.stream()
                                .filter(row -> needed.stream()
                                        .allMatch(key -> isNumber(row.values().get(key))))
                                .map(row -> new MeasuredMember(space.parse(row.member()), row.values()))
                                .toList())
                .members()
                .forEach(member -> front.add(member.member()));
        return front;
    }

    private static boolean isNumber(Double value) {
        return value != null && Double.isFinite(value);
    }
}
