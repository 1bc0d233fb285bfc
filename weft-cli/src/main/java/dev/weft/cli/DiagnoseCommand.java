package dev.weft.cli;

import dev.weft.criterion.Criterion;
import dev.weft.diagnose.ChoiceConflict;
import dev.weft.diagnose.Diagnosis;
import dev.weft.diagnose.DiagnosisReports;
import dev.weft.diagnose.DiagnosisSettings;
import dev.weft.diagnose.Suggestion;
import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Progress;
import dev.weft.io.Suggest;
import dev.weft.loss.LossSettings;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import dev.weft.ops.Libtorch;
import dev.weft.pick.FamilyData;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.report.Fact;
import dev.weft.report.PageDate;
import dev.weft.report.ReportWriter;
import dev.weft.run.Environment;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.train.StoredRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "diagnose",
        description = "Measure how noisy a step's gradient is and where members conflict.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} diagnose run",
            "  ${ROOT-COMMAND-NAME} diagnose run/family.safetensors --members 24 --batches 8 --sampler single-path --out page.html",
            "",
            "The family does not change. The page's numbers are also written as JSON, beside it."
        })
final class DiagnoseCommand implements Callable<Integer>, Outputs.More {
    private static final Map<String, Sampler> SAMPLERS = samplers();
    private static final int SHOWN = 5;
    private static final String HTML = "\\.html?$";

    /**
     * The short of it; {@code document} has all numbers.
     *
     * @param noiseToSignal null where the mean cannot be told from zero
     * @param meanCosine null where no two members share a weight
     * @param document the JSON file
     */
    record Result(
            int members,
            int batches,
            int draws,
            String sampler,
            Double noiseToSignal,
            double memberShare,
            Double meanCosine,
            List<Suggestion> suggestions,
            String report,
            String document) {}

    /** What the JSON file holds. */
    record Document(int formatVersion, String family, String data, String command, Diagnosis diagnosis) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private FamilyArgument family;

    @Option(
            names = "--members",
            paramLabel = "N",
            defaultValue = "12",
            description =
                    "Members to compare in the conflict map: the largest, the smallest and random ones (default: ${DEFAULT-VALUE}).")
    private int members;

