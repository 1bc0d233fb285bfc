package dev.weft.lab.mos;

import dev.weft.data.Dataset;
import dev.weft.lab.study.MemberSearch;
import dev.weft.lab.study.Trial;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.search.Bound;
import dev.weft.search.Constraints;
import dev.weft.search.Nsga2;
import dev.weft.search.SearchResult;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.Trainer;
import java.util.List;
import java.util.Locale;

/** The paper's selection: evolution by inherited loss within a window of parameters, then the found member alone. */
final class WindowSearch {
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

    Found search(Trainer trainer, Trial trial) {
        Family family = trainer.family();
        Space space = family.space();
        Dataset report = trainer.splits().report();
        try (MemberSearch search = new MemberSearch(
                trainer,
                Metric.LOSS,
                "selection",
                member -> MosDesign.loss(family, member, trainer.splits().selection()))) {
            List<Double> window =
                    window(search.value(space.smallest(), Metric.PARAMS), search.value(space.largest(), Metric.PARAMS));
            Constraints budget = new Constraints(List.of(
                    new Bound(Metric.PARAMS.key(), false, window.get(0)),
                    new Bound(Metric.PARAMS.key(), true, window.get(1))));
            SearchResult result = search.run(
                    new Nsga2(size.population(), size.generations(), CROSSOVER, MUTATION),
                    List.of(Metric.LOSS),
                    List.of(budget),
                    trial);
            Member best = result.best().get(0).measured().member();
            double loss = search.value(best, Metric.LOSS);
            List<Double> all = space.enumerate(MAX_MEMBERS).stream()
                    .filter(member -> {
                        double params = search.value(member, Metric.PARAMS);
                        return params >= window.get(0) && params <= window.get(1);
                    })
                    .map(member -> search.value(member, Metric.LOSS))
                    .toList();
            return new Found(
                    window.get(0),
                    window.get(1),
                    best.toString(),
                    search.value(best, Metric.PARAMS),
                    loss,
                    MosDesign.loss(family, best, report),
                    MosDesign.collapsedLoss(family, best, report),
                    result.measured().size(),
                    1 + (int) all.stream().filter(other -> other < loss).count(),
                    all.size());
        }
    }

    /** The middle fifth between the smallest and the largest. */
    static List<Double> window(double smallest, double largest) {
        return List.of(
                Math.rint(smallest + 0.4 * (largest - smallest)), Math.rint(smallest + 0.6 * (largest - smallest)));
    }
}
