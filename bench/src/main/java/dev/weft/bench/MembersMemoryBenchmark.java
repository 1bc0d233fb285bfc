package dev.weft.bench;

import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Libtorch;
import dev.weft.space.Member;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Resident memory of a process that holds 1, 10 or 100 members of one opened family ready, against the largest alone. Every
 * point is a fresh JVM; points take turns.
 */
final class MembersMemoryBenchmark {
    private static final String NAME = "members-memory";
    private static final double GOAL_RATIO = 1.05;
    private static final List<Integer> COUNTS = List.of(1, 10, 100);
    private static final String ALONE = ": largest alone";

    private static final List<String> PRESETS = List.of("mobile-bignas", "vit-autoformer-tiny");

    /** What a service that holds many members sets: freed blocks go back at once, and few compiled convolutions are kept. */
    private static final Map<String, String> SPARING = new TreeMap<>(Map.of(
            "MALLOC_ARENA_MAX", "1",
            "MALLOC_MMAP_THRESHOLD_", "131072",
            "MALLOC_TRIM_THRESHOLD_", "131072",
            "ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16"));

    /** The environments that points are measured in, by what is added to their names. */
    private static final Map<String, Map<String, String>> ENVIRONMENTS =
            new TreeMap<>(Map.of("", Map.of(), ", sparing", SPARING));

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder(NAME);

    MembersMemoryBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        Libtorch.useThreads(1);
        int repeats = options.quick() ? 1 : 5;
        result.setting("JVMs a point", repeats)
                .setting("every member", "has answered one image; batch 1, 1 thread")
                .setting("sparing", SPARING.toString());
        for (String preset : PRESETS) {
            try (TemporaryFolder folder = TemporaryFolder.create()) {
                Path shared = folder.file("family.safetensors");
                Path alone = folder.file("largest.safetensors");
                result.setting(preset + " parameters", write(preset, shared, alone))
                        .setting(
                                preset + " files",
                                mib(shared) + " MiB with the statistics of 100 members, largest alone " + mib(alone)
                                        + " MiB");
                Map<String, List<MembersMemoryWorker.Memory>> points = measure(preset, shared, alone, repeats);
                report(preset, points);
                ENVIRONMENTS.keySet().forEach(sparing -> goals(preset, sparing, points));
            }
        }
        return result.build();
    }

    /** The largest member is the first of the kept ones. */
    private static long write(String preset, Path shared, Path alone) {
        SplittableRandom random = new SplittableRandom(5);
        try (Family family = Family.of(BenchModels.imageNet(preset), 1)) {
            for (int i = 0; i < COUNTS.get(COUNTS.size() - 1); i++) {
                Member member =
                        i == 0 ? family.space().largest() : family.space().sample(random);
                family.name("m" + i, new NamedMember(member, calibrated(family, member), Map.of()));
            }
            family.save(shared);
            NamedMember largest = family.members().get("m0");
            try (Family extracted = family.extract(largest.member(), largest.statistics())) {
                extracted.save(alone);
            }
            return family.weights().tensors().values().stream()
                    .mapToLong(tensor -> tensor.numel())
                    .sum();
        }
    }

    private static MemberStatistics calibrated(Family family, Member member) {
        Calibration calibration = new Calibration();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            family.forward(MembersMemoryWorker.image(family), new Pass(member, calibration, 0, 0));
        }
        return calibration.statistics();
    }

    private Map<String, List<MembersMemoryWorker.Memory>> measure(String preset, Path shared, Path alone, int repeats) {
        Map<String, List<MembersMemoryWorker.Memory>> points = new LinkedHashMap<>();
        for (int i = 0; i < repeats; i++) {
            ENVIRONMENTS.forEach((sparing, environment) -> {
                point(points, preset + ALONE + sparing, alone, 1, environment);
                for (int count : COUNTS) {
                    point(points, preset + members(count) + sparing, shared, count, environment);
                }
            });
        }
        return points;
    }

    private void point(
            Map<String, List<MembersMemoryWorker.Memory>> points,
            String kind,
            Path file,
            int count,
            Map<String, String> environment) {
        try (Child child = Child.weft(environment, "members-memory", kind, file, count)) {
            MembersMemoryWorker.Memory memory = child.answer(MembersMemoryWorker.Memory.class);
            out.printf(Locale.ROOT, "%s: %.1f MiB resident%n", kind, memory.residentMib());
            points.computeIfAbsent(kind, k -> new ArrayList<>()).add(memory);
        }
    }

    private void report(String preset, Map<String, List<MembersMemoryWorker.Memory>> points) {
        List<Double> engine = new ArrayList<>();
        points.values().forEach(memories -> memories.forEach(m -> engine.add(m.engineMib())));
        result.measured(preset + ": JVM and libtorch, no model", "MiB", Spread.of(engine));
        points.forEach((kind, memories) -> result.measured(
                        kind + ": resident",
                        "MiB",
                        Spread.of(memories.stream()
                                .map(MembersMemoryWorker.Memory::residentMib)
                                .toList()))
                .measured(
                        kind + ": of it not a file's",
                        "MiB",
                        Spread.of(memories.stream()
                                .map(MembersMemoryWorker.Memory::anonymousMib)
                                .toList())));
    }

    private void goals(String preset, String sparing, Map<String, List<MembersMemoryWorker.Memory>> points) {
        double alone = resident(points.get(preset + ALONE + sparing));
        for (int count : COUNTS) {
            double ratio = resident(points.get(preset + members(count) + sparing)) / alone;
            result.goal(
                    preset + members(count) + sparing + ": at most " + GOAL_RATIO + " times the largest alone",
                    String.format(Locale.ROOT, "%.3f times (medians)", ratio),
                    ratio <= GOAL_RATIO);
        }
    }

    private static String members(int count) {
        return ": " + count + (count == 1 ? " member" : " members");
    }

    private static double resident(List<MembersMemoryWorker.Memory> memories) {
        return Spread.median(
                memories.stream().map(MembersMemoryWorker.Memory::residentMib).toList());
    }

    private static long mib(Path file) {
        return file.toFile().length() >> 20;
    }
}
