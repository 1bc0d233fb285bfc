package dev.weft.lab.study;

import dev.weft.run.TrainingNumber;
import dev.weft.train.Trainer;
import dev.weft.train.UpdateShare;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a training took: a kept document.
 *
 * @param seconds by the clock
 * @param passes forward passes of members, each with its backward pass
 * @param updates how often a shared weight was updated, the mean over the entries
 * @param curves training losses by role: means over up to {@value #POINTS} equal parts of the training
 */
public record TrainingRecord(double seconds, double passes, double updates, Map<String, List<Double>> curves) {
    static final int POINTS = 40;
    private static final String LOSS = "loss";

    public TrainingRecord {
        curves = Collections.unmodifiableMap(new LinkedHashMap<>(curves));
    }

    /** The record of a training that has ended; it is not to train on afterwards. */
    static TrainingRecord of(Trainer trainer) {
        return new TrainingRecord(
                trainer.seconds(),
                (double) trainer.steps() * trainer.passesPerStep(),
                trainer.steps() * UpdateShare.of(trainer, new SplittableRandom(1)),
                curves(trainer.folder().database().metrics(), trainer.steps()));
    }

    /** The losses that every step has, averaged over equal parts. */
    static Map<String, List<Double>> curves(List<TrainingNumber> metrics, long steps) {
        int parts = (int) Math.min(POINTS, steps);
        Map<String, double[]> sums = new LinkedHashMap<>();
        Map<String, int[]> counts = new LinkedHashMap<>();
        for (TrainingNumber metric : metrics) {
            if (metric.name().equals(LOSS) && metric.step() >= 1 && Double.isFinite(metric.value())) {
                int part = (int) Math.min(parts - 1, (metric.step() - 1) * parts / steps);
                sums.computeIfAbsent(metric.role(), r -> new double[parts])[part] += metric.value();
                counts.computeIfAbsent(metric.role(), r -> new int[parts])[part]++;
            }
        }
        Map<String, List<Double>> curves = new LinkedHashMap<>();
        sums.forEach((role, sum) -> {
            List<Double> means = new ArrayList<>();
            for (int i = 0; i < parts; i++) {
                int count = counts.get(role)[i];
                if (count > 0) {
                    means.add(sum[i] / count);
                }
            }
            if (means.size() == parts) {
                curves.put(role, means);
            }
        });
        return curves;
    }
}
