package dev.weft.lab.bignas;

import dev.weft.cost.CountedCosts;
import dev.weft.lab.study.Trial;
import dev.weft.metric.Metric;
import dev.weft.nn.MemberStatistics;
import dev.weft.search.BestMember;
import dev.weft.search.Bound;
import dev.weft.search.CoarseToFine;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
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
import java.util.stream.IntStream;

/** The paper's coarse-to-fine selection at three budgets of multiply-adds, in a trained supernet. */
final class BudgetSearch {
    private static final double MUTATION_PROBABILITY = 0.1;
    private static final String SECONDS = "evaluationSeconds";

    private final BigNasSize size;

    BudgetSearch(BigNasSize size) {
        this.size = size;
    }

    /**
     * The best member within a budget.
     *
     * @param budgetMacs multiply-adds allowed
     * @param selectionAccuracy in percent, of the split it was chosen by
     * @param reportAccuracy in percent, of the split that the search never saw
     */
    record Pick(double budgetMacs, String member, double macs, double selectionAccuracy, double reportAccuracy) {
        String sentence(int epochs) {
            return String.format(
                    Locale.ROOT,
                    "Best of A, seed 1, after %d epochs within %.2f M multiply-adds: %s; %.2f %% of test images (%.2f %% of selection"
                            + " images).",
                    epochs,
                    budgetMacs / 1e6,
                    member,
                    reportAccuracy,
                    selectionAccuracy);
        }
    }

    /**
     * @param candidates members that were measured in full
     * @param secondsPerCandidate recalibration and accuracy of one, by the clock
     * @param reportImages behind each reported accuracy
     */
    record Found(List<Pick> picks, int candidates, double secondsPerCandidate, int reportImages) {
        Found {
            picks = List.copyOf(picks);
        }

        /** The least change of accuracy, on images the search never saw, from a budget to the next larger one. */
        double smallestStep() {
            return IntStream.range(1, picks.size())
                    .mapToDouble(i ->
                            picks.get(i).reportAccuracy() - picks.get(i - 1).reportAccuracy())
                    .min()
                    .orElseThrow();
        }
    }

    /** Searches, or goes on with it: what was measured is in the run's table. */
    Found search(Trainer trainer, Trial trial) {
        Space space = trainer.family().space();
        try (CountedCosts costs = new CountedCosts(trainer.settings().recipe().model())) {
            Evaluations evaluations =
                    Evaluations.of(evaluator(trainer, costs), trainer.folder().database());
            List<Double> budgets = budgets(
                    costs.of(space.smallest()).macs(), costs.of(space.largest()).macs());
            SearchTask task = new SearchTask(
                    space,
                    List.of(Objective.of(Metric.ACCURACY.key()), Objective.of(Metric.MACS.key())),
                    budgets.stream()
                            .map(b -> new Constraints(List.of(new Bound(Metric.MACS.key(), true, b))))
                            .toList(),
                    trial.seed());
            SearchResult result = new CoarseToFine(Map.of(), MUTATION_PROBABILITY, size.mutations())
                    .search(
                            task,
                            evaluations,
                            p -> trial.progress("search", p.candidates(), p.planned(), "members"),
                            trial.stop());
            trial.goOn();
            return found(trainer, result, budgets, evaluations);
        }
    }

    /** The quarter points between smallest and largest on a logarithmic size. */
    static List<Double> budgets(double smallest, double largest) {
        return List.of(0.25, 0.5, 0.75).stream()
                .map(part -> Math.rint(smallest * Math.pow(largest / smallest, part)))
                .toList();
    }

    private Evaluator evaluator(Trainer trainer, CountedCosts costs) {
        return new Evaluator() {
            @Override
            public List<Metric> metrics() {
                return List.of(Metric.MACS, Metric.ACCURACY, Metric.column(SECONDS));
            }

            @Override
            public String context(String metric) {
                return metric.equals(Metric.MACS.key()) ? "" : "selection, " + size.calibrationBatches() + " batches";
            }

            @Override
            public Map<String, Double> measure(Member member, String metric) {
                if (metric.equals(Metric.MACS.key())) {
                    return Map.of(metric, (double) costs.of(member).macs());
                }
                long began = System.nanoTime();
                double accuracy = accuracy(trainer, member, true);
                return Map.of(Metric.ACCURACY.key(), accuracy, SECONDS, (System.nanoTime() - began) / 1e9);
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
                    best.measured().value(Metric.MACS.key()),
                    100 * best.measured().value(Metric.ACCURACY.key()),
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
}
