package dev.weft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "doctor",
        description = "Check that this machine can run Weft.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} doctor",
            "  ${ROOT-COMMAND-NAME} doctor --json    exit code 3 when something essential is missing"
        })
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    /** The whole answer: {@code ok} says whether everything essential is there. */
    record Diagnosis(boolean ok, String weft, List<Finding> findings) {
        static Diagnosis of(List<Finding> findings) {
            boolean ok = findings.stream().allMatch(finding -> finding.ok() || !finding.essential());
            return new Diagnosis(ok, Version.of("weft"), findings);
        }
    }

    @Override
    public Integer call() {
        Diagnosis diagnosis = Diagnosis.of(DoctorChecks.findings());
        List<String> text = new ArrayList<>();
        for (Finding finding : diagnosis.findings()) {
            String mark = finding.ok() ? "ok     " : finding.essential() ? "MISSING" : "absent ";
            text.add(String.format(Locale.ROOT, "%s  %-13s %s", mark, finding.name(), finding.found()));
        }
        text.add(diagnosis.ok() ? "This machine is ready." : "Something essential is missing: see MISSING above.");
        options.result(diagnosis, text);
        return diagnosis.ok() ? ExitCode.DONE : ExitCode.ENVIRONMENT;
    }
}
