package dev.weft.lab.study;

import dev.weft.cost.CountedCosts;
import dev.weft.metric.Metric;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
import dev.weft.search.Objective;
import dev.weft.search.Search;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchTask;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Chooses among the members of a trained family by one quality, as the study measures it, and by what they cost. What was measured is in
 * the run's table, so a search that was stopped goes on.
 */
public final class MemberSearch implements AutoCloseable {
    private static final Metric SECONDS = Metric.column("evaluationSeconds");

    private final Trainer trainer;
    private final Metric quality;
    private final String context;
    private final ToDoubleFunction<Member> measure;
    private final CountedCosts costs;
    private final Evaluations evaluations;

    /** @param context what else the quality depends on, see {@link Evaluator#context} */
    public MemberSearch(Trainer trainer, Metric quality, String context, ToDoubleFunction<Member> measure) {
        this.trainer = trainer;
        this.quality = quality;
        this.context = context;
        this.measure = measure;
        this.costs = new CountedCosts(trainer.settings().recipe().model());
        this.evaluations = Evaluations.of(new Measured(), trainer.folder().database());
    }

    /**
     * Searches, or goes on with it.
     *
     * @param objectives the first one decides
     * @param budgets of each the best member is found; empty for one without bounds
     */
    public SearchResult run(Search search, List<Metric> objectives, List<Constraints> budgets, Trial trial) {
        SearchTask task = new SearchTask(
                trainer.family().space(), objectives.stream().map(Objective::of).toList(), budgets, trial.seed());
        SearchResult result = search.search(
                task, evaluations, p -> trial.progress("search", p.candidates(), p.planned(), "members"), trial.stop());
        trial.goOn();
        return result;
    }

    /** A number of a member, measured where it is not known. */
    public double value(Member member, Metric metric) {
        return evaluations.value(member, metric.key());
    }

    /** How long the quality of each member took that a search has measured, by the clock. */
    public DoubleStream seconds(SearchResult result) {
        return result.measured().stream().mapToDouble(measured -> value(measured.member(), SECONDS));
    }

    private final class Measured implements Evaluator {
        @Override
        public List<Metric> metrics() {
            return List.of(Metric.PARAMS, Metric.MACS, quality, SECONDS);
        }

        @Override
        public String context(String metric) {
            return isCost(metric) ? "" : context;
        }

        @Override
        public Map<String, Double> measure(Member member, String metric) {
            if (isCost(metric)) {
                return Map.of(
                        Metric.PARAMS.key(), (double) costs.of(member).params(),
                        Metric.MACS.key(), (double) costs.of(member).macs());
            }
            long began = System.nanoTime();
            double value = measure.applyAsDouble(member);
            return Map.of(quality.key(), value, SECONDS.key(), (System.nanoTime() - began) / 1e9);
        }

        private boolean isCost(String metric) {
            return metric.equals(Metric.PARAMS.key()) || metric.equals(Metric.MACS.key());
        }
    }

    @Override
    public void close() {
        costs.close();
    }
}
