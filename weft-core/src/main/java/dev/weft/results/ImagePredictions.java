package dev.weft.results;

import dev.weft.data.Batch;
import dev.weft.data.EvaluationBatches;
import dev.weft.data.ImageDataset;
import dev.weft.model.Family;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.report.HeldOutResult;
import dev.weft.report.HeldOutResult.Count;
import dev.weft.report.HeldOutResult.Picture;
import dev.weft.report.HeldOutResult.Predictions;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** What one member takes images for. */
final class ImagePredictions {
    /** Pictures that are kept of the errors, and of the others. */
    private static final int PICTURES = 12;

    private static final int BATCH = 500;

    private final ImageDataset images;
    private final int[] predicted;
    private final float[] probability;
    private final float[] truthProbability;

    private ImagePredictions(ImageDataset images) {
        this.images = images;
        this.predicted = new int[images.size()];
        this.probability = new float[images.size()];
        this.truthProbability = new float[images.size()];
    }

    static HeldOutResult of(Family family, Member member, NormStatistics statistics, ImageDataset images) {
        ImagePredictions found = new ImagePredictions(images);
        EvaluationBatches batches = new EvaluationBatches(images, Evaluation.batchSize(family, images, BATCH));
        Pass pass = Pass.evaluation(member, statistics);
        int done = 0;
        for (int i = 0; i < batches.count(); i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Batch batch = batches.batch(i);
                Tensor shares = family.forward(batch.inputs(), pass).only().softmax(-1); // (B, classes)
                found.take(Tensors.floats(shares), done, batch.size());
                done += batch.size();
            }
        }
        return new HeldOutResult(
                member.toString(), images.size(), (double) found.correct() / images.size(), found.summary(), null);
    }

    private void take(float[] shares, int from, int examples) {
        int classes = shares.length / examples;
        for (int i = 0; i < examples; i++) {
            int row = i * classes;
            int best = 0;
            for (int c = 1; c < classes; c++) {
                if (shares[row + c] > shares[row + best]) {
                    best = c;
                }
            }
            predicted[from + i] = best;
            probability[from + i] = shares[row + best];
            truthProbability[from + i] = shares[row + images.label(from + i)];
        }
    }

    private boolean isRight(int example) {
        return predicted[example] == images.label(example);
    }

    private long correct() {
        return IntStream.range(0, images.size()).filter(this::isRight).count();
    }

    private Predictions summary() {
        int classes = images.classes().size();
        int[][] counts = new int[classes][classes];
        IntStream.range(0, images.size()).forEach(i -> counts[images.label(i)][predicted[i]]++);
        List<Count> found = new ArrayList<>();
        for (int truth = 0; truth < classes; truth++) {
            for (int taken = 0; taken < classes; taken++) {
                if (counts[truth][taken] > 0) {
                    found.add(new Count(truth, taken, counts[truth][taken]));
                }
            }
        }
        return new Predictions(found, pictures(surestErrors()), pictures(oneOfEachClass()));
    }

    private List<Integer> surestErrors() {
        return IntStream.range(0, images.size())
                .filter(i -> !isRight(i))
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -probability[i]))
                .limit(PICTURES)
                .toList();
    }

    /** The first of each class, then the first of those that are left. */
    private List<Integer> oneOfEachClass() {
        Set<Integer> seen = new HashSet<>();
        List<Integer> first = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        IntStream.range(0, images.size())
                .filter(this::isRight)
                .forEach(i -> (seen.add(images.label(i)) ? first : others).add(i));
        first.addAll(others.subList(0, Math.min(PICTURES, others.size())));
        return first.subList(0, Math.min(PICTURES, first.size()));
    }

    private List<Picture> pictures(List<Integer> examples) {
        return examples.stream()
                .map(i -> new Picture(
                        images.id(i),
                        PngPicture.of(images, i),
                        images.label(i),
                        predicted[i],
                        probability[i],
                        truthProbability[i]))
                .toList();
    }
}
