package dev.weft.lab.bignas;

import dev.weft.lab.study.MemberSearch;
import dev.weft.lab.study.Trial;
import dev.weft.metric.Metric;
import dev.weft.search.Bound;
import dev.weft.search.CoarseToFine;
import dev.weft.search.Constraints;
import dev.weft.search.MeasuredMember;
import dev.weft.search.SearchResult;
import dev.weft.space.Space;
import dev.weft.train.Trainer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The paper's coarse-to-fine selection at three budgets of multiply-adds, in a trained supernet. */
final class BudgetSearch {
    private static final double MUTATION_PROBABILITY = 0.1;

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

    Found search(Trainer trainer, Trial trial) {
        Space space = trainer.family().space();
        try (MemberSearch search = new MemberSearch(
                trainer,
                Metric.ACCURACY,
                "selection, " + size.calibrationBatches() + " batches",
                member -> trainer.accuracy(member, trainer.splits().selection()))) {
            List<Double> budgets =
                    budgets(search.value(space.smallest(), Metric.MACS), search.value(space.largest(), Metric.MACS));
            SearchResult result = search.run(
                    new CoarseToFine(Map.of(), MUTATION_PROBABILITY, size.mutations()),
                    List.of(Metric.ACCURACY, Metric.MACS),
                    budgets.stream()
                            .map(b -> new Constraints(List.of(new Bound(Metric.MACS.key(), true, b))))
                            .toList(),
                    trial);
            return new Found(
                    IntStream.range(0, budgets.size())
                            .mapToObj(i -> pick(
                                    trainer,
                                    budgets.get(i),
                                    result.best().get(i).measured()))
                            .toList(),
                    result.measured().size(),
                    search.seconds(result).average().orElseThrow(),
                    trainer.splits().report().size());
        }
    }

    private static Pick pick(Trainer trainer, double budget, MeasuredMember best) {
        return new Pick(
                budget,
                best.member().toString(),
                best.value(Metric.MACS.key()),
                100 * best.value(Metric.ACCURACY.key()),
                100 * trainer.accuracy(best.member(), trainer.splits().report()));
    }

    /** The quarter points between smallest and largest on a logarithmic size. */
    static List<Double> budgets(double smallest, double largest) {
        return List.of(0.25, 0.5, 0.75).stream()
                .map(part -> Math.rint(smallest * Math.pow(largest / smallest, part)))
                .toList();
    }
}
