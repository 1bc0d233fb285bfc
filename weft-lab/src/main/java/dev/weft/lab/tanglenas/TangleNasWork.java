package dev.weft.lab.tanglenas;

import dev.weft.cost.CountedCosts;
import dev.weft.cost.MemberCosts;
import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.lab.Arm;
import dev.weft.lab.ArmResult;
import dev.weft.lab.Experiment;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import dev.weft.nn.MemberStatistics;
import dev.weft.search.Nsga2;
import dev.weft.search.RandomSearch;
import dev.weft.search.SearchSettings;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.DataSettings;
import dev.weft.train.Evaluation;
import dev.weft.train.Role;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** One call: what is left to do of it, in order. Methods return nothing, or false, when stopped. */
final class TangleNasWork implements AutoCloseable {
    private static final double HALF = 0.5; // what a member of unknown size costs, in largest ones

    private final Experiment experiment;
    private final TangleNasScale scale;
    private final ReproductionSettings settings;
    private final int trainImages;
    private final Space space;
    private final CountedCosts costs;
    private final CountedCosts smallCosts;
    private final TangleNasArms arms;
    private final ReproductionProgress progress;
    private final BooleanSupplier stop;
    private StepTimes.Measured times;
    private double done; // in steps of the largest member alone
    private double total;

    TangleNasWork(
            Experiment experiment,
            TangleNasScale scale,
            ReproductionSettings settings,
            Splits splits,
            ReproductionProgress progress,
            BooleanSupplier stop) {
        this.experiment = experiment;
        this.scale = scale;
        this.settings = settings;
        this.trainImages = splits.train().size();
        this.space = scale.model().space();
        ModelInput input = DataSettings.input(splits);
        this.costs = new CountedCosts(scale.model().withInput(input));
        this.smallCosts = new CountedCosts(scale.smallModel().withInput(input));
        this.arms = new TangleNasArms(
                scale, settings.data(), trainImages, costs.of(space.largest()).params());
        this.progress = progress;
        this.stop = stop;
    }

    /** Seed by seed, so that after the first one every arm has a number. */
    Optional<Measurements> all(List<Long> seeds) {
        Arm plain = arms.alone(space.largest(), false);
        Optional<StepTimes.Measured> measured = experiment.once(
                "step-times",
                StepTimes.Measured.class,
                () -> StepTimes.measure(
                        List.of(
                                arms.byGradient(TangleNasArms.ENTANGLED),
                                arms.byGradient(TangleNasArms.SEPARATE),
                                plain),
                        scale.timingRounds(),
                        stop));
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        times = measured.get();
        total = planned(seeds);
        List<Measurements.Seed> all = new ArrayList<>();
        for (long seed : seeds) {
            Optional<Measurements.Seed> one = seed(seed);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            all.add(one.get());
        }
        return smallSpace(seeds.get(0))
                .map(small -> new Measurements(
                        seeds,
                        times,
                        plain.name(),
                        new Measurements.Cost(costs.of(space.largest())),
                        space.choices().stream()
                                .mapToInt(c -> c.options().size())
                                .sum(),
                        all,
                        small));
    }

    private Optional<Measurements.Seed> seed(long seed) {
        Map<String, Chosen> chosen = new LinkedHashMap<>();
        List<SearchCurve> curves = new ArrayList<>();
        for (String name : searches(seed)) {
            Arm arm = arms.byGradient(name);
            if (train(arm, seed, trainer -> Map.of()).isEmpty()) {
                return Optional.empty();
            }
            chosen.put(name, chosenByLogits(arm, seed));
            curves.add(experiment
                    .once("curve-" + name + "-seed-" + seed, SearchCurve.class, () -> {
                        try (Trainer trainer = experiment.open(name, seed)) {
                            return Optional.of(SearchCurve.of(trainer, name, seed));
                        }
                    })
                    .orElseThrow());
        }
        Map<String, SearchSettings> strategies = new LinkedHashMap<>();
        strategies.put(TangleNasReproduction.RANDOM_CHOICE, new RandomSearch(scale.candidates()));
        strategies.put(TangleNasReproduction.EVOLVED_CHOICE, new Nsga2(scale.population(), scale.generations()));
        if (!chosenBySearch(arms.singlePath(false), strategies, seed, chosen)) {
            return Optional.empty();
        }
        Map<String, List<Measurements.Alone>> groups = new LinkedHashMap<>();
        for (Map.Entry<String, List<Member>> group : groups(seed, chosen).entrySet()) {
            List<Measurements.Alone> trained = new ArrayList<>();
            for (Member member : group.getValue()) {
                Optional<Measurements.Alone> alone = alone(member, false, seed);
                if (alone.isEmpty()) {
                    return Optional.empty();
                }
                trained.add(alone.get());
            }
            groups.put(group.getKey(), trained);
        }
        return Optional.of(new Measurements.Seed(seed, List.copyOf(chosen.values()), groups, curves));
    }

