package dev.weft.lab.study;

import dev.weft.io.AtomicFile;
import dev.weft.io.Json;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.report.ReportWriter;
import dev.weft.run.Environment;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** Runs a study in a folder: every arm at every budget with every seed, or what a former call in the same folder left undone. */
public final class StudyRun {
    private final Study study;
    private final StudySettings settings;
    private final Path path;
    private final StudyProgress progress;
    private final BooleanSupplier stop;

    private StudyRun(Study study, StudySettings settings, Path path, StudyProgress progress, BooleanSupplier stop) {
        this.study = study;
        this.settings = settings;
        this.path = path;
        this.progress = progress;
        this.stop = stop;
    }

    /**
     * Runs it and writes {@code results.json} and {@code report.html}.
     *
     * @param stop asked between training steps and between measurements
     * @return empty when stopped; the same call goes on from there
     * @throws dev.weft.io.InputException when the folder holds something else, or the settings do not fit the study
     */
    public static Optional<StudyResults> run(
            Study study, StudySettings settings, Path folder, StudyProgress progress, BooleanSupplier stop) {
        try {
            return Optional.of(new StudyRun(study, settings, folder, progress, stop).run());
        } catch (Stopped e) {
            return Optional.empty();
        }
    }

    private StudyResults run() {
        settings.requireFit(study);
        Design design = study.design(settings); // before the folder is begun: unknown data must not leave one behind
        List<Integer> budgets = settings.epochs().isEmpty() ? design.size().budgets() : settings.epochs();
        List<Long> seeds = LongStream.rangeClosed(1, settings.seeds()).boxed().toList();
        Map<Integer, List<Arm>> arms = new LinkedHashMap<>();
        budgets.forEach(epochs -> arms.put(epochs, List.copyOf(design.arms(epochs))));
        StudyFolder folder = StudyFolder.open(path, study, settings, design);
        Findings findings = new Findings(folder, budgets, seeds, arms);
        StudyClock clock = new StudyClock(
                progress,
                seeds.size()
                        * arms.values().stream()
                                .flatMap(List::stream)
                                .mapToDouble(Arm::weight)
                                .sum());
        // Seed by seed, so that after the first one every arm has a number.
        for (long seed : seeds) {
            arms.forEach((epochs, own) -> own.forEach(arm -> {
                clock.begin(arm);
                findings.add(result(folder.kept(epochs, seed), arm, epochs, seed, clock));
                clock.end();
            }));
        }
        return conclude(design, folder, findings);
    }

    private ArmResult result(StudyFolder.Kept kept, Arm arm, int epochs, long seed, StudyClock clock) {
        return kept.once("arm-" + arm.name(), ArmResult.class, () -> {
            Trial trial = new Trial(kept, epochs, seed, arm.name(), clock, stop);
            trial.goOn();
            return trial.result(arm.work().measure(trial));
        });
    }

    private StudyResults conclude(Design design, StudyFolder folder, Findings findings) {
        List<StudyResults.Statement> claims = new ArrayList<>();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int epochs : findings.budgets()) {
            for (Claim claim : design.claims()) {
                Judgement judged = verdict(claim.judge(findings.at(epochs)));
                claims.add(new StudyResults.Statement(
                        claim.text(),
                        claim.kind(),
                        epochs,
                        judged.outcome(),
                        judged.estimate(),
                        judged.interval(),
                        judged.sentence()));
            }
            findings.arms(epochs).forEach(arm -> rows.add(StudyResults.arm(findings, arm, epochs)));
        }
        ExperimentReport report = new StudyPage(study, settings, design, path, findings).report(claims);
        StudyResults results = new StudyResults(
                StudyResults.FORMAT_VERSION,
                study.name(),
                settings.smoke(),
                settings.data(),
                StudyResults.outcome(claims, findings.largestBudget()),
                LocalDate.now(ZoneOffset.UTC).toString(),
                findings.budgets(),
                findings.seeds(),
                claims,
                rows,
                design.columns(),
                folder.seconds(),
                design.size(),
                design.extra(findings),
                Environment.current(),
                report);
        AtomicFile.writeText(path.resolve("results.json"), Json.writeWithNulls(results));
        ReportWriter.write(report, path.resolve("report.html"));
        return results;
    }

    /** One seed decides nothing, and a smoke run is about nothing, whatever a statement makes of its numbers. */
    private Judgement verdict(Judgement judged) {
        if (settings.smoke()) {
            return judged.as(Outcome.NOT_TESTED, " Not tested: a smoke run says nothing about it.");
        }
        return settings.seeds() < 2 && judged.outcome() != Outcome.NOT_TESTED
                ? judged.as(Outcome.UNDECIDED, " Undecided: one seed decides nothing.")
                : judged;
    }
}
