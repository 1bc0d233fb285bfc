package dev.weft.lab.tanglenas;

import dev.weft.data.Dataset;
import dev.weft.data.ImageDataset;
import dev.weft.lab.study.Trial;
import dev.weft.metric.Metric;
import dev.weft.nn.MemberStatistics;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchSettings;
import dev.weft.search.SearchTask;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Chooses a member of trained shared weights by its accuracy with the weights it inherits, on images that trained no weight. */
final class InheritedSearch {
    private static final String SECONDS = "evaluationSeconds";

    private final Trainer trainer;
    private final ImageDataset chosenOn;
    private final Evaluations evaluations;

    /**
     * @param trainer of weights that were trained on a part of {@code all}
     * @param all the training images of a member that is trained alone
     */
    InheritedSearch(Trainer trainer, Dataset all) {
        this.trainer = trainer;
        this.chosenOn = within((ImageDataset) trainer.splits().selection(), all);
        this.evaluations = Evaluations.of(new Inherited(), trainer.folder().database());
    }

    /** The held-out images that are among {@code all}: the rest are never chosen on. */
    private static ImageDataset within(ImageDataset heldOut, Dataset all) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            ids.add(all.id(i));
        }
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < heldOut.size(); i++) {
            if (ids.contains(heldOut.id(i))) {
                kept.add(i);
            }
        }
        return heldOut.subset(heldOut.name(), kept);
    }

    /**
     * Searches, or goes on with it: what was measured is in the run's table.
     *
     * @param trainingSeconds of the shared weights
     */
    Chosen choose(SearchSettings strategy, double trainingSeconds, Trial trial) {
        SearchTask task = new SearchTask(
                trainer.family().space(), List.of(Objective.of(Metric.ACCURACY.key())), Constraints.NONE, trial.seed());
        SearchResult result = strategy.search(
                task, evaluations, p -> trial.progress("search", p.candidates(), p.planned(), "members"), trial.stop());
        trial.goOn();
        MeasuredMember best = result.best().get(0).measured();
        double seconds = result.measured().stream()
                .mapToDouble(m -> evaluations.value(m.member(), SECONDS))
                .sum();
        return Chosen.of(
                trainer,
                best.member(),
                100 * best.value(Metric.ACCURACY.key()),
                trainingSeconds + seconds,
                result.measured().size());
    }

    private final class Inherited implements Evaluator {
        @Override
        public List<Metric> metrics() {
            return List.of(Metric.ACCURACY, Metric.column(SECONDS));
        }

        @Override
        public String context(String metric) {
            return "inherited, " + chosenOn.size() + " held-out images";
        }

        @Override
        public Map<String, Double> measure(Member member, String metric) {
            long began = System.nanoTime();
            try (MemberStatistics statistics = trainer.calibrate(member)) {
                double accuracy = Evaluation.accuracy(trainer.family(), member, statistics, chosenOn);
                return Map.of(Metric.ACCURACY.key(), accuracy, SECONDS, (System.nanoTime() - began) / 1e9);
            }
        }
    }
}