    /** The searches by gradient of a seed. */
    private List<String> searches(long seed) {
        List<String> names = new ArrayList<>(List.of(TangleNasArms.ENTANGLED, TangleNasArms.WITHIN_BUDGET));
        if (settings.maps()) {
            names.addAll(TangleNasArms.MAPS.keySet());
        }
        if (seed <= scale.separateSeeds()) {
            names.add(TangleNasArms.SEPARATE);
        }
        return names;
    }

    /** What is trained alone, by the row of the table that it belongs to. */
    private Map<String, List<Member>> groups(long seed, Map<String, Chosen> chosen) {
        Map<String, List<Member>> groups = new LinkedHashMap<>();
        chosen.forEach((name, choice) -> groups.put(name, List.of(space.parse(choice.member()))));
        Member byGradient = space.parse(chosen.get(TangleNasArms.ENTANGLED).member());
        groups.put(Measurements.RANDOM, TangleNasMembers.random(space, scale.randomMembers(), 1000 + seed));
        groups.put(
                Measurements.MATCHED,
                TangleNasMembers.matched(space, costs, byGradient, scale.matchedMembers(), 2000 + seed));
        groups.put(Measurements.LARGEST, List.of(space.largest()));
        return groups;
    }

    private Chosen chosenByLogits(Arm arm, long seed) {
        return experiment
                .once("chosen-" + arm.name() + "-seed-" + seed, Chosen.class, () -> {
                    double seconds =
                            experiment.result(arm.name(), seed).orElseThrow().seconds();
                    try (Trainer trainer = experiment.open(arm.name(), seed);
                            Family family = Family.open(experiment.family(arm.name(), seed))) {
                        Member member = family.member(Role.CHOSEN.toString());
                        return Optional.of(Chosen.of(trainer, arm.name(), seed, member, null, seconds, 0));
                    }
                })
                .orElseThrow();
    }

    private boolean chosenBySearch(
            Arm arm, Map<String, SearchSettings> strategies, long seed, Map<String, Chosen> chosen) {
        Optional<ArmResult> trained = train(arm, seed, trainer -> Map.of());
        if (trained.isEmpty()) {
            return false;
        }
        for (Map.Entry<String, SearchSettings> strategy : strategies.entrySet()) {
            String name = strategy.getKey();
            Optional<Chosen> choice = experiment.once("chosen-" + name + "-seed-" + seed, Chosen.class, () -> {
                Dataset all = TangleNasArms.data(scale, settings.data(), scale.selectionSize())
                        .open(seed)
                        .train();
                try (Trainer trainer = experiment.open(arm.name(), seed)) {
                    return new InheritedSearch(trainer, all)
                            .choose(
                                    name,
                                    strategy.getValue(),
                                    seed,
                                    trained.get().seconds(),
                                    progress,
                                    stop);
                }
            });
            if (choice.isEmpty()) {
                return false;
            }
            chosen.put(name, choice.get());
        }
        return true;
    }

    private Optional<Measurements.Alone> alone(Member member, boolean small, long seed) {
        Arm arm = arms.alone(member, small);
        MemberCosts cost = (small ? smallCosts : costs).of(member);
        return train(arm, seed, trainer -> Map.of(TangleNasReproduction.ACCURACY, percent(trainer)))
                .map(result -> new Measurements.Alone(
                        member.toString(),
                        result.value(TangleNasReproduction.ACCURACY),
                        cost.params(),
                        cost.macs(),
                        result.seconds()));
    }

