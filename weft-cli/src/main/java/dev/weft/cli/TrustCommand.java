package dev.weft.cli;

import dev.weft.io.Csv;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Setting;
import dev.weft.io.Suggest;
import dev.weft.recipe.Recipe;
import dev.weft.report.PageDate;
import dev.weft.space.Member;
import dev.weft.train.StoredRun;
import dev.weft.trust.Anchors;
import dev.weft.trust.Baseline;
import dev.weft.trust.Bootstrap;
import dev.weft.trust.FamilyTrust;
import dev.weft.trust.RankSettings;
import dev.weft.trust.Ranking;
import dev.weft.trust.ScoreTable;
import dev.weft.trust.TrustDocument;
import dev.weft.trust.TrustPage;
import dev.weft.trust.TrustReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "trust",
        description = "Say how far a ranking of members can be believed.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} trust run --anchors 30 --trainings 2 --out trust",
            "  ${ROOT-COMMAND-NAME} trust run --truth measured.csv --out trust",
            "  ${ROOT-COMMAND-NAME} trust --scores mine.csv --truth measured.csv",
            "",
            "Anchors are members that are trained alone: what they reach is the truth that inherited weights are judged by.",
            "Ctrl-C stops after the current step; the same command goes on from there, and repeats nothing.",
            "",
            "A file is a table of comma-separated values, also packed by gzip, with the columns member and score;",
            "score2, score3 and so on in the file of truths are further trainings of the same members."
        })
final class TrustCommand implements Callable<Integer>, Outputs.More {
    @Mixin
    private GlobalOptions options;

    @Mixin
    private RecipeSettings settings;

    @Parameters(
            arity = "0..1",
            paramLabel = "FAMILY",
            description = "A family's file, or the folder of its run. Leave it out for scores from a file.")
    private Path family;

    @Option(
            names = "--anchors",
            paramLabel = "K",
            description =
                    "The number of members to train alone (anchors), spread from the cheapest to the dearest; or all.")
    private String anchors;

    @Option(
            names = "--members",
            paramLabel = "FILE",
            description = "A table with a column of the members to train alone.")
    private Path members;

    @Option(
            names = "--trainings",
            paramLabel = "N",
            description =
                    "Trainings of each of these members with different seeds (default: 1). With 2 or more, the report says how much training alone varies.")
    private Integer trainings;

