package dev.weft.cli;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.WeftCommand;
import dev.weft.model.Family;
import dev.weft.model.LanguageModel;
import dev.weft.model.Llama2c;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = "Turn another program's checkpoint into a family of one.",
        footerHeading = "%nExample:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} import llama2c stories15M.bin --tokenizer tokenizer.bin --out stories.safetensors",
            "",
            "llama2c: the checkpoints of llama2.c in their first format (float32), with their tokenizer."
        })
final class ImportCommand implements Callable<Integer> {
    /** What can be read. */
    enum Format {
        llama2c
    }

    /** @param vocabulary the number of different tokens */
    record Result(String family, long bytes, String model, long params, int vocabulary, int contextLength) {}

    @Mixin
    private GlobalOptions options;

    @Parameters(
            index = "0",
            paramLabel = "FORMAT",
            description = "The format of the checkpoint: ${COMPLETION-CANDIDATES}.")
    private Format format;

    @Parameters(index = "1", paramLabel = "MODEL", description = "The file of the checkpoint.")
    private Path model;

    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "FILE",
            description = "The file of the checkpoint's tokenizer.")
    private Path tokenizer;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Tokens that one pass reads at most (default: the number that the checkpoint gives).")
    private Integer context;

    @Written
    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The family's file to write.")
    private Path out;

    @Override
    public Integer call() {
        if (context != null && context < 2) {
            throw new InputException("--context must be 2 or more, but is " + context + ".");
        }
        try (Family family = Llama2c.read(model, tokenizer, context == null ? 0 : context)) {
            family.save(out);
            LanguageModel definition = (LanguageModel) family.definition();
            long params = family.weights().tensors().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
            Result result = new Result(
                    out.toString(),
                    Files.size(out),
                    definition.name(),
                    params,
                    definition.input().tokenizer().vocabularySize(),
                    definition.input().contextLength());
            options.result(
                    result,
                    List.of(
                            "Wrote " + out + ", " + Text.bytes(result.bytes()),
                            result.model() + ": " + Text.count(params) + " parameters, "
                                    + Text.count(result.vocabulary()) + " different tokens, "
                                    + Text.count(result.contextLength()) + " at a time",
                            "Next: " + WeftCommand.of("generate").path(out).and("--prompt", "Once upon a time")));
        } catch (IOException e) {
            throw new EnvironmentException("Cannot read " + out + ": " + IoReason.of(e) + ".", e);
        }
        return ExitCode.DONE;
    }
}
