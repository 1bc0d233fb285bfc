package dev.weft.report;

import dev.weft.metric.Metric;
import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.report.ExperimentReport.Verdict;
import dev.weft.report.RunReport.Block;
import dev.weft.report.RunReport.Curve;
import dev.weft.report.RunReport.Point;
import dev.weft.report.RunReport.Stage;
import dev.weft.search.MeasuredMember;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Invented reports of realistic size and shape, the same at every call. */
final class Samples {
    private static final List<List<Integer>> WIDTHS =
            List.of(List.of(8, 12, 16), List.of(16, 24, 32), List.of(24, 36, 48), List.of(40, 56, 72));
    private static final int MAX_DEPTH = 4;

    /** A PNG file of one grey pixel. */
    static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

    private Samples() {}

    private record Draw(int resolution, List<Integer> widths, List<Integer> depths, List<Integer> kernels) {
        String line() {
            StringBuilder line = new StringBuilder("resolution=" + resolution);
            for (int s = 0; s < widths.size(); s++) {
                line.append(",s%d.width=%d,s%d.depth=%d,s%d.kernel=%d"
                        .formatted(s, widths.get(s), s, depths.get(s), s, kernels.get(s)));
            }
            return line.toString();
        }

        double macs() {
            double sum = 0;
            for (int s = 0; s < widths.size(); s++) {
                sum += (1 + depths.get(s))
                        * Math.pow(widths.get(s), 1.7)
                        * (20 + Math.pow(kernels.get(s), 2))
                        / (1 + s);
            }
            return sum * resolution * resolution / 14.0;
        }

        List<Stage> stages() {
            List<Stage> stages = new ArrayList<>();
            stages.add(new Stage("stem", List.of(new Block("stem.conv", "conv", 16, 3, 16, 3, true))));
            for (int s = 0; s < widths.size(); s++) {
                int stage = s;
                int max = WIDTHS.get(s).get(2);
                stages.add(new Stage(
                        "stage " + (s + 1),
                        IntStream.range(0, MAX_DEPTH)
                                .mapToObj(b -> new Block(
                                        "blocks." + stage + "." + b,
                                        "inverted residual",
                                        widths.get(stage),
                                        kernels.get(stage),
                                        max,
                                        5,
                                        b < depths.get(stage)))
                                .toList()));
            }
            stages.add(new Stage("head", List.of(new Block("head.conv", "conv", 128, 1, 128, 1, true))));
            return stages;
        }
    }

    static RunReport run(int count) {
        Random random = new Random(7);
        List<Draw> draws = new ArrayList<>();
        draws.add(level(2, 28, MAX_DEPTH, 5));
        draws.add(level(0, 20, 1, 3));
        while (draws.size() < count) draws.add(draw(random));
        List<MemberResult> members = new ArrayList<>();
        for (int i = 0; i < count; i++) members.add(measure(draws, i, random));
        members = withExports(withFront(members));
        return RunReport.builder(
                        "Fashion-MNIST, tiny mobile CNN",
                        "2026-03-14 09:26 UTC",
                        new RunReport.Dataset(
                                "Fashion-MNIST (embedded subset)",
                                List.of(
                                        new RunReport.Split("train", 9000),
                                        new RunReport.Split("selection", 1000),
                                        new RunReport.Split("report", 2000)),
                                List.of(
                                        "T-shirt/top",
                                        "Trouser",
                                        "Pullover",
                                        "Dress",
                                        "Coat",
                                        "Sandal",
                                        "Shirt",
                                        "Sneaker",
                                        "Bag",
                                        "Ankle boot")),
                        new RunReport.Space("5038848", choices()))
                .recipe("BigNAS: sandwich rule with in-place distillation")
                .latencySetting(
                        "Latency of one image in ONNX Runtime 1.23.2 on this machine: 1 thread, 20 warm-up runs, median of 200.")
                .commands(List.of("./weft quickstart --out runs/fashion --seed 7"))
                .environment(List.of(
                        new Fact("Processor", "2 cores, x86-64, AVX-512"),
                        new Fact("Memory", "8 GB"),
                        new Fact("Java", "17.0.15, Linux"),
                        new Fact("Engine", "libtorch 2.10.0, 2 threads"),
                        new Fact("Seed", "7"),
                        new Fact("Weft", "0.1.0")))
                .curves(curves(random))
                .members(members)
                .network(draws.get(0).stages())
                .notes(List.of(
                        "Selection accuracy chose the members; test accuracy was taken once, after the choice.",
                        "Latency differs between machines. The order of two members closer than 5 % may change when it is measured again.",
                        "One seed: the spread between trainings is not shown here."))
                .build();
    }

