package dev.weft.train;

import dev.weft.data.Splits;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.MemberStatistics;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import dev.weft.run.RunFolder;
import dev.weft.run.TrainingNumber;
import dev.weft.sample.Note;
import dev.weft.space.Member;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The family that a run has to show: its members are evaluated on the selection split, with statistics from the training split, and at the
 * end it is saved.
 *
 * @param family not closed here
 */
record ShippedFamily(RunFolder run, RunSettings settings, Splits splits, Family family) {
    /** Measures the members that stand for all, and tells the run's table and the listeners. */
    Map<Role, Map<Metric, Double>> evaluate(long step, double seconds, List<TrainingListener> listeners) {
        Map<Role, Map<Metric, Double>> all = new EnumMap<>(Role.class);
        for (TrainingMember extreme : evaluated()) {
            Member member = extreme.member();
            try (MemberStatistics statistics = calibrate(member)) {
                Map<Metric, Double> values = Evaluation.of(family, member, statistics, splits.selection());
                values.forEach((metric, value) ->
                        run.database().metric(step, extreme.role().toString(), curve(metric), value, seconds));
                listeners.forEach(listener -> listener.evaluated(step, extreme.role(), values));
                all.put(extreme.role(), values);
            }
        }
        return all;
    }

    /** A measured metric's name among those of a run, where {@code loss} is that of training. */
    private static String curve(Metric metric) {
        return metric.equals(Metric.LOSS) ? "selectionLoss" : metric.key();
    }

    /** What training would choose now, and how sure it is: the record of a search at any time. Nothing where it does not choose. */
    void recordChosen(long step, double seconds) {
        family.parts().forEach((choice, weights) -> {
            for (int i = 0; i < weights.size(); i++) {
                Note part = Note.part(choice.name(), choice.options().get(i), "part", weights.get(i));
                run.database()
                        .metric(new TrainingNumber(
                                step, Role.BLEND.toString(), part.name(), part.value(), seconds, part.cell()));
            }
        });
        family.chosen().ifPresent(member -> run.database()
                .event("chosen", "after step " + step + ": " + family.space().print(member)));
    }

    /** The largest and the smallest member, and what training would choose; of a plain model the one there is. */
    private List<TrainingMember> evaluated() {
        TrainingMember largest = new TrainingMember(Role.LARGEST, family.space().largest());
        TrainingMember smallest =
                new TrainingMember(Role.SMALLEST, family.space().smallest());
        return family.chosen()
                .map(member -> List.of(largest, smallest, new TrainingMember(Role.CHOSEN, member)))
                .orElseGet(() ->
                        largest.member().equals(smallest.member()) ? List.of(largest) : List.of(largest, smallest));
    }

    /** Names those members, with their statistics and measurements, and writes the file. */
    void save(long step) {
        for (TrainingMember extreme : evaluated()) {
            Member member = extreme.member();
            MemberStatistics statistics = calibrate(member);
            Map<String, Double> measurements = new LinkedHashMap<>();
            Evaluation.of(family, member, statistics, splits.selection())
                    .forEach((metric, value) -> measurements.put(metric.key(), value));
            family.name(extreme.role().toString(), new NamedMember(member, statistics, measurements));
        }
        Recipe recipe = settings.recipe();
        family.note("recipe", recipe.name());
        family.note("data", recipe.data().source());
        family.note("seed", Long.toString(settings.seed()));
        family.note("steps", Long.toString(step));
        settings.noteOrigin(family);
        family.save(run.family());
    }

    /** Statistics of a member over the training split, as the recipe says; the caller closes them. */
    MemberStatistics calibrate(Member member) {
        Recipe recipe = settings.recipe();
        return Evaluation.calibrate(
                family,
                member,
                splits.train(),
                recipe.train().calibrationBatches(),
                recipe.data().batchSize());
    }
}
