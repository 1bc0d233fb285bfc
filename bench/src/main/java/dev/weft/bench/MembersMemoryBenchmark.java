package dev.weft.bench;

import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.space.Member;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/**
 * Resident memory of a process that holds 1, 10 or 100 members of one opened family ready, against the largest alone. Every
 * point is a fresh JVM; points take turns.
 */
final class MembersMemoryBenchmark {
    private static final String NAME = "members-memory";
    private static final double GOAL_RATIO = 1.05;
    private static final List<Integer> COUNTS = List.of(1, 10, 100);
    private static final String ALONE = "largest alone";

    private final Options options;
    private final PrintStream out;

    MembersMemoryBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        int repeats = options.quick() ? 1 : 5;
        Result.Builder result = new Result.Builder(NAME);
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            Path shared = folder.file("family.safetensors");
            Path alone = folder.file("largest.safetensors");
            result.setting("JVMs a point", repeats)
                    .setting("parameters of the largest", write(shared, alone))
                    .setting("family file", mib(shared) + " MiB, with the statistics of 100 members")
                    .setting("every member", "has answered one image; batch 1, 1 thread");
            report(measure(shared, alone, repeats), result);
        }
        return result.build();
    }

    /** The largest member is the first of the kept ones. */
    private static long write(Path shared, Path alone) {
        SplittableRandom random = new SplittableRandom(5);
        try (Family family = Family.of(BenchModels.phoneSized(), 1)) {
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
            family.forward(torch.rand(2, 3, 96, 96), new Pass(member, calibration, 0, 0));
        }
        return calibration.statistics();
    }

    private Map<String, List<MembersMemoryWorker.Memory>> measure(Path shared, Path alone, int repeats) {
        Map<String, List<MembersMemoryWorker.Memory>> points = new LinkedHashMap<>();
        for (int i = 0; i < repeats; i++) {
            point(points, ALONE, alone, 1);
            for (int count : COUNTS) {
                point(points, members(count), shared, count);
            }
        }
        return points;
    }

    private void point(Map<String, List<MembersMemoryWorker.Memory>> points, String kind, Path file, int count) {
        try (Child child = Child.weft(Map.of(), "members-memory", kind, file, count)) {
            MembersMemoryWorker.Memory memory = child.answer(MembersMemoryWorker.Memory.class);
            out.printf(Locale.ROOT, "%s: %.1f MiB resident%n", kind, memory.residentMib());
            points.computeIfAbsent(kind, k -> new ArrayList<>()).add(memory);
        }
    }

    private static void report(Map<String, List<MembersMemoryWorker.Memory>> points, Result.Builder result) {
        List<Double> engine = new ArrayList<>();
        points.values().forEach(memories -> memories.forEach(m -> engine.add(m.engineMib())));
        result.measured("resident: JVM and libtorch, no model", "MiB", Spread.of(engine));
        points.forEach((kind, memories) -> result.measured(
                        "resident: " + kind,
                        "MiB",
                        Spread.of(memories.stream()
                                .map(MembersMemoryWorker.Memory::residentMib)
                                .toList()))
                .measured(
                        "of it, not a file's: " + kind,
                        "MiB",
                        Spread.of(memories.stream()
                                .map(MembersMemoryWorker.Memory::anonymousMib)
                                .toList())));
        double alone = resident(points.get(ALONE));
        for (int count : COUNTS) {
            double ratio = resident(points.get(members(count))) / alone;
            result.goal(
                    members(count) + ": at most " + GOAL_RATIO + " times the largest alone",
                    String.format(Locale.ROOT, "%.3f times (medians)", ratio),
                    ratio <= GOAL_RATIO);
        }
    }

    private static String members(int count) {
        return count + (count == 1 ? " member" : " members");
    }

    private static double resident(List<MembersMemoryWorker.Memory> memories) {
        return Spread.median(
                memories.stream().map(MembersMemoryWorker.Memory::residentMib).toList());
    }

    private static long mib(Path file) {
        return file.toFile().length() >> 20;
    }
}