    private static Draw draw(Random random) {
        return new Draw(
                20 + 4 * random.nextInt(3),
                WIDTHS.stream().map(options -> options.get(random.nextInt(3))).toList(),
                IntStream.range(0, 4)
                        .mapToObj(s -> 1 + random.nextInt(MAX_DEPTH))
                        .toList(),
                IntStream.range(0, 4).mapToObj(s -> 3 + 2 * random.nextInt(2)).toList());
    }

    private static Draw level(int option, int resolution, int depth, int kernel) {
        return new Draw(
                resolution,
                WIDTHS.stream().map(options -> options.get(option)).toList(),
                List.of(depth, depth, depth, depth),
                List.of(kernel, kernel, kernel, kernel));
    }

    private static MemberResult measure(List<Draw> draws, int index, Random random) {
        Draw draw = draws.get(index);
        double macs = draw.macs();
        double size = Math.log(macs / draws.get(1).macs())
                / Math.log(draws.get(0).macs() / draws.get(1).macs());
        double accuracy =
                Math.round(1000 * (0.781 + 0.085 * Math.pow(size, 0.8) - 0.008 * random.nextDouble())) / 1000.0;
        double p50 = 0.09 + 1.25e-7 * macs * (0.85 + 0.3 * random.nextDouble());
        long params = Math.round(9000 + macs / 41 * (0.8 + 0.4 * random.nextDouble()));
        String name = index == 0 ? "largest" : index == 1 ? "smallest" : null;
        return new MemberResult(
                draw.line(),
                name,
                false,
                measured(accuracy, params, Math.round(macs), 4 * params + 2400, p50, p50 * 1.4),
                null,
                draw.stages());
    }