    @Option(
            names = "--batches",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "Batches of examples on which the gradient of each of these members is computed (default: ${DEFAULT-VALUE}).")
    private int batches;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "Gradients of one training step to draw for estimating its variance (default: ${DEFAULT-VALUE}).")
    private int draws;

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            completionCandidates = Samplers.class,
            description =
                    "The sampler whose training steps are measured: single-path (one random member), sandwich (the largest, "
                            + "the smallest and two random ones) or largest (default: the one in the run's recipe where it draws from the "
                            + "space alone, otherwise single-path).")
    private String sampler;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description = "The place of the data that the family was trained on (default: where it was).")
    private String data;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the random choice of members, batches and steps (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Written
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The HTML file to write (default: diagnose.html beside the family's file).")
    private Path out;

    /** Names for TAB. */
    static final class Samplers implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return SAMPLERS.keySet().iterator();
        }
    }

    private static Map<String, Sampler> samplers() {
        Map<String, Sampler> samplers = new LinkedHashMap<>();
        samplers.put("single-path", new Sampler.SinglePath(1));
        samplers.put("sandwich", new Sampler.Sandwich(2));
        samplers.put("largest", new Sampler.Largest());
        return samplers;
    }

    /**
     * @param train the rule of the run, or {@code null}
     * @param accumulate batches of a step
     */
    private record Steps(Sampler sampler, TrainSettings train, int accumulate) {
        /** What members learn by, labels as they are: the run's, where it says so. */
        Criterion criterion(ModelInput input) {
            return train == null || train.criterion() == null ? input.criterion() : train.criterion();
        }
    }

    @Override
    public Integer call() {
        DiagnosisSettings settings = new DiagnosisSettings(members, batches, draws, seed);
        if (out != null && !isPage(out)) {
            throw new InputException("--out must be a name that ends in .html, but is " + out
                    + ". The numbers go into a file beside it that ends in .json.");
        }
        Path file = family.file();
        Steps steps = steps();
        try (Family opened = Family.open(file, Installed.kinds())) {
            FamilyData examples = MemberOptions.asTrained(opened, data, options);
            Phases phases = new Phases(options.err());
            long began = System.nanoTime();
            Diagnosis diagnosis = Diagnosis.of(
                    opened,
                    examples.training(),
                    examples.batchSize(),
                    steps.sampler(),
                    sampling(steps, opened, examples.training().size()),
                    steps.accumulate(),
                    steps.criterion(opened.definition().input()),
                    settings,
                    (name, done, total) -> phases.update(name, done, total, "gradients", ""));
            phases.clear();
            write(diagnosis, page(file), file, examples.source(), (System.nanoTime() - began) / 1e9);
        }
        return ExitCode.DONE;
    }

    private static boolean isPage(Path file) {
        return file.toString().matches(".+" + HTML);
    }

    private Path page(Path file) {
        return out == null ? file.toAbsolutePath().resolveSibling("diagnose.html") : out;
    }

    private static Path document(Path page) {
        return page.resolveSibling(page.getFileName().toString().replaceFirst(HTML, ".json"));
    }

    @Override
    public Map<Path, String> moreOutputs() {
        if (out != null && !isPage(out)) {
            return Map.of(); // refused for its name
        }
        Path page = page(family.file());
        return out == null
                ? Map.of(page, "The page", document(page), "the JSON file")
                : Map.of(document(page), "the JSON file beside --out");
    }

    private void write(Diagnosis diagnosis, Path page, Path file, String source, double seconds) {
        Path document = document(page);
        AtomicFile.writeText(
                document, Json.write(new Document(1, file.toString(), source, options.commandLine(), diagnosis)));
        Environment machine = Environment.current();
        ReportWriter.write(
                DiagnosisReports.of(
                        diagnosis,
                        "Noise and conflicts in "
                                + family.given().toAbsolutePath().normalize().getFileName(),
                        PageDate.of(Instant.now()),
                        List.of(
                                new Fact("Family", file.toString()),
                                new Fact("Data", source + ", training split"),
                                new Fact("Processor", machine.cpu() + ", " + machine.logicalCores() + " cores"),
                                new Fact("Took", Progress.duration(seconds))),
                        List.of(options.commandLine())),
                page);
        Double noise = Double.isInfinite(diagnosis.noiseToSignal()) ? null : diagnosis.noiseToSignal();
        Double cosine = Double.isNaN(diagnosis.meanCosine()) ? null : diagnosis.meanCosine();
        Result result = new Result(
                diagnosis.members().size(),
                batches,
                draws,
                diagnosis.sampler().inWords(),
                noise,
                diagnosis.memberShare(),
                cosine,
                diagnosis.suggestions(),
                page.toString(),
                document.toString());
        options.result(result, text(diagnosis, page));
    }

    private static List<String> text(Diagnosis diagnosis, Path page) {
        List<String> text = new ArrayList<>(DiagnosisReports.findings(diagnosis));
        text.add("");
        text.add(String.format(Locale.ROOT, "%-36s %8s %8s %8s", "layer", "mean", "lowest", "pairs"));
        diagnosis.layers().stream()
                .filter(Diagnosis.LayerConflict::isShared)
                .sorted(Comparator.comparingDouble(Diagnosis.LayerConflict::meanCosine))
                .limit(SHOWN)
                .forEach(layer -> text.add(String.format(
                        Locale.ROOT, "%-36s %8.2f %8.2f", layer.name(), layer.meanCosine(), layer.lowestCosine())));
        text.add("");
        text.add(String.format(Locale.ROOT, "%-36s %8s %8s %8s", "choice", "agree", "differ", "gap"));
        diagnosis.choices().stream()
                .filter(choice -> !Double.isNaN(choice.gap()))
                .sorted(Comparator.comparingDouble(ChoiceConflict::gap).reversed())
                .limit(SHOWN)
                .forEach(choice -> text.add(String.format(
                        Locale.ROOT,
                        "%-36s %8.2f %8.2f %8.2f ± %.2f",
                        choice.choice(),
                        choice.agree(),
                        choice.differ(),
                        choice.gap(),
                        choice.standardError())));
        text.add("");
        if (diagnosis.suggestions().isEmpty()) {
            text.add("Nothing to change: no number here reaches a threshold.");
        }
        diagnosis
                .suggestions()
                .forEach(suggestion -> text.addAll(List.of(
                        suggestion.key() + ": " + suggestion.setting(),
                        "  " + suggestion.measured(),
                        "  Rule: " + suggestion.threshold() + ".")));
        text.add("Wrote " + page + ", and all numbers as JSON beside it.");
        return text;
    }

    /** What the command line says, or else the run's recipe; of a file, single path. */
    private Steps steps() {
        Optional<Recipe> recipe = Stream.of(family.given())
                .filter(given -> Files.exists(given.resolve("config.yaml")))
                .map(given -> {
                    Libtorch.useThreads(
                            StoredRun.settings(given, Installed.kinds()).threads());
                    return StoredRun.settings(given, Installed.kinds()).recipe();
                })
                .findFirst();
        int accumulate = recipe.map(r -> r.train().accumulate()).orElse(1);
        TrainSettings train = recipe.map(Recipe::train).orElse(null);
        if (sampler != null) {
            Sampler named = SAMPLERS.get(sampler);
            if (named == null) {
                throw new InputException(Suggest.unknown("sampler", sampler, SAMPLERS.keySet()));
            }
            return new Steps(named, train, accumulate);
        }
        Sampler own = train == null ? SAMPLERS.get("single-path") : train.sampler();
        if (own.drawsOfSpaceAlone()) {
            return new Steps(own, train, accumulate);
        }
        options.err()
                .println("note: steps are drawn by single-path, because what " + own.inWords()
                        + " draws is not of the space alone; --sampler names another");
        return new Steps(SAMPLERS.get("single-path"), train, accumulate);
    }

    /** Samplers that are diagnosed draw from the space alone; a family's file does not say how it was trained. */
    private Sampling sampling(Steps steps, Family opened, int examples) {
        LossSettings loss = steps.train() == null ? null : steps.train().loss();
        int epochs = steps.train() == null ? 1 : steps.train().epochs();
        return steps.sampler().start(new Sampling.Setup(opened, loss, epochs, examples, null, 1, seed));
    }
}
