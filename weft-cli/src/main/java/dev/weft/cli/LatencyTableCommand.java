package dev.weft.cli;

import dev.weft.cost.LatencyFit;
import dev.weft.cost.LatencySettings;
import dev.weft.io.InputException;
import dev.weft.io.Progress;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.pick.MemberEvaluator;
import dev.weft.recipe.Recipe;
import dev.weft.run.Environment;
import dev.weft.search.Evaluations;
import dev.weft.search.MemberTable;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "latency-table",
        description = "Fit a latency table of a recipe's space, for a search by gradient.",
        footerHeading = "%nExample:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} latency-table tanglenas-mobile-quick --members 100 --out here.yaml",
            "  ${ROOT-COMMAND-NAME} latency-table cell-darts-quick --table accuracy.csv --table latency.csv --column pixel3 --out there.yaml",
            "",
            "Name the file in train.architecture.cost of the recipe: {metric: latencyMillisP50,",
            "factor: 1.0, target: 0.1, table: here.yaml}. Weights do not change a latency, so",
            "nothing need be trained. One in five members is held out to tell how good the table is."
        })
final class LatencyTableCommand implements Callable<Integer> {
    private static final int HELD_OUT_EVERY = 5;

    record Result(
            String table,
            int members,
            int heldOut,
            double rSquared,
            double heldOutMeanErrorMillis,
            double heldOutMaxErrorMillis,
            String hardware) {} // or the column of the table

    @Mixin
    private GlobalOptions options;

    @Mixin
    private RecipeSettings settings;

    @Parameters(
            paramLabel = "RECIPE",
            completionCandidates = RecipeNames.class,
            description = "A recipe that comes with Weft, or a YAML file.")
    private String recipe;

    @Written
    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file of the latency table to write, ending in .yaml or .json.")
    private Path out;

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description =
                    "Take the latencies, in milliseconds, from this CSV file instead of measuring them. May be repeated, "
                            + "as in ${ROOT-COMMAND-NAME} search.")
    private List<Path> tables = new ArrayList<>();

    @Option(
            names = "--column",
            paramLabel = "NAME",
            description = "The column of the CSV file that holds the latencies, which is named after a device.")
    private String column;

    @Option(
            names = "--members",
            paramLabel = "N",
            defaultValue = "100",
            description = "Members to measure, or to take from the CSV file (default: ${DEFAULT-VALUE}).")
    private int members;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that ONNX Runtime may use while timing (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the random choice of members (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() {
        Recipe read = TrainCommand.recipe(recipe, settings.all(), null, null, options);
        Recipe bound = read.on(read.data().input(read.data().open(seed)), Installed.kinds());
        Space space = bound.family().space();
        MemberTable.Source source = new MemberTable.Source(tables, column == null ? List.of() : List.of(column));
        boolean published = !tables.isEmpty();
        Map<Member, Double> fitted = new LinkedHashMap<>();
        Map<Member, Double> heldOut = new LinkedHashMap<>();
        try (Family family = Family.of(bound.model(), seed, bound.sharing(), Installed.kinds());
                MemberEvaluator evaluator =
                        MemberEvaluator.ofCosts(family, LatencySettings.DEFAULT.withThreads(threads))) {
            Evaluations evaluations = Evaluations.inMemory(
                    published ? MemberTable.read(source, space).over(evaluator) : evaluator);
            String metric = published ? column : Metric.LATENCY_MILLIS_P50.key();
            Progress progress = Progress.start(options.err(), "measure", 0);
            List<Member> drawn = draw(space);
            for (int i = 0; i < drawn.size(); i++) {
                double millis = evaluations.value(drawn.get(i), metric);
                (i % HELD_OUT_EVERY == HELD_OUT_EVERY - 1 ? heldOut : fitted).put(drawn.get(i), millis);
                progress.update(i + 1, drawn.size(), "members", "");
            }
            progress.clear();
        }
        LatencyFit fit = LatencyFit.of(space, fitted);
        double worst = 0;
        double sum = 0;
        for (Map.Entry<Member, Double> measured : heldOut.entrySet()) {
            double error = Math.abs(fit.table().exact(measured.getKey()) - measured.getValue());
            worst = Math.max(worst, error);
            sum += error;
        }
        fit.table().write(out);
        Result result = new Result(
                out.toString(),
                fit.members(),
                heldOut.size(),
                fit.rSquared(),
                sum / heldOut.size(),
                worst,
                published ? column : Environment.current().hardwareFingerprint());
        options.result(
                result,
                List.of(
                        "Wrote " + out + ", fitted to " + result.members() + " members (R² "
                                + String.format(Locale.ROOT, "%.3f", result.rSquared()) + ")",
                        "of " + result.heldOut() + " others it is off by "
                                + Text.millis(result.heldOutMeanErrorMillis()) + " on average, "
                                + Text.millis(result.heldOutMaxErrorMillis()) + " at most",
                        "hardware      " + result.hardware()));
        return ExitCode.DONE;
    }

    /** Distinct random members. */
    private List<Member> draw(Space space) {
        if (members < HELD_OUT_EVERY || space.count().compareTo(BigInteger.valueOf(members)) < 0) {
            throw new InputException("--members must be from " + HELD_OUT_EVERY + " to the number of members, "
                    + space.count() + ", but is " + members + ".");
        }
        SplittableRandom random = RandomStream.COSTS.random(seed);
        Set<Member> drawn = new LinkedHashSet<>();
        while (drawn.size() < members) {
            drawn.add(space.sample(random));
        }
        return new ArrayList<>(drawn);
    }
}
