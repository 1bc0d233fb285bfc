package dev.weft.cli;

import dev.weft.io.FileContent;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = "Explain a family, extracted model, checkpoint or ONNX file.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} inspect run/family.safetensors",
            "  ${ROOT-COMMAND-NAME} inspect run                           the family of a run",
            "  ${ROOT-COMMAND-NAME} inspect small.onnx --json"
        })
final class InspectCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Parameters(
            paramLabel = "FILE",
            description = "A safetensors file of Weft or of another program, the folder of a run, or an ONNX file.")
    private Path file;

    @Override
    public Integer call() {
        Inspection found = Inspection.of(FileContent.isOnnx(file) ? file : FamilyArgument.file(file));
        options.result(found, found.text());
        return ExitCode.DONE;
    }
}
