package dev.weft.lab.tanglenas;

import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.train.Trainer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a search by gradient would have answered at any time, read from its run's table.
 *
 * @param weights expected mixing weight at the end of each epoch, by {@code choice=option}
 * @param accuracy of the member it would choose, with inherited weights on the selection split, in percent
 */
record SearchCurve(Map<String, List<Point>> weights, List<Point> accuracy) {
    /** A value after so many epochs. */
    record Point(double epoch, double value) {}

    SearchCurve {
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        accuracy = List.copyOf(accuracy);
    }

    static SearchCurve of(Trainer trainer) {
        double perEpoch =
                (double) trainer.steps() / trainer.settings().recipe().train().epochs();
        Map<String, List<Point>> weights = new LinkedHashMap<>();
        List<Point> accuracy = new ArrayList<>();
        for (dev.weft.run.TrainingNumber metric : trainer.folder().database().metrics()) {
            Point point = new Point(metric.step() / perEpoch, metric.value());
            if (metric.role().equals(Role.BLEND.toString()) && metric.name().contains("=")) {
                weights.computeIfAbsent(metric.name(), n -> new ArrayList<>()).add(point);
            } else if (metric.role().equals(Role.CHOSEN.toString())
                    && metric.name().equals(Metric.ACCURACY.key())) {
                accuracy.add(new Point(point.epoch(), 100 * point.value()));
            }
        }
        return new SearchCurve(weights, accuracy);
    }
}
