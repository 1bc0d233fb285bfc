package dev.weft.lab.mos;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.run.Metric;
import dev.weft.train.Role;
import dev.weft.train.Trainer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is drawn of one arm and seed: a file of the experiment's folder.
 *
 * @param curves training loss by role, {@link #POINTS} means over equally many steps
 * @param steps of the training
 * @param routing of a family with experts
 */
record MosDetails(
        Map<String, List<Double>> curves,
        long steps,
        @JsonInclude(JsonInclude.Include.NON_NULL) MosRouting routing) {
    static final int POINTS = 40;

    static MosDetails of(Trainer trainer, MosRouting routing) {
        List<Metric> metrics = trainer.folder().database().metrics();
        Map<String, List<Double>> curves = new LinkedHashMap<>();
        for (Role role : List.of(Role.LARGEST, Role.SMALLEST)) {
            List<Double> losses = metrics.stream()
                    .filter(m -> m.name().equals("loss") && m.role().equals(role.toString()))
                    .map(Metric::value)
                    .toList();
            if (!losses.isEmpty()) {
                curves.put(role.toString(), means(losses));
            }
        }
        return new MosDetails(curves, trainer.steps(), routing);
    }

    private static List<Double> means(List<Double> values) {
        List<Double> means = new ArrayList<>();
        int count = Math.min(POINTS, values.size());
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) i * values.size() / count);
            int to = (int) ((i + 1L) * values.size() / count);
            means.add(values.subList(from, to).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow());
        }
        return means;
    }
}
