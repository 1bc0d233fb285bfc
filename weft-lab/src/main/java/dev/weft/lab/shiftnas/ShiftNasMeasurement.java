package dev.weft.lab.shiftnas;

import dev.weft.data.Dataset;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.shiftnas.Measurements.Choice;
import dev.weft.lab.shiftnas.Measurements.Curve;
import dev.weft.lab.shiftnas.Measurements.Moment;
import dev.weft.lab.shiftnas.Measurements.Pick;
import dev.weft.lab.shiftnas.VisitLog.Visit;
import dev.weft.nn.MemberStatistics;
import dev.weft.run.Metric;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.weight.GeneratedWeights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The numbers of a trained arm. Accuracies are in percent, of recalibrated members. */
final class ShiftNasMeasurement {
    /** The part of members that were within one level of what was asked for, in percent: of all steps, and of the last quarter. */
    static final String HITS = "hits";

    static final String LAST_HITS = "hits.lastQuarter";

    private static final String SAMPLER = "sampler"; // whose numbers they are in a run's table

    private final ShiftNasScale scale;
    private final LevelledSpace space;
    private final String data;

    ShiftNasMeasurement(ShiftNasScale scale, LevelledSpace space, String data) {
        this.scale = scale;
        this.space = space;
        this.data = data;
    }

    static String visits(int level) {
        return "level" + (level + 1) + ".visits";
    }

    static String distinct(int level) {
        return "level" + (level + 1) + ".distinct";
    }

    static String accuracy(int level) {
        return "level" + (level + 1) + ".accuracy";
    }

    static String probability(int level) {
        return "level" + (level + 1) + ".probability";
    }

    /** The mean change of a level's loss over an interval of training, below 0 where it fell. */
    static String lossChange(int level) {
        return "level" + (level + 1) + ".meanLossChange";
    }

    /** Everything of an arm that decides its row of the table. */
    Map<String, Double> of(Trainer trainer, List<Visit> visits) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int k = 0; k < space.levels(); k++) {
            int level = k;
            List<Visit> own =
                    visits.stream().filter(visit -> visit.level() == level).toList();
            Set<Member> different = new HashSet<>();
            own.forEach(visit -> different.add(visit.member()));
            values.put(visits(k), (double) own.size());
            values.put(distinct(k), (double) different.size());
        }
        if (visits.get(0).asked() >= 0) {
            values.put(HITS, hits(visits));
            values.put(LAST_HITS, hits(visits.subList(visits.size() * 3 / 4, visits.size())));
        }
        Map<String, Double> latest = new LinkedHashMap<>();
        for (Metric metric : trainer.folder().database().metrics()) {
            if (metric.role().equals(SAMPLER)) {
                latest.put(metric.name(), metric.value());
            }
        }
        for (int k = 0; k < space.levels(); k++) {
            for (String name : List.of(probability(k), lossChange(k))) {
                if (latest.containsKey(name)) {
                    values.put(name, latest.get(name));
                }
            }
            values.put(
                    accuracy(k),
                    space.draw(k, scale.membersPerLevel(), scale.memberSeed()).stream()
                            .mapToDouble(member ->
                                    accuracy(trainer, member, trainer.splits().report()))
                            .average()
                            .orElseThrow());
        }
        return values;
    }

    private static double hits(List<Visit> visits) {
        return 100.0
                * visits.stream()
                        .filter(v -> Math.abs(v.level() - v.asked()) <= 1)
                        .count()
                / visits.size();
    }

    /** How likely the levels of an arm were at the end of each epoch. */
    Curve curve(String arm, long seed, Trainer trainer) {
        long perEpoch = trainer.steps() / scale.epochs();
        Map<Long, Map<String, Double>> steps = new TreeMap<>();
        for (Metric metric : trainer.folder().database().metrics()) {
            if (metric.role().equals(SAMPLER)) {
                steps.computeIfAbsent(metric.step(), step -> new LinkedHashMap<>())
                        .put(metric.name(), metric.value());
            }
        }
        List<Moment> moments = new ArrayList<>();
        steps.forEach((step, values) -> {
            List<Double> probabilities = new ArrayList<>();
            for (int k = 0; k < space.levels(); k++) {
                probabilities.add(values.get(probability(k)));
            }
            moments.add(new Moment((double) step / perEpoch, probabilities));
        });
        return new Curve(arm, seed, moments);
    }

    /** What the generator gives for the middle of each level, without noise and without looking at any image. */
    Choice generated(String arm, long seed, Trainer trainer) {
        GeneratedWeights generator =
                trainer.family().strategy(GeneratedWeights.class).orElseThrow();
        List<Pick> picks = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            Member member = generator.strongest(space.target(k));
            picks.add(pick(k, member, accuracy(trainer, member, selection(seed)), trainer));
        }
        return new Choice(arm, seed, picks);
    }

    /** The best of random members of each level, by the images that members are chosen by; empty when stopped. */
    Optional<Choice> bestOfRandom(
            String arm, long seed, Trainer trainer, ReproductionProgress progress, BooleanSupplier stop) {
        Dataset selection = selection(seed);
        List<Pick> picks = new ArrayList<>();
        long total = (long) space.levels() * scale.candidates();
        for (int k = 0; k < space.levels(); k++) {
            Member best = null;
            double most = -1;
            int done = 0;
            for (Member member : space.draw(k, scale.candidates(), scale.memberSeed() + seed)) {
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                double accuracy = accuracy(trainer, member, selection);
                if (accuracy > most) {
                    most = accuracy;
                    best = member;
                }
                progress.update(
                        "choose", (long) k * scale.candidates() + ++done, total, "members", arm + ", seed " + seed);
            }
            picks.add(pick(k, best, most, trainer));
        }
        return Optional.of(new Choice(arm, seed, picks));
    }

    /** The same images for every arm: those that only A, B and D leave out beside them are not among them. */
    private Dataset selection(long seed) {
        return ShiftNasArms.data(scale, data, scale.selectionSize()).open(seed).selection();
    }

    private Pick pick(int level, Member member, double selection, Trainer trainer) {
        return new Pick(
                level,
                space.level(member),
                space.space().print(member),
                space.macs(member),
                selection,
                accuracy(trainer, member, trainer.splits().report()));
    }

    private static double accuracy(Trainer trainer, Member member, Dataset images) {
        try (MemberStatistics statistics = trainer.calibrate(member)) {
            return 100 * Evaluation.accuracy(trainer.family(), member, statistics, images);
        }
    }
}