    private static double percent(Trainer trainer) {
        Member plain = trainer.family().space().largest();
        try (MemberStatistics statistics = trainer.calibrate(plain)) {
            return 100
                    * Evaluation.accuracy(
                            trainer.family(),
                            plain,
                            statistics,
                            trainer.splits().report());
        }
    }

    private Optional<SmallSpace> smallSpace(long seed) {
        Arm byGradient = arms.smallByGradient();
        if (train(byGradient, seed, trainer -> Map.of()).isEmpty()) {
            return Optional.empty();
        }
        Map<String, Chosen> chosen = new LinkedHashMap<>();
        chosen.put(byGradient.name(), chosenByLogits(byGradient, seed));
        Space small = scale.smallModel().space();
        List<Member> members = small.enumerate(1000);
        String bySearch = TangleNasArms.SMALL + TangleNasReproduction.RANDOM_CHOICE;
        // So many draws that no member is left out.
        SearchSettings everyMember = new RandomSearch(members.size(), 50 * members.size());
        if (!chosenBySearch(arms.singlePath(true), Map.of(bySearch, everyMember), seed, chosen)) {
            return Optional.empty();
        }
        List<SmallSpace.Trained> trained = new ArrayList<>();
        for (Member member : members) {
            Optional<Measurements.Alone> alone = alone(member, true, seed);
            if (alone.isEmpty()) {
                return Optional.empty();
            }
            trained.add(new SmallSpace.Trained(
                    member.toString(), alone.get().accuracy(), alone.get().params()));
        }
        return Optional.of(new SmallSpace(
                trained,
                chosen.get(byGradient.name()).member(),
                chosen.get(bySearch).member()));
    }

    private Optional<ArmResult> train(Arm arm, long seed, Function<Trainer, Map<String, Double>> measure) {
        double weight = stepCost(arm);
        double planned = weight * steps(arm);
        String detail = arm.name() + ", seed " + seed;
        TrainingListener listener = new TrainingListener() {
            @Override
            public void stepDone(StepReport report) {
                long now = Math.round(done + weight * report.step());
                progress.update("train", now, Math.max(now, Math.round(total)), "steps of the largest", detail);
            }
        };
        Optional<ArmResult> result = experiment.train(arm, seed, listener, measure);
        result.ifPresent(r -> done += planned);
        return result;
    }

    /** All that will be trained, members of unknown size at half the price of the largest. */
    private double planned(List<Long> seeds) {
        double alone = steps(arms.alone(space.largest(), false));
        double sum = 0;
        for (long seed : seeds) {
            for (String name : searches(seed)) {
                Arm arm = arms.byGradient(name);
                sum += stepCost(arm) * steps(arm);
            }
            Arm path = arms.singlePath(false);
            sum += stepCost(path) * steps(path);
            int members = searches(seed).size() + 2 + scale.randomMembers() + scale.matchedMembers();
            sum += alone * (1 + HALF * members);
        }
        Arm small = arms.smallByGradient();
        Arm smallPath = arms.singlePath(true);
        return sum
                + stepCost(small) * steps(small)
                + stepCost(smallPath) * steps(smallPath)
                + HALF * alone * scale.smallModel().space().count().intValue();
    }

    private long steps(Arm arm) {
        DataSettings.Images data = (DataSettings.Images) arm.recipe().data();
        boolean half = arm.recipe().train().architecture() != null || data.selectionSize() > scale.selectionSize();
        return (long) arm.recipe().train().epochs()
                * Math.max(1, (half ? trainImages / 2 : trainImages) / scale.batchSize());
    }

    /** What a step costs, in steps of the largest member alone. */
    private double stepCost(Arm arm) {
        double plain = times.medianMillis(arms.alone(space.largest(), false).name());
        if (arm.recipe().train().architecture() != null) {
            boolean separate = arm.name().equals(TangleNasArms.SEPARATE);
            return times.medianMillis(separate ? TangleNasArms.SEPARATE : TangleNasArms.ENTANGLED) / plain;
        }
        return arm.name().equals(arms.alone(space.largest(), false).name()) ? 1 : HALF;
    }

    @Override
    public void close() {
        costs.close();
        smallCosts.close();
    }
}
