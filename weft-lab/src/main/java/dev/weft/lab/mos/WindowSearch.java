package dev.weft.lab.mos;

import dev.weft.cost.CountedCosts;
import dev.weft.lab.study.Trial;
import dev.weft.metric.Direction;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.search.Bound;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Nsga2;
import dev.weft.search.Objective;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchTask;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.Trainer;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The paper's selection: evolution by inherited loss within a window of parameters, then the found member alone. */
final class WindowSearch {
    private static final String LOSS = "loss";
    private static final int MAX_MEMBERS = 10_000;
    /** Probabilities of the paper's code. */
    private static final double MUTATION = 0.3;

    private static final double CROSSOVER = 0.5;

    private final MosSize size;

    WindowSearch(MosSize size) {
        this.size = size;
    }

    /**
     * What was found.
     *
     * @param from fewest parameters allowed
     * @param to most parameters allowed
     * @param selectionLoss nats a character, of the split it was chosen by
     * @param reportLoss of the split that the search never saw, routed
     * @param collapsedLoss of the static model, on the same
     * @param measured members whose loss the evolution asked for
     * @param place of the found one among all members in the window by selection loss, from 1: all were measured afterwards
     * @param inWindow how many these are
     */
    record Found(
            double from,
            double to,
            String member,
            double parameters,
            double selectionLoss,
            double reportLoss,
            double collapsedLoss,
            int measured,
            int place,
            int inWindow) {
        String sentence(int epochs) {
            return String.format(
                    Locale.ROOT,
                    "Found by layer-wise, seed 1, after %d epochs among members of %,.0f to %,.0f parameters: %s, %,.0f parameters; %.4f"
                            + " nats on the split it was chosen by, %.4f on the report split, %.4f as a collapsed model. Of all %d"
                            + " members in the window it is number %d by the loss it was chosen by.",
                    epochs,
                    from,
                    to,
                    member,
                    parameters,
                    selectionLoss,
                    reportLoss,
                    collapsedLoss,
                    inWindow,
                    place);
        }
    }

    /** Searches, or goes on with it: what was measured is in the run's table. */
    Found search(Trainer trainer, Trial trial) {
        Family family = trainer.family();
        Space space = family.space();
        try (CountedCosts costs = new CountedCosts(trainer.settings().recipe().model())) {
            Evaluations evaluations =
                    Evaluations.of(evaluator(trainer, costs), trainer.folder().database());
            List<Double> window = window(
                    costs.of(space.smallest()).params(),
                    costs.of(space.largest()).params());
            Constraints budget = new Constraints(List.of(
                    new Bound(Metric.PARAMS.key(), false, window.get(0)),
                    new Bound(Metric.PARAMS.key(), true, window.get(1))));
            SearchTask task =
                    new SearchTask(space, List.of(new Objective(LOSS, Direction.MINIMIZE)), budget, trial.seed());
            SearchResult result = new Nsga2(size.population(), size.generations(), CROSSOVER, MUTATION)
                    .search(
                            task,
                            evaluations,
                            p -> trial.progress("search", p.candidates(), p.planned(), "members"),
                            trial.stop());
            trial.goOn();
            MeasuredMember best = result.best().get(0).measured();
            List<Double> all = space.enumerate(MAX_MEMBERS).stream()
                    .filter(member -> {
                        double params = costs.of(member).params();
                        return params >= window.get(0) && params <= window.get(1);
                    })
                    .map(member -> evaluations.value(member, LOSS))
                    .toList();
            Member member = best.member();
            return new Found(
                    window.get(0),
                    window.get(1),
                    member.toString(),
                    best.value(Metric.PARAMS.key()),
                    best.value(LOSS),
                    MosDesign.loss(family, member, trainer.splits().report()),
                    MosDesign.collapsedLoss(family, member, trainer.splits().report()),
                    result.measured().size(),
                    1
                            + (int) all.stream()
                                    .filter(loss -> loss < best.value(LOSS))
                                    .count(),
                    all.size());
        }
    }

    /** The middle fifth between the smallest and the largest. */
    static List<Double> window(double smallest, double largest) {
        return List.of(
                Math.rint(smallest + 0.4 * (largest - smallest)), Math.rint(smallest + 0.6 * (largest - smallest)));
    }

    private static Evaluator evaluator(Trainer trainer, CountedCosts costs) {
        return new Evaluator() {
            @Override
            public List<Metric> metrics() {
                return List.of(Metric.PARAMS, Metric.column(LOSS));
            }

            @Override
            public String context(String metric) {
                return metric.equals(LOSS) ? "selection" : "";
            }

            @Override
            public Map<String, Double> measure(Member member, String metric) {
                return Map.of(
                        metric,
                        metric.equals(LOSS)
                                ? MosDesign.loss(
                                        trainer.family(),
                                        member,
                                        trainer.splits().selection())
                                : (double) costs.of(member).params());
            }
        };
    }
}
