package dev.weft.train;

import dev.weft.criterion.AccuracyScorer;
import dev.weft.criterion.LossScorer;
import dev.weft.criterion.Scorer;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.EvaluationBatches;
import dev.weft.io.CheckFailedException;
import dev.weft.metric.Metric;
import dev.weft.model.BatchNorms;
import dev.weft.model.Family;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Port;
import dev.weft.space.Member;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** Recalibration and quality of members: what every evaluation of shared weights consists of. */
public final class Evaluation {
    private static final int BATCH_SIZE = 500;

    /** The most logits that one batch may have: 64 MiB of float32. */
    private static final int MAX_LOGITS = 1 << 24;

    private Evaluation() {}

    /**
     * The batch-norm statistics of a member over training examples without augmentation. The examples are the same for every
     * member. A model without batch norm has none, and costs no pass.
     *
     * @param batches how many batches of {@code batchSize}; fewer when the split has fewer
     * @return statistics that the caller closes
     */
    public static MemberStatistics calibrate(Family family, Member member, Dataset train, int batches, int batchSize) {
        if (BatchNorms.channels(family.definition(), family.space().largest()).isEmpty()) {
            return MemberStatistics.none();
        }
        Calibration calibration = new Calibration();
        Batches source = train.batches(Math.min(batchSize, train.size()), 0);
        Pass pass = new Pass(member, calibration, 0, 0);
        for (int i = 0; i < Math.min(batches, source.stepsPerEpoch()); i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                family.forward(source.batch(i).inputs(), pass);
            }
        }
        return calibration.statistics();
    }

    /** A member measured on {@code data} by every metric of its input, the one that members are chosen by first. */
    public static Map<Metric, Double> of(Family family, Member member, NormStatistics statistics, Dataset data) {
        return of(family, member, statistics, data, family.definition().input().scorer());
    }

    /** The part of the predictions of {@code data}, 0 to 1, in which a member's first class is right. */
    public static double accuracy(Family family, Member member, NormStatistics statistics, Dataset data) {
        return of(family, member, statistics, data, new AccuracyScorer()).get(Metric.ACCURACY);
    }

    /** The mean of {@code -log p} of the right class over the predictions of {@code data}, in nats. */
    public static double loss(Family family, Member member, NormStatistics statistics, Dataset data) {
        return of(family, member, statistics, data, new LossScorer()).get(Metric.LOSS);
    }

    private static Map<Metric, Double> of(
            Family family, Member member, NormStatistics statistics, Dataset data, Scorer scorer) {
        EvaluationBatches batches = new EvaluationBatches(data, batchSize(family, data, BATCH_SIZE));
        Pass pass = Pass.evaluation(member, statistics);
        for (int i = 0; i < batches.count(); i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Batch batch = batches.batch(i);
                Bundle outputs = family.forward(batch.inputs(), pass);
                requireNumbers(outputs, member, data);
                scorer.add(batch, outputs);
            }
        }
        return scorer.values();
    }

    static boolean isFinite(Bundle outputs) {
        return outputs.tensors().values().stream()
                .allMatch(output -> output.isfinite().all().item_bool());
    }

    /** The largest of logits that are none would still name a class. */
    private static void requireNumbers(Bundle outputs, Member member, Dataset data) {
        if (!isFinite(outputs)) {
            throw new CheckFailedException(
                    "The logits of member \"" + member + "\" must be finite numbers, but are not all on " + data.name()
                            + ": its weights have grown too large. Train with a lower learning rate, or clip gradients.");
        }
    }

    /**
     * How many examples to run at a time, so that their logits stay small: texts have many predictions, each as wide as the
     * vocabulary.
     *
     * @param most of them where logits are few
     */
    public static int batchSize(Family family, Dataset data, int most) {
        long each = data.predictions(0)
                * family.definition().input().outputs().stream()
                        .mapToLong(Port::fixedSize)
                        .sum();
        return (int) Math.max(1, Math.min(Math.min(most, data.size()), MAX_LOGITS / each));
    }
}
