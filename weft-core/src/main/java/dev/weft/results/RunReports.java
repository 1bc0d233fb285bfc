package dev.weft.results;

import dev.weft.cost.Meter;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.WeftCommand;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.FamilyDescription;
import dev.weft.model.ModelDefinition;
import dev.weft.recipe.RunSettings;
import dev.weft.report.Fact;
import dev.weft.report.Figures;
import dev.weft.report.HeldOutResult;
import dev.weft.report.PageDate;
import dev.weft.report.ReportWriter;
import dev.weft.report.RunReport;
import dev.weft.run.Environment;
import dev.weft.run.Event;
import dev.weft.run.RunDatabase;
import dev.weft.run.TrainingNumber;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.StoredRun;
import dev.weft.train.Trainer;
import dev.weft.tree.TreeRecord;
import dev.weft.weight.Sharing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Builds the report of a run from the run's files alone, also while another process has the run open. */
public final class RunReports {
    /** Kind of the events that hold a command line as it was given; their order is that of the report. */
    public static final String COMMAND = "command";

    public static final String ENVIRONMENT = "environment";
    /** More points than a screen has pixels tell nothing. */
    private static final int MAX_POINTS = 300;
    /** Members drawn to see what routers do: their mean and variance are then known to a few parts in a hundred. */
    private static final int ROUTED_MEMBERS = 100;

    private RunReports() {}

    /**
     * The report of the run in {@code folder}, as far as the run is.
     *
     * @throws dev.weft.io.InputException when the folder holds no run, or a file of it is damaged
     */
    public static RunReport of(Path folder) {
        return of(folder, Kinds.builtIn());
    }

    /** The same, of a run whose recipe may name more kinds. */
    public static RunReport of(Path folder, Kinds kinds) {
        RunSettings settings = StoredRun.settings(folder, kinds);
        ModelDefinition model = settings.recipe().model();
        Space space = settings.recipe().family().space();
        Metric quality = model.input().metrics().get(0);
        try (RunDatabase database = RunDatabase.read(folder.resolve("run.db"))) {
            List<Event> events = database.events();
            NetworkPicture picture = new NetworkPicture(settings.recipe().family());
            Path family = folder.resolve("family.safetensors");
            List<FamilyDescription.Kept> kept = RunMetrics.kept(family, kinds);
            List<TrainingNumber> numbers = metrics(folder, database);
            NotedTables sampled = NotedTables.of(numbers, Trainer.SAMPLER, space);
            MeasuredMembers measured = new MeasuredMembers(
                    database.members(), kept, settings.recipe().family());
            RunReport.Dataset dataset = new RunReport.Dataset(
                    dataName(settings.splits().source()),
                    List.of(
                            split("train", settings.splits().train().examples()),
                            split("selection", settings.splits().selection().examples()),
                            split("report", settings.splits().report().examples())),
                    model.input().classes());
            return RunReport.builder(
                            settings.recipe().name() + " on "
                                    + dataName(settings.splits().source()),
                            created(events),
                            dataset,
                            space(space))
                    .recipe(settings.recipe().name())
                    .commands(commands(events))
                    .environment(environment(events, settings))
                    .latencySetting(measured.latencySetting())
                    .curves(curves(numbers, database.hasNotes()))
                    .blends(NotedTables.of(numbers, Role.BLEND.toString(), space)
                            .parts())
                    .sampled(sampled.parts())
                    .noted(sampled.latest())
                    .routing(routing(settings, family, kinds))
                    .metrics(Meter.metrics(kinds).with(model.input().metrics()).all(), quality)
                    .tree(TreeReport.of(folder, space, database.members(), kinds))
                    .members(measured.results(folder, picture, HeldOutResults.of(folder)))
                    .heldOut(heldOut(folder, kept, space))
                    .network(picture.full())
                    .notes(notes(
                            measured.complete().size(),
                            space,
                            quality,
                            TreeRecord.of(folder).isPresent(),
                            !database.hasNotes() && numbers.stream().anyMatch(n -> NotedTables.isNoted(n, false))))
                    .build();
        }
    }

