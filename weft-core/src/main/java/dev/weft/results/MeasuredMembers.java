package dev.weft.results;

import dev.weft.cost.LatencyContext;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.FamilyDescription;
import dev.weft.model.ModelDefinition;
import dev.weft.report.HeldOutResult;
import dev.weft.report.MemberResult;
import dev.weft.run.Measurement;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.search.ParetoFront;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The members of a run that something was measured of: what the rows of its database and the members of its family's file say, put
 * together once for pages, tables and comparisons.
 */
public final class MeasuredMembers {
    public static final String MAX_ABS_ERROR = "maxAbsError";
    public static final String TOP1_AGREEMENT = "top1Agreement";
    /** Accuracy of the exported file on the report split. */
    public static final String TEST_ACCURACY = Metric.ACCURACY.test().key();

    /** What is noted of a file, whichever weights and machine it was made with. */
    private static final Set<String> OF_EXPORTS = Set.of(MAX_ABS_ERROR, TOP1_AGREEMENT, TEST_ACCURACY);

    /**
     * A measured member.
     *
     * @param names in the family, in the order in which it was given them; empty where it has none
     * @param onnx the file of its last export; empty where it was not exported
     */
    record Known(MeasuredMember measured, List<String> names, Optional<String> onnx) {
        Member member() {
            return measured.member();
        }

        /** A member may have several names: "largest" says most, otherwise the one it was given last. */
        String name() {
            return names.isEmpty() ? null : names.contains("largest") ? "largest" : names.get(names.size() - 1);
        }
    }

    private final Map<String, String> contexts = new LinkedHashMap<>();
    private final Map<String, Map<String, Double>> values = new LinkedHashMap<>();
    private final Map<String, String> exports = new HashMap<>();
    private final List<FamilyDescription.Kept> kept;
    private final ModelDefinition model;
    private final Space space;
    private final Metric quality;

    /**
     * @param rows of the run's database, the latest last; none of a family without a run
     * @param kept in the family, with what was measured of them there: training does not note it among the rows
     */
    MeasuredMembers(List<Measurement> rows, List<FamilyDescription.Kept> kept, FamilyDefinition family) {
        this.kept = List.copyOf(kept);
        this.model = family.model();
        this.space = family.space();
        this.quality = model.input().metrics().get(0);
        // Numbers of other weights or machines do not compare: the latest context counts.
        rows.forEach(row -> contexts.put(row.metric(), row.context()));
        for (Measurement row : rows) {
            if (OF_EXPORTS.contains(row.metric()) || row.context().equals(contexts.get(row.metric()))) {
                values.computeIfAbsent(line(row, space), m -> new LinkedHashMap<>())
                        .put(row.metric(), row.value());
            }
            if (row.metric().equals(MAX_ABS_ERROR)) {
                exports.put(line(row, space), row.context());
            }
        }
    }

    /** The member of a row by its choices: an export is noted as it is shown, which may be a notation of the space's own. */
    private static String line(Measurement row, Space space) {
        return space.notation() != null && space.notation().matches(row.member())
                ? space.parse(row.member()).toString()
                : row.member();
    }

    /** Every member with all that is known of it, also what the family's file says of an earlier machine. */
    List<Known> all() {
        Map<String, Map<String, Double>> found = new LinkedHashMap<>();
        values.forEach((line, known) -> found.put(line, new LinkedHashMap<>(known)));
        for (FamilyDescription.Kept member : kept) {
            Map<String, Double> known = found.computeIfAbsent(member.member(), m -> new LinkedHashMap<>());
            member.measurements().forEach(known::putIfAbsent);
        }
        return known(found);
    }

    /** Those with their quality and every cost, of the latest weights and machine. */
    List<Known> complete() {
        Map<String, Map<String, Double>> found = new LinkedHashMap<>();
        values.forEach((line, known) -> found.put(line, new LinkedHashMap<>(known)));
        for (FamilyDescription.Kept member : kept) {
            Double value = member.measurements().get(quality.key());
            if (found.containsKey(member.member()) && value != null) {
                found.get(member.member()).putIfAbsent(quality.key(), value);
            }
        }
        return known(found).stream()
                .filter(each -> each.measured.find(quality).isPresent()
                        && Metrics.COSTS.stream()
                                .allMatch(cost -> each.measured.find(cost).isPresent()))
                .toList();
    }

    private List<Known> known(Map<String, Map<String, Double>> found) {
        List<Known> all = new ArrayList<>();
        found.forEach((line, numbers) -> all.add(new Known(
                new MeasuredMember(space.parse(line), numbers),
                kept.stream()
                        .filter(k -> k.member().equals(line))
                        .map(FamilyDescription.Kept::name)
                        .toList(),
                Optional.ofNullable(exports.get(line)))));
        return all;
    }

    /** Those that no other is both better and faster than. */
    static Set<Member> front(List<Known> members, Metric quality) {
        List<Metric> goals = List.of(quality, Metric.LATENCY_MILLIS_P50);
        return ParetoFront.of(
                        goals.stream().map(Objective::of).toList(),
                        members.stream()
                                .map(Known::measured)
                                .filter(each -> goals.stream().allMatch(goal -> each.find(goal)
                                        .filter(Double::isFinite)
                                        .isPresent()))
                                .toList())
                .members()
                .stream()
                .map(MeasuredMember::member)
                .collect(Collectors.toSet());
    }

    /** What the latest numbers of a metric depend on; empty where there are none. */
    String context(Metric metric) {
        return contexts.getOrDefault(metric.key(), "");
    }

    /** The setting of the latency measurements in one sentence. */
    String latencySetting() {
        String context = context(Metric.LATENCY_MILLIS_P50);
        return context.isEmpty()
                ? ""
                : "ONNX Runtime on the CPU, one run after a warm-up, timed in turn with a reference member: "
                        + LatencyContext.parse(context)
                                .map(LatencyContext::text)
                                .orElse(context) + ".";
    }

    /**
     * The {@linkplain #complete complete} ones as the page shows them.
     *
     * @param folder of the run, which names of exported files are relative to
     * @param heldOut of the run; where an export was not tested, they say how good a member is on the report split
     */
    List<MemberResult> results(Path folder, NetworkPicture picture, List<HeldOutResult> heldOut) {
        Map<String, Double> tested = new HashMap<>();
        heldOut.forEach(result -> tested.put(result.member(), result.quality()));
        List<Known> members = complete();
        Set<Member> front = front(members, quality);
        List<MemberResult> results = new ArrayList<>();
        for (Known each : members) {
            Map<String, Double> numbers = new LinkedHashMap<>(each.measured.values());
            Optional.ofNullable(tested.get(each.member().toString()))
                    .ifPresent(value -> numbers.putIfAbsent(quality.test().key(), value));
            results.add(new MemberResult(
                    space.print(each.member()),
                    each.name(),
                    front.contains(each.member()),
                    new MeasuredMember(each.member(), numbers),
                    each.onnx.map(onnx -> export(folder, onnx, numbers)).orElse(null),
                    picture.of(model, each.member())));
        }
        return results;
    }

    private static MemberResult.Export export(Path folder, String onnx, Map<String, Double> numbers) {
        String weights =
                (onnx.endsWith(".onnx") ? onnx.substring(0, onnx.length() - ".onnx".length()) : onnx) + ".safetensors";
        return new MemberResult.Export(
                onnx,
                Files.exists(folder.resolve(weights)) ? weights : null,
                numbers.get(MAX_ABS_ERROR),
                numbers.get(TOP1_AGREEMENT));
    }
}
