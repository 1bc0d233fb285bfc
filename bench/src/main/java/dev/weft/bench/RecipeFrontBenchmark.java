package dev.weft.bench;

import dev.weft.cost.CountedCosts;
import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.search.ParetoFront;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.Evaluation;
import dev.weft.train.KeptTrainings;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * What recipes are worth over their whole front: each is trained with each seed, and the same members of each are measured, the
 * smallest, the middle, the largest and random ones. A run that is stopped goes on when it is called again; one that is measured is
 * not measured again.
 *
 * <p>The number over the front is the hypervolume of quality against multiply-adds, on a logarithmic scale from the smallest member's to
 * twice the largest's and divided by the length of that scale: for accuracy, the mean over budgets of the best measured member within
 * the budget; for a loss, how far that is below the loss of guessing.
 */
final class RecipeFrontBenchmark {
    private static final String NAME = "recipe-front";
    private static final int REPORTED = 6; // random members whose mean is a column
    private static final int RANDOM = 40; // random members that may be on the front
    private static final String CPU_SECONDS = "cpuSeconds";

    private final Options options;
    private final List<String> recipes;
    private final long[] seeds;
    private final boolean report;
    private final Path folder;
    private final PrintStream out;

    /** @param arguments recipes by name or file, {@code --seeds 1,2,3}, {@code --split selection|report}, {@code --out DIR} */
    RecipeFrontBenchmark(List<String> arguments, Options options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.seeds = LongStream.of(java.util.Arrays.stream(
                                value(arguments, "--seeds", "1000,1001,1002").split(","))
                        .mapToLong(Long::parseLong)
                        .toArray())
                .toArray();
        String split = value(arguments, "--split", "selection");
        if (!split.equals("selection") && !split.equals("report")) {
            throw new InputException("--split must be selection or report, but is " + split + ".");
        }
        this.report = split.equals("report");
        this.folder = Path.of(value(
                arguments,
                "--out",
                options.folder().resolve("target/recipe-front").toString()));
        List<String> named = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).startsWith("--")) {
                i += arguments.get(i).equals("--quick") ? 0 : 1;
            } else {
                named.add(arguments.get(i));
            }
        }
        if (named.isEmpty()) {
            throw new InputException("recipe-front must have a recipe or more, by name or file, but has none.");
        }
        this.recipes = named;
    }

    private static String value(List<String> arguments, String option, String otherwise) {
        int at = arguments.indexOf(option);
        if (at == arguments.size() - 1) {
            throw new InputException(option + " must have a value.");
        }
        return at < 0 ? otherwise : arguments.get(at + 1);
    }

    Result run() {
        Result.Builder result = new Result.Builder(NAME)
                .setting("seeds", java.util.Arrays.toString(seeds))
                .setting("split", report ? "report" : "selection")
                .setting("random members on the front", RANDOM);
        for (String recipe : recipes) {
            Map<String, List<Double>> columns = new LinkedHashMap<>();
            for (long seed : seeds) {
                measured(recipe, seed).forEach((name, value) -> columns.computeIfAbsent(name, key -> new ArrayList<>())
                        .add(value));
            }
            StringBuilder line = new StringBuilder("| " + recipe);
            columns.forEach((name, values) -> {
                line.append(" | ").append(name).append(' ').append(meanAndDeviation(values));
                result.measured(recipe + ", " + name, "", Spread.of(values));
            });
            out.println(line + " |");
        }
        return result.build();
    }

    private static String meanAndDeviation(List<Double> values) {
        double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return values.size() == 1
                ? String.format(Locale.ROOT, "%.4f", mean)
                : String.format(Locale.ROOT, "%.4f ± %.4f", mean, Math.sqrt(squares / (values.size() - 1)));
    }

    /** The columns of one training, from the file that keeps them, or from the training itself. */
    private Map<String, Double> measured(String name, long seed) {
        Recipe recipe = Recipes.read(name);
        if (options.quick()) {
            recipe = recipe.with(recipe.data(), recipe.train().withEpochs(1));
        }
        String base = Path.of(name).getFileName().toString().replace(".yaml", "");
        Path run = folder.resolve(base + "-" + seed + (options.quick() ? "-quick" : ""));
        Path file = run.resolveSibling(run.getFileName() + (report ? ".report.json" : ".selection.json"));
        KeptTrainings kept = new KeptTrainings(folder);
        String training = run.getFileName().toString();
        if (kept.isBegun(training)) {
            kept.requireSame(training, recipe, seed); // an edited recipe must not get the numbers of the earlier one
        }
        if (!Files.exists(file)) {
            Map<String, Double> columns = columns(recipe, run, seed);
            AtomicFile.writeText(file, Json.write(columns));
        }
        Map<?, ?> known = Json.read(file, Map.class);
        Map<String, Double> columns = new LinkedHashMap<>();
        known.forEach((key, value) -> columns.put((String) key, ((Number) value).doubleValue()));
        out.println(run.getFileName() + " " + columns);
        return columns;
    }

    private Map<String, Double> columns(Recipe recipe, Path run, long seed) {
        double before = cpuSeconds();
        boolean begun = Files.exists(run.resolve("config.yaml"));
        try (Trainer trainer = begun ? Trainer.resume(run) : Trainer.start(recipe, run, seed)) {
            boolean whole = trainer.stepsDone() == 0;
            trainer.run(new TrainingListener[0]);
            double cpu = whole ? cpuSeconds() - before : Double.NaN;
            Splits splits = trainer.splits();
            Map<String, Double> columns =
                    columns(trainer.family(), trainer, report ? splits.report() : splits.selection());
            if (whole) {
                columns.put(CPU_SECONDS, cpu);
            }
            return columns;
        }
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                * 1e-9;
    }

    private static Map<String, Double> columns(Family family, Trainer trainer, Dataset data) {
        Space space = family.space();
        Set<Member> members = new LinkedHashSet<>(List.of(space.smallest(), middle(space), space.largest()));
        int sizes = members.size();
        SplittableRandom random = RandomStream.EXPERIMENT.random(0);
        while (members.size() < sizes + RANDOM) {
            members.add(space.sample(random));
        }
        Objective quality =
                Objective.of(family.definition().input().metrics().get(0).key());
        List<MeasuredMember> measured = new ArrayList<>();
        CountedCosts costs = new CountedCosts(family.plan());
        for (Member member : members) {
            try (MemberStatistics statistics = trainer.calibrate(member)) {
                Map<String, Double> values = new LinkedHashMap<>();
                Evaluation.of(family, member, statistics, data)
                        .forEach((metric, value) -> values.put(metric.key(), value));
                values.put(Metric.MACS.key(), (double) costs.of(member).macs());
                measured.add(new MeasuredMember(member, values));
            }
        }
        costs.close();
        String metric = quality.metric();
        Map<String, Double> columns = new LinkedHashMap<>();
        columns.put("smallest", measured.get(0).value(metric));
        columns.put("middle", measured.get(1).value(metric));
        columns.put("largest", measured.get(2).value(metric));
        columns.put(
                "random",
                measured.subList(3, 3 + REPORTED).stream()
                        .mapToDouble(m -> m.value(metric))
                        .average()
                        .orElseThrow());
        double guessing = metric.equals(Metric.ACCURACY.key())
                ? 0
                : Math.log(family.definition().input().outputs().get(0).fixedSize());
        columns.put("front", front(quality, measured, guessing));
        return columns;
    }

    /**
     * The hypervolume over the length of the scale of costs.
     *
     * @param measured the smallest member first, the largest third
     * @param guessing the quality of a model that knows nothing: 0 of accuracy
     */
    static double front(Objective quality, List<MeasuredMember> measured, double guessing) {
        double least = measured.get(0).value(Metric.MACS.key());
        double length = Math.log(2 * measured.get(2).value(Metric.MACS.key()) / least);
        List<MeasuredMember> scaled = measured.stream()
                .map(m -> new MeasuredMember(
                        m.member(),
                        Map.of(
                                quality.metric(),
                                m.value(quality.metric()),
                                Metric.MACS.key(),
                                Math.log(m.value(Metric.MACS.key()) / least) / length)))
                .toList();
        return ParetoFront.of(List.of(quality, Objective.of(Metric.MACS.key())), scaled)
                .hypervolume(guessing, 1);
    }

    /** Every choice's middle option, of two the lower and the upper in turn. */
    private static Member middle(Space space) {
        Map<String, Object> picked = new LinkedHashMap<>();
        int pairs = 0;
        for (Choice<?> choice : space.choices()) {
            int options = choice.options().size();
            picked.put(choice.name(), choice.options().get(options == 2 ? pairs++ % 2 : options / 2));
        }
        return space.canonical(new Member(picked));
    }
}