    /**
     * Writes the page of a run anew: {@code report.html} in its folder.
     *
     * @throws dev.weft.io.InputException as {@link #of}, or when the page cannot be written
     */
    public static void write(Path folder, Kinds kinds) {
        ReportWriter.write(of(folder, kinds), folder.resolve("report.html"));
    }

    /** A name of the catalogue as it is; of a file or folder its own name. */
    private static String dataName(String source) {
        int slash = Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\'));
        return slash < 0 || slash == source.length() - 1 ? source : source.substring(slash + 1);
    }

    /** The latest first, each by the name that it was given last. */
    private static List<RunReport.HeldOut> heldOut(Path folder, List<FamilyDescription.Kept> kept, Space space) {
        List<RunReport.HeldOut> found = new ArrayList<>();
        for (HeldOutResult result : HeldOutResults.of(folder)) {
            String name = kept.stream()
                    .filter(k -> k.member().equals(result.member()))
                    .map(FamilyDescription.Kept::name)
                    .reduce((first, last) -> last)
                    .orElse("another member");
            found.add(0, new RunReport.HeldOut(name, result.of(space.print(space.parse(result.member())))));
        }
        return found;
    }

    private static RunReport.Split split(String name, int examples) {
        return new RunReport.Split(name, examples);
    }

    private static RunReport.Space space(Space space) {
        return new RunReport.Space(
                space.size(),
                space.choices().stream()
                        .map(c -> new RunReport.Choice(
                                c.name(),
                                c.options().stream().map(Object::toString).toList()))
                        .toList());
    }

    private static String created(List<Event> events) {
        return events.isEmpty() ? "" : PageDate.of(events.get(events.size() - 1).time());
    }

    private static List<String> commands(List<Event> events) {
        return events.stream()
                .filter(event -> event.kind().equals(COMMAND))
                .map(Event::text)
                .distinct()
                .toList();
    }

    /** The environment of the latest measurements; that of this machine where nothing was measured yet. */
    private static List<Fact> environment(List<Event> events, RunSettings settings) {
        Environment machine = events.stream()
                .filter(event -> event.kind().equals(ENVIRONMENT))
                .reduce((first, last) -> last)
                .map(event -> Json.parse(event.text(), "event " + ENVIRONMENT + " of the run", Environment.class))
                .orElseGet(Environment::current);
        return List.of(
                new Fact("Processor", machine.cpu() + ", " + machine.logicalCores() + " cores, " + machine.arch()),
                new Fact("System", machine.os()),
                new Fact("Memory", (machine.memoryBytes() >> 20) + " MiB"),
                new Fact("Java", machine.java()),
                new Fact("Weft", machine.weft()),
                new Fact("libtorch", machine.libtorch()),
                new Fact("ONNX Runtime", machine.onnxRuntime()),
                new Fact("Training threads", String.valueOf(settings.threads())),
                new Fact("Seed", String.valueOf(settings.seed())));
    }

    /** The metrics of the run; of a tree those of its leaves, with the leaf as part of the role. */
    static List<TrainingNumber> metrics(Path folder, RunDatabase database) {
        List<TreeRecord.Node> leaves =
                TreeRecord.of(folder).map(TreeRecord::leaves).orElse(List.of());
        List<TrainingNumber> all = new ArrayList<>(database.metrics());
        for (TreeRecord.Node leaf : leaves) {
            Path file = folder.resolve("nodes").resolve(leaf.name()).resolve("run.db");
            if (Files.exists(file)) {
                try (RunDatabase one = RunDatabase.read(file)) {
                    one.metrics().stream()
                            .filter(metric -> !NotedTables.isNoted(metric, one.hasNotes()))
                            .map(m -> new TrainingNumber(
                                    m.step(), leaf.name() + " " + m.role(), m.name(), m.value(), m.seconds()))
                            .forEach(all::add);
                }
            }
        }
        return all;
    }

