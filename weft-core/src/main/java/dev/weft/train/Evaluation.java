package dev.weft.train;

import dev.weft.data.Augmentation;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.EvaluationBatches;
import dev.weft.data.ImageDataset;
import dev.weft.model.Family;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.Pass;
import dev.weft.space.Member;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Recalibration and accuracy of members: what every evaluation of shared weights consists of. */
public final class Evaluation {
    private static final int BATCH_SIZE = 500;

    private Evaluation() {}

    /**
     * The batch-norm statistics of a member over training images without augmentation. The images are the same for every member.
     *
     * @param batches how many batches of {@code batchSize}; fewer when the split has fewer
     * @return statistics that the caller closes
     */
    public static MemberStatistics calibrate(
            Family family, Member member, ImageDataset train, int batches, int batchSize) {
        Calibration calibration = new Calibration();
        Batches source = new Batches(train, Math.min(batchSize, train.size()), 0, Augmentation.none());
        Pass pass = new Pass(member, calibration, 0, 0);
        for (int i = 0; i < Math.min(batches, source.stepsPerEpoch()); i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                family.forward(source.batch(i).images(), pass);
            }
        }
        return calibration.statistics();
    }

    /** The part of {@code data}, 0 to 1, that a member classifies correctly. */
    public static double accuracy(Family family, Member member, NormStatistics statistics, ImageDataset data) {
        EvaluationBatches batches = new EvaluationBatches(data, Math.min(BATCH_SIZE, data.size()));
        Pass pass = Pass.evaluation(member, statistics);
        long correct = 0;
        for (int i = 0; i < batches.count(); i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Batch batch = batches.batch(i);
                Tensor predicted =
                        family.forward(batch.images(), pass).argmax(new org.bytedeco.pytorch.LongOptional(1), false);
                correct += predicted.eq(batch.labels()).sum().item_long();
            }
        }
        return (double) correct / data.size();
    }
}
