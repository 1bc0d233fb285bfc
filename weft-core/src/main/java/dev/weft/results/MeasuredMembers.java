package dev.weft.results;

import dev.weft.model.FamilyDescription;
import dev.weft.model.Metric;
import dev.weft.model.ModelDefinition;
import dev.weft.report.HeldOutResult;
import dev.weft.report.MemberResult;
import dev.weft.run.Measurement;
import dev.weft.search.MeasuredMember;
import dev.weft.search.MetricNames;
import dev.weft.search.Objective;
import dev.weft.search.ParetoFront;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The measured members of a run's database, as reports show them. */
public final class MeasuredMembers {
    public static final String MAX_ABS_ERROR = "maxAbsError";
    public static final String TOP1_AGREEMENT = "top1Agreement";
    /** Accuracy of the exported file on the report split. */
    public static final String TEST_ACCURACY = "testAccuracy";

    /** What is noted of a file, whichever weights and machine it was made with. */
    static final Set<String> OF_EXPORTS = Set.of(MAX_ABS_ERROR, TOP1_AGREEMENT, TEST_ACCURACY);

    private final Map<String, String> contexts = new LinkedHashMap<>();
    private final Map<String, Map<String, Double>> values = new LinkedHashMap<>();
    /** The file of each export, the last one of a member. */
    private final Map<String, String> exports = new LinkedHashMap<>();

    private final Path folder;
    private final List<FamilyDescription.Kept> kept;
    private final String quality;
    private final Space space;

    /**
     * @param folder of the run, which names of exported files are relative to
     * @param kept in the family, with what was measured of them there: training does not note it among the rows
     * @param quality what members are chosen by
     * @param space of the members
     */
    MeasuredMembers(
            List<Measurement> rows, Path folder, List<FamilyDescription.Kept> kept, Metric quality, Space space) {
        this.folder = folder;
        this.kept = List.copyOf(kept);
        this.quality = quality.key();
        this.space = space;
        // Numbers of other weights or machines do not compare: the latest context counts.
        rows.forEach(row -> contexts.put(row.metric(), row.context()));
        for (Measurement row : rows) {
            boolean ofExport = OF_EXPORTS.contains(row.metric());
            if (ofExport || row.context().equals(contexts.get(row.metric()))) {
                values.computeIfAbsent(line(row, space), m -> new LinkedHashMap<>())
                        .put(row.metric(), row.value());
            }
            if (row.metric().equals(MAX_ABS_ERROR)) {
                exports.put(line(row, space), row.context());
            }
        }
        for (FamilyDescription.Kept member : kept) {
            Double value = member.measurements().get(this.quality);
            Map<String, Double> found = values.get(member.member());
            if (found != null && value != null) {
                found.putIfAbsent(this.quality, value);
            }
        }
        values.values()
                .removeIf(found ->
                        !found.containsKey(this.quality) || !found.keySet().containsAll(MetricNames.COSTS));
    }

    /** The member of a row by its choices: an export is noted as it is shown, which may be a notation of the space's own. */
    static String line(Measurement row, Space space) {
        return space.notation() != null && space.notation().matches(row.member())
                ? space.parse(row.member()).toString()
                : row.member();
    }

    int count() {
        return values.size();
    }

    /** The setting of the latency measurements in one sentence. */
    String latencySetting() {
        String context = contexts.getOrDefault(MetricNames.LATENCY_MILLIS_P50, "");
        return context.isEmpty()
                ? ""
                : "ONNX Runtime on the CPU, one run after a warm-up, timed in turn with a reference member: "
                        + setting(context) + ".";
    }

    private static String count(String number, String noun) {
        return number + " " + noun + (number.equals("1") ? "" : "s");
    }

    /** {@code 2 threads, 1 example at a time} of {@code hardware=… threads=2 batch=1}; another context as it is. */
    private static String setting(String context) {
        Matcher parts = Pattern.compile("hardware=(\\S+) threads=(\\d+) batch=(\\d+)( paired)?")
                .matcher(context);
        return parts.matches()
                ? count(parts.group(2), "thread") + ", " + count(parts.group(3), "example") + " at a time, machine "
                        + parts.group(1)
                : context;
    }

    /**
     * Those with every number.
     *
     * @param heldOut of the run; where an export was not tested, they say how good a member is on the report split
     */
    List<MemberResult> results(ModelDefinition model, NetworkPicture picture, List<HeldOutResult> heldOut) {
        Map<String, Double> tested = new HashMap<>();
        heldOut.forEach(result -> tested.put(result.member(), result.quality()));
        Map<String, Member> parsed = new LinkedHashMap<>();
        values.keySet().forEach(line -> parsed.put(line, space.parse(line)));
        Set<Member> front = new HashSet<>();
        ParetoFront.of(
                        List.of(Objective.of(quality), Objective.of(MetricNames.LATENCY_MILLIS_P50)),
                        values.entrySet().stream()
                                .map(e -> new MeasuredMember(parsed.get(e.getKey()), e.getValue()))
                                .toList())
                .members()
                .forEach(m -> front.add(m.member()));
        List<MemberResult> results = new ArrayList<>();
        values.forEach((line, found) -> results.add(new MemberResult(
                space.print(parsed.get(line)),
                name(line),
                front.contains(parsed.get(line)),
                new MemberResult.Cost(
                        found.get(MetricNames.PARAMS).longValue(),
                        found.get(MetricNames.MACS).longValue(),
                        found.get(MetricNames.BYTES).longValue(),
                        found.get(MetricNames.LATENCY_MILLIS_P50),
                        found.get(MetricNames.LATENCY_MILLIS_P99)),
                found.get(quality),
                found.getOrDefault(TEST_ACCURACY, tested.get(line)),
                export(line, found),
                picture.of(model, parsed.get(line)))));
        return results;
    }

    private MemberResult.Export export(String line, Map<String, Double> found) {
        String onnx = exports.get(line);
        if (onnx == null) {
            return null;
        }
        String weights = onnx.replaceFirst("\\.onnx$", "") + ".safetensors";
        return new MemberResult.Export(
                onnx,
                Files.exists(folder.resolve(weights)) ? weights : null,
                found.get(MAX_ABS_ERROR),
                found.get(TOP1_AGREEMENT));
    }

    /** A member may have several names: "largest" says most, otherwise the one it was given last. */
    private String name(String line) {
        List<String> names = kept.stream()
                .filter(k -> k.member().equals(line))
                .map(FamilyDescription.Kept::name)
                .toList();
        if (names.isEmpty()) {
            return null;
        }
        return names.contains("largest") ? "largest" : names.get(names.size() - 1);
    }
}
