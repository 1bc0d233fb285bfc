package dev.weft.bench;

import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Libtorch;
import dev.weft.space.Member;
import dev.weft.weight.Reading;
import dev.weft.weight.RequestedWeights;
import dev.weft.weight.Weight;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a member costs over the plain network: its first use, and switching between members that are held ready. Batch 1, a
 * network of twenty layers, a warm JVM.
 */
final class MemberCostBenchmark {
    private static final String NAME = "member-cost";
    private static final double GOAL_MICROS = 200;
    private static final double MICROS = 1e-3;
    private static final int REPEATS = 20;
    private static final int HELD = 8;

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder(NAME);
    private final SplittableRandom random = new SplittableRandom(3);
    private final Set<Member> used = new LinkedHashSet<>();

    MemberCostBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        Libtorch.useThreads(options.threads());
        int members = options.quick() ? 20 : 300;
        ModelDefinition definition = BenchModels.twentyLayers();
        result.setting("threads", options.threads())
                .setting("batch", 1)
                .setting("new members", members)
                .setting("held members", HELD);
        try (Family family = Family.of(definition, 1);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor image = torch.rand(1, 1, 28, 28).mul(new org.bytedeco.pytorch.Scalar(255));
            views(family, members);
            firstUse(family, members, image);
            switching(family, image);
        }
        return result.build();
    }

    /** What lies between having a member and having all its weights: every view, and whether each lies in the stored tensor. */
    private void views(Family family, int members) {
        RequestedWeights requested = new RequestedWeights(family.weights());
        family.definition().build(requested); // the same stored tensors; every member of this space uses every weight
        List<Weight> weights = List.copyOf(requested.byName().values());
        distinct(family, 500).forEach(member -> build(weights, member)); // warm-up
        List<Double> micros = new ArrayList<>();
        long viewed = 0;
        long copied = 0;
        for (Member member : distinct(family, members)) {
            try (PointerScope scope = new PointerScope()) {
                long start = System.nanoTime();
                List<Tensor> views = build(weights, member);
                micros.add((System.nanoTime() - start) * MICROS);
                for (Tensor view : views) {
                    long bytes = view.numel() * view.element_size();
                    viewed += bytes;
                    copied += liesIn(family, view) ? 0 : bytes;
                }
            }
        }
        result.setting("weights of a member", weights.size())
                .measured("weights of a new member, ready as views", "µs", Spread.of(micros))
                .measured("weight bytes seen by a member, mean", "B", Spread.of((double) viewed / members))
                .measured("weight bytes copied, all members", "B", Spread.of(copied))
                .goal("no weight byte is copied", copied + " of " + viewed + " bytes", copied == 0);
    }

    private static List<Tensor> build(List<Weight> weights, Member member) {
        List<Tensor> views = new ArrayList<>(weights.size());
        Reading reading = Reading.of(member);
        for (Weight weight : weights) {
            views.add(weight.tensor(reading));
        }
        return views;
    }

    /** Whether a view's memory is the memory of a stored tensor. */
    private static boolean liesIn(Family family, Tensor view) {
        return family.weights().tensors().values().stream().anyMatch(stored -> stored.is_alias_of(view));
    }

    /**
     * One forward of a member the family never ran, over the plain extracted network's. The plain network runs first, so what
     * the engine itself does for shapes it has not met (choosing and compiling kernels) is reported apart.
     */
    private void firstUse(Family family, int members, Tensor image) {
        List<Double> plainFirst = new ArrayList<>();
        List<Double> plainTimes = new ArrayList<>();
        List<Double> firstExtra = new ArrayList<>();
        List<Double> laterExtra = new ArrayList<>();
        int warmUp = members / 4;
        int index = 0;
        for (Member member : distinct(family, warmUp + members)) {
            try (Family plain = family.extract(member, MemberStatistics.none());
                    MemberStatistics statistics = calibrated(plain)) {
                Pass plainPass = Pass.evaluation(Member.PLAIN, statistics);
                Pass pass = Pass.evaluation(member, statistics);
                double first = forward(plain, plainPass, image);
                List<Double> before = new ArrayList<>();
                for (int i = 0; i < REPEATS; i++) {
                    before.add(forward(plain, plainPass, image));
                }
                double firstUse = forward(family, pass, image);
                List<Double> shared = new ArrayList<>();
                List<Double> after = new ArrayList<>();
                for (int i = 0; i < REPEATS; i++) {
                    after.add(forward(plain, plainPass, image));
                    shared.add(forward(family, pass, image));
                }
                if (index++ >= warmUp) {
                    plainFirst.add(first);
                    plainTimes.add(Spread.median(before));
                    firstExtra.add(firstUse - Spread.median(before));
                    laterExtra.add(Spread.median(shared) - Spread.median(after));
                }
            }
        }
        Spread extra = Spread.of(firstExtra);
        result.measured("plain network: its first forward (the engine meets its shapes)", "µs", Spread.of(plainFirst))
                .measured("plain network: a forward", "µs", Spread.of(plainTimes))
                .measured("first forward of a new member, over the plain network's", "µs", extra)
                .measured("later forwards of that member, over the plain network's", "µs", Spread.of(laterExtra))
                .goal(
                        "first use of a new member under " + (int) GOAL_MICROS + " µs over the plain network",
                        String.format(Locale.ROOT, "median %.0f µs", extra.median()),
                        extra.median() < GOAL_MICROS);
    }

    /** Statistics from the plain network, so that the family has not run the member yet. */
    private static MemberStatistics calibrated(Family plain) {
        Calibration calibration = new Calibration();
        try (PointerScope scope = new PointerScope()) {
            plain.forward(torch.rand(8, 1, 28, 28), new Pass(Member.PLAIN, calibration, 0, 0));
        }
        return calibration.statistics();
    }

    /** The same forwards in two orders: member after member, and one member for a while. */
    private void switching(Family family, Tensor image) {
        int rounds = options.quick() ? 10 : 200;
        List<Pass> held = new ArrayList<>();
        for (Member member : distinct(family, HELD)) {
            try (Family plain = family.extract(member, MemberStatistics.none())) {
                held.add(Pass.evaluation(member, calibrated(plain)));
            }
        }
        held.forEach(pass -> repeat(family, pass, image, REPEATS)); // warm-up
        List<Double> staying = new ArrayList<>();
        List<Double> switching = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            double stay = 0;
            double change = 0;
            for (Pass pass : held) {
                stay += repeat(family, pass, image, HELD);
            }
            for (int i = 0; i < HELD; i++) {
                for (Pass pass : held) {
                    change += forward(family, pass, image);
                }
            }
            staying.add(stay / (HELD * HELD));
            switching.add(change / (HELD * HELD));
            ratios.add(change / stay);
        }
        Spread ratio = Spread.of(ratios);
        result.measured("a forward, staying on each held member", "µs", Spread.of(staying))
                .measured("a forward, switching after each", "µs", Spread.of(switching))
                .measured("switching / staying, by round", "", ratio)
                .goal(
                        "switching between held members: nothing measurable (within 2 %)",
                        String.format(Locale.ROOT, "ratio %.3f", ratio.median()), ratio.median() <= 1.02);
        held.forEach(pass -> ((MemberStatistics) pass.norm()).close());
        out.println("Switched between " + HELD + " held members in " + rounds + " rounds.");
    }

    private static double repeat(Family family, Pass pass, Tensor image, int times) {
        double micros = 0;
        for (int i = 0; i < times; i++) {
            micros += forward(family, pass, image);
        }
        return micros;
    }

    /** Microseconds of one forward, its output freed. */
    private static double forward(Family family, Pass pass, Tensor image) {
        long start = System.nanoTime();
        try (PointerScope scope = new PointerScope()) {
            family.forward(image, pass);
        }
        return (System.nanoTime() - start) * MICROS;
    }

    /** Members not drawn before by this benchmark, all different. */
    private List<Member> distinct(Family family, int count) {
        List<Member> drawn = new ArrayList<>();
        while (drawn.size() < count) {
            Member member = family.space().sample(random);
            if (used.add(member)) {
                drawn.add(member);
            }
        }
        return drawn;
    }
}
