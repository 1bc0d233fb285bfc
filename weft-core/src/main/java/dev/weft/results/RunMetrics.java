package dev.weft.results;

import dev.weft.cost.Meter;
import dev.weft.io.Csv;
import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import dev.weft.metric.Cell;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.FamilyDescription;
import dev.weft.recipe.RunSettings;
import dev.weft.recipe.TrainSettings;
import dev.weft.run.Event;
import dev.weft.run.RunDatabase;
import dev.weft.run.TensorBoardFile;
import dev.weft.run.TrainingNumber;
import dev.weft.search.MeasuredMember;
import dev.weft.train.StoredRun;
import dev.weft.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The numbers of a run as other programs read them: those of training step by step and those of measured members, as tables of
 * comma-separated values or as event files of TensorBoard. Read from the run's files, also while it trains.
 *
 * @param steps in the order in which they were noted
 * @param members one row for each measured or kept member
 * @param metrics what members are measured by, in the order of the columns
 */
public record RunMetrics(List<Step> steps, List<MeasuredRow> members, Metrics metrics) {
    /**
     * A number of training.
     *
     * @param epoch how many epochs had passed, with fractions; null where the run does not say how many steps one has
     * @param member which of a step's members it is of: {@code largest}, {@code smallest}, {@code random}, …; in a tree after the leaf
     * @param learningRate of the step; null where the epoch is
     * @param seconds since the run began
     * @param wallSeconds when it was noted, since 1970, as far as is known
     * @param cell where it stands in a table of what a sampler or a blend notes; empty for a number by itself
     */
    public record Step(
            long step,
            Double epoch,
            String member,
            String metric,
            double value,
            Double learningRate,
            double seconds,
            double wallSeconds,
            Optional<Cell> cell) {}

    /**
     * What is known of a member.
     *
     * @param name its names in the family with spaces between; empty where it has none
     * @param measured of the latest weights and machine
     */
    public record MeasuredRow(String name, MeasuredMember measured) {}

    public RunMetrics {
        steps = List.copyOf(steps);
        members = List.copyOf(members);
    }

    /** @throws dev.weft.io.InputException when the folder holds no run, or a file of it is damaged */
    public static RunMetrics of(Path folder, Kinds kinds) {
        RunSettings settings = StoredRun.settings(folder, kinds);
        try (RunDatabase database = RunDatabase.read(folder.resolve("run.db"))) {
            return new RunMetrics(
                    steps(folder, settings, database),
                    members(folder, settings.recipe().family(), database, kinds),
                    Meter.metrics(kinds).with(settings.recipe().model().input().metrics()));
        }
    }

    private static List<Step> steps(Path folder, RunSettings settings, RunDatabase database) {
        TrainSettings train = settings.recipe().train();
        List<Event> events = database.events();
        double began = events.isEmpty() ? 0 : events.get(0).time().toEpochMilli() / 1e3;
        OptionalLong perEpoch = events.stream()
                .filter(event -> event.kind().equals(Trainer.STEPS_PER_EPOCH))
                .mapToLong(event -> Long.parseLong(event.text()))
                .findFirst();
        List<Step> steps = new ArrayList<>();
        for (TrainingNumber metric : RunReports.metrics(folder, database)) {
            Double epoch = perEpoch.isEmpty() ? null : (double) metric.step() / perEpoch.getAsLong();
            // The rate of a step is that of the epochs before it.
            Double rate = perEpoch.isEmpty()
                    ? null
                    : train.optimizer().learningRate()
                            * train.schedule()
                                    .factor(
                                            Math.max(0, metric.step() - 1) / (double) perEpoch.getAsLong(),
                                            train.epochs());
            steps.add(new Step(
                    metric.step(),
                    epoch,
                    metric.role(),
                    metric.name(),
                    metric.value(),
                    rate,
                    metric.seconds(),
                    began + metric.seconds(),
                    metric.cell()));
        }
        return steps;
    }

