package dev.weft.results;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import dev.weft.metric.Metric;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.FamilyDescription;
import dev.weft.recipe.RunSettings;
import dev.weft.report.RunReport;
import dev.weft.run.RunDatabase;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.stats.Proportion;
import dev.weft.train.StoredRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Metric metric,
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
        RunSettings settings = StoredRun.settings(folder, kinds);
        FamilyDefinition definition = settings.recipe().family();
        Metric metric = definition.model().input().metrics().get(0);
        int examples = settings.splits().selection().examples();
        Map<String, String> flat = new LinkedHashMap<>();
        flat.put("seed", String.valueOf(settings.seed()));
        flat.put("threads", String.valueOf(settings.threads()));
        flatten("", Json.parse(Json.write(settings.recipe()), "the recipe of the run", JsonNode.class), flat);
        try (RunDatabase database = RunDatabase.read(folder.resolve("run.db"))) {
            MeasuredMembers measured =
                    new MeasuredMembers(database.members(), RunMetrics.kept(folder.resolve(FAMILY), kinds), definition);
            return new ComparedRun(
                    label,
                    folder.toString(),
                    Files.exists(folder.resolve(FAMILY)),
                    settings.splits().source(),
                    examples,
                    settings.splits().selection().idsSha256()
                            + settings.splits().selection().contentSha256(),
                    metric,
                    measured.context(Metric.LATENCY_MILLIS_P50),
                    flat,
                    rows(measured, definition.space(), metric, examples),
                    RunReports.curves(RunReports.metrics(folder, database), database.hasNotes()));
        }
    }

    private static ComparedRun ofFamily(Path file, String label, Kinds kinds) {
        FamilyDescription family = FamilyDescription.of(SafetensorsFile.open(file), kinds)
                .orElseThrow(() -> new InputException(
                        file + " must be the folder of a run or the file of a family, but is neither."));
        Metric metric = family.family().model().input().metrics().get(0);
        Map<String, String> flat = new LinkedHashMap<>();
        flatten(
                "model",
                Json.parse(Json.write(family.family().model()), "the model of the family", JsonNode.class),
                flat);
        family.notes().forEach((key, value) -> {
            if (key.equals("recipe") || key.equals("seed")) {
                flat.put(key.equals("recipe") ? "name" : key, value);
            }
        });
        MeasuredMembers kept = new MeasuredMembers(List.of(), family.members(), family.family());
        return new ComparedRun(
                label,
                file.toString(),
                true,
                family.notes().getOrDefault("data", ""),
                0,
                "",
                metric,
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

    private static List<Row> rows(MeasuredMembers measured, Space space, Metric metric, int examples) {
        List<MeasuredMembers.Known> members = measured.all();
        Set<Member> front = MeasuredMembers.front(members, metric);
        List<Row> rows = new ArrayList<>();
        for (MeasuredMembers.Known each : members) {
            if (!each.names().isEmpty() || front.contains(each.member())) {
                Optional<Double> quality = each.measured().find(metric);
                Optional<Proportion> share =
                        quality.filter(q -> metric.isShare() && examples > 0).map(q -> new Proportion(q, examples));
                rows.add(new Row(
                        String.join(" ", each.names()),
                        space.print(each.member()),
                        quality.orElse(null),
                        share.map(Proportion::low).orElse(null),
                        share.map(Proportion::high).orElse(null),
                        each.measured().find(Metric.PARAMS).orElse(null),
                        each.measured().find(Metric.MACS).orElse(null),
                        each.measured().find(Metric.LATENCY_MILLIS_P50).orElse(null),
                        front.contains(each.member())));
            }
        }
        rows.sort((a, b) -> Double.compare(
                a.latencyMillisP50 == null ? Double.MAX_VALUE : a.latencyMillisP50,
                b.latencyMillisP50 == null ? Double.MAX_VALUE : b.latencyMillisP50));
        return rows;
    }
}