    @Option(names = "--epochs", paramLabel = "N", description = "Epochs of each training (default: the recipe's).")
    private Integer epochs;

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            completionCandidates = RecipeNames.class,
            description =
                    "The recipe that members are trained alone with: one that comes with Weft, or a YAML file (default: that of the family's run).")
    private String recipe;

    @Option(
            names = "--statistics",
            paramLabel = "KIND",
            description =
                    "Batch-norm statistics used with inherited weights: recalibrated, or batch for those of the evaluated batch itself (default: recalibrated).")
    private String statistics;

    @Option(
            names = "--cost",
            paramLabel = "METRIC",
            description =
                    "The cost that the members to train are spread over and gaps are shown by: macs (multiply-adds), params or bytes (default: macs).")
    private String cost;

    @Option(names = "--scores", paramLabel = "FILE", description = "A table of scores of members, from anywhere.")
    private Path scores;

    @Option(names = "--truth", paramLabel = "FILE", description = "A table of the true quality of the same members.")
    private Path truth;

    @Option(
            names = "--member-column",
            paramLabel = "NAME",
            defaultValue = "member",
            description = "The column of members in both tables (default: ${DEFAULT-VALUE}).")
    private String memberColumn;

    @Option(
            names = "--score-column",
            paramLabel = "NAME",
            defaultValue = "score",
            description = "The column of scores in the table of scores (default: ${DEFAULT-VALUE}).")
    private String scoreColumn;

    @Option(
            names = "--truth-column",
            paramLabel = "NAME",
            defaultValue = "score",
            description = "The column of true quality in the table of truths (default: ${DEFAULT-VALUE}).")
    private String truthColumn;

    @Option(
            names = "--baselines",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Columns of either table, of which more is taken as better, that are ranked by beside the scores (default: those of params, macs and gradientNorm that are there).")
    private List<String> baselines;

    @Option(names = "--common", description = "Compare the members that both sides have, and leave out the others.")
    private boolean common;

    @Option(names = "--losses", description = "Take scores and truths as losses, of which less is better.")
    private boolean losses;

    @Option(
            names = "--top",
            paramLabel = "K",
            split = ",",
            defaultValue = "1,5",
            description =
                    "Numbers K: for each, report the regret of taking the best of the K members with the best scores (default: ${DEFAULT-VALUE}).")
    private List<Integer> top;

    @Option(
            names = "--margin",
            paramLabel = "TAU",
            defaultValue = "0.1",
            description =
                    "The difference of Kendall's tau that counts as none: scores are said to rank as well as a second training only where the interval of the difference lies within it (default: ${DEFAULT-VALUE}).")
    private double margin;

    @Option(
            names = "--resamples",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "Random draws of the members that confidence intervals are computed from (default: ${DEFAULT-VALUE}).")
    private int resamples;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Written
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The folder for trust.json and trust.html, and for the trainings of a family's members.")
    private Path out;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description =
                    "The place of the data that the family was trained on, when it was moved (default: where it was).")
    private String data;

    private int leftOut;

    @Override
    public Integer call() {
        RankSettings settings = new RankSettings(top, new Bootstrap(resamples, 0.95, seed), margin);
        if (family == null) {
            Ranking ranking = ofFiles();
            answer(new TrustDocument(sources(), ranking.unit(), TrustReport.of(ranking, settings)), ranking);
            return ExitCode.DONE;
        }
        refuse("--scores", scores != null);
        refuse("--losses", losses);
        refuse("--baselines", baselines != null);
        if (out == null) {
            throw new InputException("A family's report must have a folder. Give it: --out DIR");
        }
        Phases phases = new Phases(options.err());
        try (Interrupt interrupt = Interrupt.watch(options.err());
                FamilyTrust trust = FamilyTrust.open(
                        FamilyArgument.file(family),
                        new FamilyTrust.Settings(statistics(), cost(), settings),
                        Optional.ofNullable(TrainCommand.anywhere(data)),
                        Installed.kinds())) {
            Optional<TrustDocument> found = truth == null
                    ? trust.train(
                            anchors(trust),
                            recipe(),
                            trainings == null ? 1 : trainings,
                            seed,
                            out,
                            interrupt,
                            phases::update)
                    : trust.compare(truths(), common, out, interrupt, phases::update);
            phases.clear();
            if (found.isEmpty()) {
                options.result(stopped(), List.of("Stopped. The same command goes on from what is in " + out + "."));
                return ExitCode.INTERRUPTED;
            }
            answer(found.get(), found.get().ranking());
            return ExitCode.DONE;
        }
    }

    /** The tables of a family's report are not among them: they go into a folder that holds the same members and nothing else. */
    @Override
    public Map<Path, String> moreOutputs() {
        Map<Path, String> outputs = new LinkedHashMap<>();
        if (out != null) {
            Stream.of("trust.json", "trust.html").forEach(name -> outputs.put(out.resolve(name), name + " in --out"));
        }
        return outputs;
    }

    private Ranking ofFiles() {
        if (scores == null || truth == null) {
            throw new InputException(
                    "A ranking needs a truth to be compared with. Give a family, FAMILY --anchors K --out DIR,"
                            + " or two files, --scores FILE --truth FILE");
        }
        for (Map.Entry<String, Object> option : ofFamilies().entrySet()) {
            if (option.getValue() != null) {
                throw new InputException(
                        option.getKey() + " is for a family, but scores come from a file. Leave it out.");
            }
        }
        Csv scoreRows = Csv.read(scores);
        Csv truthRows = Csv.read(truth);
        ScoreTable scored = ScoreTable.of(scoreRows, memberColumn, scoreColumn);
        ScoreTable known = ScoreTable.of(truthRows, memberColumn, truthColumn);
        leftOut = scored.values().size() + known.values().size();
        Ranking ranking = ScoreTable.rank(scored, known, common);
        leftOut -= 2 * ranking.size();
        ranking = ranking.with(baselines(ranking, scoreRows, truthRows));
        return losses ? ranking.ofLosses() : ranking.inPoints();
    }

    /** The columns that a table has of those that are asked for, with that of the truths first. */
    private List<Baseline> baselines(Ranking ranking, Csv scoreRows, Csv truthRows) {
        List<Baseline> found = new ArrayList<>();
        for (String name : baselines == null ? Baseline.NAMES : baselines) {
            Csv table = truthRows.columns().contains(name) ? truthRows : scoreRows;
            if (!table.columns().contains(name)) {
                if (baselines == null) {
                    continue;
                }
                throw new InputException("--baselines must name columns of " + truthRows.file() + " or "
                        + scoreRows.file() + ", but neither has \"" + name + "\"."
                        + Suggest.nearest(
                                name,
                                Stream.concat(truthRows.columns().stream(), scoreRows.columns().stream())
                                        .toList()));
            }
            Map<String, List<Double>> values =
                    ScoreTable.of(table, memberColumn, name).values();
            found.add(new Baseline(
                    name,
                    ranking.members().stream()
                            .map(member -> values.get(member).get(0))
                            .toList()));
        }
        return found;
    }

    private Map<String, String> sources() {
        Map<String, String> source = new LinkedHashMap<>();
        source.put("scores", scores + ", column " + scoreColumn);
        source.put("truth", truth + ", column " + truthColumn);
        if (leftOut > 0) {
            source.put("leftOut", Text.count(leftOut, "member") + " that only one file has");
        }
        return source;
    }

    private Map<String, Object> ofFamilies() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("--anchors", anchors);
        given.put("--members", members);
        given.put("--trainings", trainings);
        given.put("--epochs", epochs);
        given.put("--recipe", recipe);
        given.put("--statistics", statistics);
        given.put("--cost", cost);
        given.put("--data", data);
        return given;
    }

    private static void refuse(String option, boolean given) {
        if (given) {
            throw new InputException(
                    option + " is for scores from a file, but a family was given. Leave out one of them.");
        }
    }

    private List<Member> anchors(FamilyTrust trust) {
        if ((anchors == null) == (members == null)) {
            throw new InputException("Say which members to train alone: --anchors K, or --members FILE."
                    + " Or give what is known of them: --truth FILE");
        }
        if (members != null) {
            Csv table = Csv.read(members);
            int column = table.column(memberColumn);
            return trust.members(
                    table.rows().stream().map(row -> row.values().get(column)).toList(), members);
        }
        if (anchors.equals("all")) {
            return Anchors.all(trust.family().space());
        }
        if (!anchors.matches("[0-9]{1,6}")) {
            throw new InputException("--anchors must be a number or all, but is \"" + anchors + "\".");
        }
        return Anchors.stratified(trust.family().plan(), Integer.parseInt(anchors), cost(), seed);
    }

    private ScoreTable truths() {
        for (String option : List.of("--anchors", "--members", "--trainings", "--epochs", "--recipe")) {
            if (ofFamilies().get(option) != null) {
                throw new InputException(option
                        + " is for training anchors, but --truth says what is true of them. Leave out one of them.");
            }
        }
        return ScoreTable.read(truth, memberColumn, truthColumn);
    }

    /** The recipe of the run that made the family, unless another is given. */
    private Recipe recipe() {
        Recipe read;
        List<Setting> set = settings.without("--epochs", epochs, "train.epochs").all();
        if (recipe == null && !set.isEmpty()) {
            throw new InputException(
                    "--set is of a recipe that is given, but anchors train as the run's says. Give it: "
                            + "--recipe RECIPE");
        }
        if (recipe != null) {
            read = TrainCommand.recipe(recipe, set, null, null, options).whole();
        } else {
            Path folder = FamilyArgument.file(family).toAbsolutePath().getParent();
            if (!Files.exists(folder.resolve("config.yaml"))) {
                throw new InputException(family + " must be the folder of a run, or lie in one, to know how anchors are"
                        + " trained, but does not. Give a recipe: --recipe RECIPE");
            }
            read = StoredRun.settings(folder, Installed.kinds()).recipe().whole();
        }
        return epochs == null ? read : read.with(read.data(), read.train().withEpochs(epochs));
    }

    private FamilyTrust.Statistics statistics() {
        if (statistics == null || statistics.equals("recalibrated")) {
            return FamilyTrust.Statistics.RECALIBRATED;
        }
        if (statistics.equals("batch")) {
            return FamilyTrust.Statistics.BATCH;
        }
        throw new InputException("--statistics must be recalibrated or batch, but is \"" + statistics + "\"."
                + Suggest.nearest(statistics, List.of("recalibrated", "batch")));
    }

    private String cost() {
        return cost == null ? "macs" : cost;
    }

    private Map<String, Object> stopped() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("interrupted", true);
        document.put("out", out.toString());
        document.put("exitCode", ExitCode.INTERRUPTED);
        return document;
    }

    private void answer(TrustDocument document, Ranking ranking) {
        List<String> text = TrustText.lines(document);
        if (out != null) {
            document.write(out.resolve("trust.json"));
            String now = PageDate.of(Instant.now());
            TrustPage.write(document, ranking, now, List.of(options.commandLine()), out.resolve("trust.html"));
            text.add("");
            text.add(out.resolve("trust.html") + ", " + out.resolve("trust.json"));
        }
        options.result(Json.parse(Json.write(document), "the report", LinkedHashMap.class), text);
    }
}
