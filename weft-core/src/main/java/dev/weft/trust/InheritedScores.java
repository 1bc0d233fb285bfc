package dev.weft.trust;

import dev.weft.cost.LatencySettings;
import dev.weft.criterion.AccuracyScorer;
import dev.weft.criterion.Scorer;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.pick.FamilyData;
import dev.weft.pick.MemberEvaluator;
import dev.weft.search.Evaluator;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** How good members are on the selection split with the weights that they inherit: the scores that a search would choose by. */
final class InheritedScores implements Evaluator, AutoCloseable {
    /** The examples of one batch with {@link FamilyTrust.Statistics#BATCH}: the score depends on it. */
    static final int BATCH_SIZE = 500;

    private static final long ORDER = 0;

    private final Family family;
    private final FamilyData data;
    private final FamilyTrust.Statistics statistics;
    private final MemberEvaluator recalibrated;
    private final Metric metric;

    InheritedScores(Family family, FamilyData data, FamilyTrust.Statistics statistics) {
        this.family = family;
        this.data = data;
        this.statistics = statistics;
        this.metric = family.definition().input().metrics().get(0);
        if (statistics == FamilyTrust.Statistics.BATCH && !metric.equals(Metric.ACCURACY)) {
            throw new InputException(
                    "Batch statistics must be of a family that is measured by accuracy, but this one is"
                            + " measured by " + metric + ". Use --statistics recalibrated.");
        }
        this.recalibrated = MemberEvaluator.of(family, data, LatencySettings.DEFAULT);
    }

    /** What members are chosen by. */
    Metric metric() {
        return metric;
    }

    @Override
    public List<Metric> metrics() {
        return List.of(metric);
    }

    @Override
    public String context(String name) {
        return recalibrated.context(name)
                + (statistics == FamilyTrust.Statistics.BATCH ? " statistics=batch size=" + BATCH_SIZE : "");
    }

    @Override
    public Map<String, Double> measure(Member member, String name) {
        return statistics == FamilyTrust.Statistics.RECALIBRATED
                ? recalibrated.measure(member, name)
                : Map.of(name, accuracyOfBatches(member));
    }

    /**
     * Over batches of one size in one shuffled order, the same for every member: in the order of the files a batch may hold one class
     * alone, and its statistics would tell. Examples that do not fill a batch are left out.
     */
    private double accuracyOfBatches(Member member) {
        int size = Math.min(BATCH_SIZE, data.selection().orElseThrow().size());
        Batches batches = data.selection().orElseThrow().batches(size, ORDER);
        Pass pass = Pass.evaluation(member, BatchStatistics.INSTANCE);
        Scorer scorer = new AccuracyScorer();
        for (long i = 0; i < batches.stepsPerEpoch(); i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Batch batch = batches.batch(i);
                scorer.add(batch, family.forward(batch.inputs(), pass));
            }
        }
        return scorer.values().get(Metric.ACCURACY);
    }

    @Override
    public void close() {
        recalibrated.close();
    }
}
