package dev.weft.lab.bignas;

import dev.weft.cost.CountedCosts;
import dev.weft.lab.Claim;
import dev.weft.lab.Judgement;
import dev.weft.lab.ReproductionProgress;
import dev.weft.nn.MemberStatistics;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.search.BestMember;
import dev.weft.search.Bound;
import dev.weft.search.CoarseToFine;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
import dev.weft.search.MetricNames;
import dev.weft.search.Objective;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchTask;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The paper's coarse-to-fine selection at three budgets of multiply-adds, in a trained supernet. */
final class BudgetSearch {
    private static final double MUTATION_PROBABILITY = 0.1;
    private static final String SECONDS = "evaluationSeconds";
    /** What a difference of two accuracies may be by chance: two standard errors. */
    private static final double ERRORS = 2;

    private final BigNasScale scale;

    BudgetSearch(BigNasScale scale) {
        this.scale = scale;
    }

    /**
     * The best member within a budget.
     *
     * @param budgetMacs multiply-adds allowed
     * @param selectionAccuracy in percent, of the split it was chosen by
     * @param reportAccuracy in percent, of the split that the search never saw
     */
    record Pick(double budgetMacs, String member, double macs, double selectionAccuracy, double reportAccuracy) {}

    /**
     * @param candidates members that were measured in full
     * @param secondsPerCandidate recalibration and accuracy of one, by the clock
     * @param reportImages behind each reported accuracy
     */
    record Found(List<Pick> picks, int candidates, double secondsPerCandidate, int reportImages) {
        Found {
            picks = List.copyOf(picks);
        }
    }

    /** Searches, or goes on with it: what was measured is in the run's table. Empty when stopped. */
    Optional<Found> search(Trainer trainer, long seed, ReproductionProgress progress, BooleanSupplier stop) {
        Space space = trainer.family().space();
        try (CountedCosts costs = new CountedCosts(trainer.settings().recipe().model())) {
            Evaluations evaluations =
                    Evaluations.of(evaluator(trainer, costs), trainer.folder().database());
            List<Double> budgets = budgets(
                    costs.of(space.smallest()).macs(), costs.of(space.largest()).macs());
            SearchTask task = new SearchTask(
                    space,
                    List.of(Objective.of(MetricNames.ACCURACY), Objective.of(MetricNames.MACS)),
                    budgets.stream()
                            .map(b -> new Constraints(List.of(new Bound(MetricNames.MACS, true, b))))
                            .toList(),
                    seed);
            SearchResult result = new CoarseToFine(Map.of(), MUTATION_PROBABILITY, scale.mutations())
                    .search(
                            task,
                            evaluations,
                            p -> progress.update(
                                    "search", p.candidates(), p.planned(), "members", "best member of each budget"),
                            stop);
            return result.complete() ? Optional.of(found(trainer, result, budgets, evaluations)) : Optional.empty();
        }
    }

    /** The quarter points between smallest and largest on a logarithmic scale. */
    static List<Double> budgets(double smallest, double largest) {
        return List.of(0.25, 0.5, 0.75).stream()
                .map(part -> Math.rint(smallest * Math.pow(largest / smallest, part)))
                .toList();
    }

    private Evaluator evaluator(Trainer trainer, CountedCosts costs) {
        return new Evaluator() {
            @Override
            public List<String> metrics() {
                return List.of(MetricNames.MACS, MetricNames.ACCURACY, SECONDS);
            }

            @Override
            public String context(String metric) {
                return metric.equals(MetricNames.MACS) ? "" : "selection, " + scale.calibrationBatches() + " batches";
            }

            @Override
            public Map<String, Double> measure(Member member, String metric) {
                if (metric.equals(MetricNames.MACS)) {
                    return Map.of(metric, (double) costs.of(member).macs());
                }
                long began = System.nanoTime();
                double accuracy = accuracy(trainer, member, true);
                return Map.of(MetricNames.ACCURACY, accuracy, SECONDS, (System.nanoTime() - began) / 1e9);
            }
        };
    }

    private Found found(Trainer trainer, SearchResult result, List<Double> budgets, Evaluations evaluations) {
        List<Pick> picks = new ArrayList<>();
        for (int i = 0; i < budgets.size(); i++) {
            BestMember best = result.best().get(i);
            Member member = best.measured().member();
            picks.add(new Pick(
                    budgets.get(i),
                    member.toString(),
                    best.measured().value(MetricNames.MACS),
                    100 * best.measured().value(MetricNames.ACCURACY),
                    100 * accuracy(trainer, member, false)));
        }
        double seconds = result.measured().stream()
                .mapToDouble(m -> evaluations.value(m.member(), SECONDS))
                .average()
                .orElseThrow();
        return new Found(
                picks,
                result.measured().size(),
                seconds,
                trainer.splits().report().size());
    }

    private static double accuracy(Trainer trainer, Member member, boolean selection) {
        try (MemberStatistics statistics = trainer.calibrate(member)) {
            return Evaluation.accuracy(
                    trainer.family(),
                    member,
                    statistics,
                    selection ? trainer.splits().selection() : trainer.splits().report());
        }
    }

    /**
     * Whether more multiply-adds give no less accuracy on images the search never saw. Held when no step falls by more than chance
     * allows, not held when one does; it is a statement about one seed, and has no interval.
     */
    static Judgement monotone(Found found) {
        double worst = Double.POSITIVE_INFINITY;
        boolean falls = false;
        for (int i = 1; i < found.picks().size(); i++) {
            double before = found.picks().get(i - 1).reportAccuracy();
            double after = found.picks().get(i).reportAccuracy();
            falls |= before - after > ERRORS * standardError(before, after, found.reportImages());
            worst = Math.min(worst, after - before);
        }
        StringBuilder points = new StringBuilder();
        for (Pick pick : found.picks()) {
            points.append(points.isEmpty() ? "" : ", ")
                    .append(String.format(
                            Locale.ROOT, "%.2f %% at %.2f M multiply-adds", pick.reportAccuracy(), pick.macs() / 1e6));
        }
        String sentence = String.format(
                Locale.ROOT,
                "Goal: the best members of three budgets are no less accurate with more multiply-adds, within two standard"
                        + " errors; measured %s; smallest step %+.2f points.",
                points,
                worst);
        return new Judgement(
                "front of budgets is monotone within noise",
                Claim.Kind.GOAL,
                falls ? Outcome.NOT_HELD : Outcome.HELD,
                0,
                worst,
                null,
                sentence);
    }

    /** The standard error of the difference of two percentages measured on as many images each. */
    private static double standardError(double first, double second, int images) {
        return Math.sqrt((first * (100 - first) + second * (100 - second)) / images);
    }
}