    private static List<MeasuredRow> members(Path folder, FamilyDefinition family, RunDatabase database, Kinds kinds) {
        return new MeasuredMembers(database.members(), kept(folder.resolve("family.safetensors"), kinds), family)
                .all().stream()
                        .map(known -> new MeasuredRow(String.join(" ", known.names()), known.measured()))
                        .toList();
    }

    /** The members that a family's file keeps; none where there is no such file. */
    static List<FamilyDescription.Kept> kept(Path family, Kinds kinds) {
        return Files.exists(family)
                ? FamilyDescription.of(SafetensorsFile.open(family), kinds)
                        .map(FamilyDescription::members)
                        .orElse(List.of())
                : List.of();
    }

    /** A row for each number of training. */
    public String stepsCsv() {
        StringBuilder csv = new StringBuilder(Csv.line(List.of(
                "step",
                "epoch",
                "member",
                "metric",
                "value",
                "learningRate",
                "seconds",
                "table",
                "row",
                "column",
                "unit")));
        for (Step step : steps) {
            csv.append(Csv.line(List.of(
                    String.valueOf(step.step),
                    text(step.epoch),
                    step.member,
                    step.metric,
                    text(step.value),
                    text(step.learningRate),
                    text(step.seconds),
                    step.cell.map(Cell::table).orElse(""),
                    step.cell.map(Cell::row).orElse(""),
                    step.cell.map(Cell::column).orElse(""),
                    step.cell.map(Cell::unit).orElse(""))));
        }
        return csv.toString();
    }

    /** A row for each member and a column for each metric; what was not measured is empty. */
    public String membersCsv() {
        Set<String> keys = new LinkedHashSet<>();
        metrics.goals().stream().map(Metric::key).filter(this::isMeasured).forEach(keys::add);
        members.forEach(row -> keys.addAll(row.measured.values().keySet()));
        List<String> head = new ArrayList<>(List.of("name", "member"));
        head.addAll(keys);
        StringBuilder csv = new StringBuilder(Csv.line(head));
        for (MeasuredRow row : members) {
            List<String> values =
                    new ArrayList<>(List.of(row.name, row.measured.member().toString()));
            keys.forEach(key -> values.add(text(row.measured.values().get(key))));
            csv.append(Csv.line(values));
        }
        return csv.toString();
    }

    private boolean isMeasured(String key) {
        return members.stream().anyMatch(row -> row.measured.values().containsKey(key));
    }

    /**
     * Writes an event file for each kind of member, in a folder of its name, so that TensorBoard draws the curves of one metric
     * together.
     *
     * @return the files
     */
    public List<Path> writeTensorBoard(Path folder) {
        Map<String, List<TensorBoardFile.Scalar>> byMember = new LinkedHashMap<>();
        for (Step step : steps) {
            List<TensorBoardFile.Scalar> scalars = byMember.computeIfAbsent(step.member, m -> new ArrayList<>());
            scalars.add(new TensorBoardFile.Scalar(step.metric, step.step, step.value, step.wallSeconds));
            if (step.learningRate != null
                    && (scalars.size() < 2 || scalars.get(scalars.size() - 2).step() != step.step)) {
                scalars.add(new TensorBoardFile.Scalar("learningRate", step.step, step.learningRate, step.wallSeconds));
            }
        }
        List<Path> files = new ArrayList<>();
        byMember.forEach((member, scalars) -> {
            Path file = folder.resolve(member.replaceAll("[^A-Za-z0-9._-]", "-"))
                    .resolve("events.out.tfevents." + (long) scalars.get(0).wallSeconds() + ".weft");
            TensorBoardFile.write(file, scalars);
            files.add(file);
        });
        return files;
    }

    private static String text(Double value) {
        if (value == null) {
            return "";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf(value.longValue())
                : String.valueOf(value);
    }
}