    private static MeasuredMember measured(
            double accuracy, double params, double macs, double bytes, double p50, double p99) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("accuracy", accuracy);
        values.put("params", params);
        values.put("macs", macs);
        values.put("bytes", bytes);
        values.put("latencyMillisP50", p50);
        values.put("latencyMillisP99", p99);
        return new MeasuredMember(Member.PLAIN, values);
    }

    private static MeasuredMember tested(MeasuredMember of, double accuracy) {
        Map<String, Double> values = new LinkedHashMap<>(of.values());
        values.put("testAccuracy", accuracy);
        return new MeasuredMember(of.member(), values);
    }

    private static List<MemberResult> withFront(List<MemberResult> members) {
        return members.stream()
                .map(m -> new MemberResult(
                        m.member(),
                        m.name(),
                        members.stream()
                                .noneMatch(o -> o != m
                                        && o.latency() <= m.latency()
                                        && o.value(Metric.ACCURACY) >= m.value(Metric.ACCURACY)),
                        m.measured(),
                        m.exported(),
                        m.network()))
                .toList();
    }

    /** The largest, the smallest and the middle of the front are exported and have a test accuracy; no agreement is known of the smallest. */
    private static List<MemberResult> withExports(List<MemberResult> members) {
        List<String> front = members.stream()
                .filter(MemberResult::onFront)
                .sorted(Comparator.comparingDouble(m -> m.latency()))
                .map(MemberResult::member)
                .toList();
        String middle = front.get(front.size() / 2);
        List<MemberResult> result = new ArrayList<>();
        for (MemberResult m : members) {
            String name = m.member().equals(middle) ? "balanced" : m.name();
            String file = "exports/" + name;
            result.add(
                    name == null
                            ? m
                            : new MemberResult(
                                    m.member(),
                                    name,
                                    m.onFront(),
                                    tested(m.measured(), m.value(Metric.ACCURACY) - 0.006),
                                    new MemberResult.Export(
                                            file + ".onnx",
                                            file + ".safetensors",
                                            2.4e-6,
                                            name.equals("smallest") ? null : 1.0),
                                    m.network()));
        }
        return result;
    }

    private static List<RunReport.Choice> choices() {
        List<RunReport.Choice> choices = new ArrayList<>();
        choices.add(new RunReport.Choice("resolution", List.of("20", "24", "28")));
        for (int s = 0; s < 4; s++) {
            choices.add(new RunReport.Choice(
                    "s" + s + ".width",
                    WIDTHS.get(s).stream().map(String::valueOf).toList()));
            choices.add(new RunReport.Choice("s" + s + ".depth", List.of("1", "2", "3", "4")));
            choices.add(new RunReport.Choice("s" + s + ".kernel", List.of("3", "5")));
        }
        return choices;
    }

    /** A run with a search by gradient over 21 choices: some decided early, some late, some not. */
    static RunReport searched() {
        Random random = new Random(11);
        RunReport run = run(12);
        List<RunReport.BlendedChoice> blends = new ArrayList<>();
        for (int c = 0; c < 21; c++) {
            List<String> options = List.of(List.of("8", "12", "16"), List.of("1", "2", "3", "4"), List.of("3", "5"))
                    .get(c % 3);
            double[] drift = random.doubles(options.size(), -1.5, 1.5).toArray();
            List<RunReport.Parts> history = new ArrayList<>();
            for (int epoch = 0; epoch <= 20; epoch++) {
                double[] weights = new double[options.size()];
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = Math.exp(drift[i] * epoch / 9.0 + 0.12 * random.nextGaussian());
                }
                double sum = java.util.Arrays.stream(weights).sum();
                history.add(new RunReport.Parts(
                        70L * epoch,
                        java.util.Arrays.stream(weights).mapToObj(w -> w / sum).toList()));
            }
            blends.add(new RunReport.BlendedChoice(
                    "stage" + (c / 3 + 1) + "."
                            + List.of("width", "depth", "kernel").get(c % 3),
                    options,
                    history));
        }
        List<Curve> curves = new ArrayList<>();
        for (String role : List.of("blend", "architecture")) {
            List<Point> loss = new ArrayList<>();
            for (int step = 10; step <= 1400; step += 10) {
                double above = role.equals("blend") ? 0.4 : 0.47;
                loss.add(new Point(step, above + 1.9 * Math.exp(-step / 160.0) + 0.05 * random.nextGaussian()));
            }
            curves.add(new Curve(role, "loss", loss));
        }
        for (String role : List.of("largest", "smallest", "chosen")) {
            double end = role.equals("smallest") ? 0.78 : role.equals("chosen") ? 0.86 : 0.84;
            List<Point> accuracy = new ArrayList<>();
            for (int step = 70; step <= 1400; step += 70) {
                accuracy.add(new Point(step, end - 0.5 * Math.exp(-step / 150.0)));
            }
            curves.add(new Curve(role, "accuracy", accuracy));
        }
        return RunReport.builder(run.heading().title(), run.heading().created(), run.dataset(), run.space())
                .recipe("TangleNAS: a blend of all members")
                .curves(curves)
                .blends(blends)
                .build();
    }

    /** A run with experts: one weight whose router tells members apart, one whose experts are all but equal. */
    static RunReport routed() {
        RunReport run = run(12);
        return RunReport.builder(run.heading().title(), run.heading().created(), run.dataset(), run.space())
                .curves(run.training().curves())
                .routing(new RunReport.Routing(
                        62,
                        List.of(
                                new RunReport.RoutedWeight("blocks.0.mlp.fc1.weight", List.of(0.7, 0.3), 0.0125, 0.031),
                                new RunReport.RoutedWeight("blocks.0.mlp.fc2.weight", List.of(0.5, 0.5), 2e-7, 0.998)),
                        396_164,
                        207_744))
                .build();
    }

    /** A run whose largest and smallest member were tried on so many classes of the report split; pictures of one pixel. */
    static RunReport tried(int classes) {
        RunReport run = run(12);
        RunReport.Dataset data = new RunReport.Dataset(
                run.dataset().name(),
                run.dataset().splits(),
                IntStream.range(0, classes).mapToObj(c -> "class " + c).toList());
        return RunReport.builder(run.heading().title(), run.heading().created(), data, run.space())
                .members(run.measured().members())
                .heldOut(List.of(
                        new RunReport.HeldOut(
                                "largest", tried(run.measured().members().get(0), classes, 0.9)),
                        new RunReport.HeldOut(
                                "smallest", tried(run.measured().members().get(1), classes, 0.6))))
                .build();
    }

    /** Twenty images of each class: a share is right, and the others are taken for the next class. */
    private static HeldOutResult tried(MemberResult member, int classes, double share) {
        List<HeldOutResult.Count> counts = new ArrayList<>();
        List<HeldOutResult.Picture> wrong = new ArrayList<>();
        List<HeldOutResult.Picture> right = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            int next = (c + 1) % classes;
            counts.add(new HeldOutResult.Count(c, c, (int) Math.round(20 * share)));
            counts.add(new HeldOutResult.Count(c, next, 20 - (int) Math.round(20 * share)));
            if (c < 12) {
                wrong.add(new HeldOutResult.Picture("t10k/0000" + c, PIXEL, c, next, 0.7, 0.2));
                right.add(new HeldOutResult.Picture("t10k/0001" + c, PIXEL, c, c, 0.999, 0.999));
            }
        }
        return new HeldOutResult(
                member.member(), 20 * classes, share, new HeldOutResult.Predictions(counts, wrong, right), null);
    }

    /** A run of cells of four nodes. */
    static RunReport cells() {
        Random random = new Random(5);
        List<String> operations = List.of("none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3");
        List<MemberResult> members = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String cell = "|%s~0|+|%s~0|%s~1|+|%s~0|%s~1|%s~2|"
                    .formatted(IntStream.range(0, 6)
                            .mapToObj(e -> operations.get(random.nextInt(5)))
                            .toArray());
            members.add(new MemberResult(
                    cell,
                    i == 0 ? "best" : null,
                    i == 0,
                    measured(0.9 - 0.01 * i, 1000 + i, 10_000 + i, 4000, 0.1 + 0.01 * i, 0.2 + 0.01 * i),
                    null,
                    List.of()));
        }
        RunReport run = run(12);
        return RunReport.builder(
                        "cells on digits",
                        run.heading().created(),
                        run.dataset(),
                        new RunReport.Space("15625", List.of()))
                .members(members)
                .build();
    }

    private static List<Curve> curves(Random random) {
        List<Curve> curves = new ArrayList<>();
        for (String role : List.of("largest", "random", "smallest")) {
            double last = role.equals("largest") ? 0.35 : role.equals("random") ? 0.47 : 0.58;
            List<Point> loss = new ArrayList<>();
            List<Point> accuracy = new ArrayList<>();
            for (int step = 10; step <= 1400; step += 10) {
                loss.add(new Point(step, last + 1.9 * Math.exp(-step / 160.0) + 0.05 * random.nextGaussian()));
                if (step % 70 == 0) accuracy.add(new Point(step, 0.98 - 0.33 * last - 0.6 * Math.exp(-step / 150.0)));
            }
            curves.add(new Curve(role, "loss", loss));
            curves.add(new Curve(role, "selection accuracy", accuracy));
        }
        return curves;
    }

    static ExperimentReport experiment() {
        List<ExperimentReport.Metric> metrics = List.of(
                new ExperimentReport.Metric("Smallest member", "% test accuracy", 1, true),
                new ExperimentReport.Metric("Mean of 6 random members", "% test accuracy", 1, true),
                new ExperimentReport.Metric("Largest member", "% test accuracy", 1, true),
                new ExperimentReport.Metric("Smallest, not recalibrated", "% test accuracy", 1, false),
                new ExperimentReport.Metric("Time", "s", 0, false));
        return new ExperimentReport(
                "BigNAS: members that need no retraining",
                "2026-03-14",
                new ExperimentReport.Paper(
                        "BigNAS: Scaling Up Neural Architecture Search with Big Single-Stage Models.",
                        "Jiahui Yu, Pengchong Jin, Hanxiao Liu, and others",
                        2020,
                        "arXiv:2003.11142"),
                "Trained by the sandwich rule with in-place distillation, every member of one supernet is as good as it would be"
                        + " after training alone, and better than under uniform path sampling.",
                List.of(
                        new Verdict(
                                Outcome.HELD,
                                "Smallest member: 79.6 % against 77.9 % by single path sampling for the same epochs (at least 1.0 point asked).",
                                true),
                        new Verdict(
                                Outcome.NOT_HELD,
                                "Against compute-matched sampling the gain is 0.1 points, where 0.3 were asked.",
                                true),
                        new Verdict(
                                Outcome.UNDECIDED,
                                "Distillation: 0.2 points, less than the spread between seeds.",
                                true),
                        new Verdict(Outcome.NOT_TESTED, "Separate weights: that arm was not run.", false)),
                List.of(1L, 2L, 3L),
                metrics,
                List.of(
                        arm("A", "sandwich rule, in-place distillation", 79.6, 82.4, 85.6, 31.2, 212),
                        arm("B", "single path, same epochs", 77.9, 80.3, 82.1, 62.0, 61),
                        arm("B2", "single path, same member-forwards", 79.5, 82.1, 84.0, 63.5, 215),
                        arm("C", "sandwich rule, labels for all", 79.4, 82.2, 85.5, 30.1, 208),
                        new Arm(
                                "D",
                                "stand-alone, same epochs",
                                List.of(cell(80.2), new Cell(List.of()), cell(85.4), cell(80.1), cell(120)))),
                List.of(
                        new Fact("Data", "Fashion-MNIST, 9,000 train, 1,000 selection, 2,000 test"),
                        new Fact("Epochs", "5"),
                        new Fact("Calibration", "20 batches of 128")),
                List.of(new Fact("Processor", "2 cores, x86-64"), new Fact("Engine", "libtorch 2.10.0")),
                List.of("./weft reproduce bignas --out results --seeds 1,2,3"),
                List.of("Five epochs are few: the published schedule has 360.", "Three seeds give a rough spread."),
                List.of(),
                List.of());
    }

    private static Arm arm(String name, String description, double... means) {
        return new Arm(
                name,
                description,
                IntStream.range(0, means.length).mapToObj(i -> cell(means[i])).toList());
    }

    private static Cell cell(double mean) {
        double spread = mean * 0.004;
        return new Cell(List.of(mean - spread, mean + 0.7 * spread, mean + 0.3 * spread));
    }
}