    static List<RunReport.Curve> curves(List<TrainingNumber> metrics, boolean hasNotes) {
        Map<List<String>, List<RunReport.Point>> curves = new LinkedHashMap<>();
        for (TrainingNumber metric : metrics) {
            if (NotedTables.isNoted(metric, hasNotes)) {
                continue;
            }
            curves.computeIfAbsent(List.of(metric.role(), metric.name()), key -> new ArrayList<>())
                    .add(new RunReport.Point(metric.step(), metric.value()));
        }
        return curves.entrySet().stream()
                .map(e -> new RunReport.Curve(e.getKey().get(0), e.getKey().get(1), thinned(e.getValue())))
                .toList();
    }

    /** The routing of the largest, the smallest and some members drawn by chance; null where there are no experts, or no family yet. */
    private static RunReport.Routing routing(RunSettings settings, Path file, Kinds kinds) {
        if (settings.recipe().sharing().stream().noneMatch(Sharing::readsMember) || !Files.exists(file)) {
            return null;
        }
        try (Family family = Family.open(file, kinds)) {
            if (!RoutingDiagnosis.hasExperts(family)) {
                return null;
            }
            Space space = family.space();
            SplittableRandom random = RandomStream.ANCHORS.random(settings.seed());
            Set<Member> members = new LinkedHashSet<>(List.of(space.largest(), space.smallest()));
            for (int i = 0; i < ROUTED_MEMBERS; i++) {
                members.add(space.sample(random));
            }
            RoutingDiagnosis found = RoutingDiagnosis.of(family, List.copyOf(members));
            return new RunReport.Routing(
                    members.size(),
                    found.weights().stream()
                            .map(w -> new RunReport.RoutedWeight(
                                    w.name(), w.meanMixing(), w.mixingVariance(), w.expertCosine()))
                            .toList(),
                    found.trainingParameters(),
                    found.deployedParameters());
        }
    }

    /** Means of neighbours, at the last of their steps; a value that is not finite stays visible in the mean. */
    private static List<RunReport.Point> thinned(List<RunReport.Point> points) {
        int each = (points.size() + MAX_POINTS - 1) / MAX_POINTS;
        List<RunReport.Point> thinned = new ArrayList<>();
        for (int from = 0; from < points.size(); from += Math.max(1, each)) {
            List<RunReport.Point> group = points.subList(from, Math.min(points.size(), from + each));
            double mean =
                    group.stream().mapToDouble(RunReport.Point::value).average().orElseThrow();
            thinned.add(new RunReport.Point(group.get(group.size() - 1).step(), mean));
        }
        return thinned;
    }

    /** @param unplaced whether a sampler or a blend noted numbers of which the run does not say in which tables they stand */
    private static List<String> notes(int count, Space space, Metric quality, boolean tree, boolean unplaced) {
        List<String> notes = new ArrayList<>();
        if (unplaced) {
            notes.add(
                    "The run was begun by an earlier version of Weft, which did not write down in which tables the numbers"
                            + " of a sampler or a blend stand. They are not drawn here, but "
                            + WeftCommand.of("metrics", "RUN_DIR") + " has them all.");
        }
        notes.add("Members are chosen by their " + quality
                + " on the selection split, which makes that figure of a chosen"
                + " member a little too good; the test " + quality
                + " is from the report split, which no choice has seen.");
        notes.add(count + " of " + Figures.large(space.size())
                + " members were measured; a better one may be among the others.");
        notes.add(
                tree
                        ? "The members of a leaf share their weights as trained: a member trained alone may rank otherwise, and"
                                + " members of different leaves are estimated with different errors."
                        : "All members share their weights as trained: a member trained alone may rank otherwise.");
        if (count > 0) {
            notes.add("Latencies are of the machine named here and say little about another.");
        }
        return notes;
    }
}
