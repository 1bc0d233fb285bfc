package dev.weft.cli;

import dev.weft.export.InvalidInputException;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "predict",
        description = "Say what pictures show, or how well texts are predicted.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} predict member.onnx shoe.png coat.jpg",
            "  ${ROOT-COMMAND-NAME} predict run --member smallest shoe.png --json",
            "  ${ROOT-COMMAND-NAME} predict small.onnx letter.txt --continue 80",
            "",
            "Every file is answered on a line of its own. A file that cannot be read is one line on standard error; the others are",
            "answered all the same, and the exit code is 2. An ONNX file is run without libtorch, and starts at once."
        })
final class PredictCommand implements Callable<Integer> {
    /** @param predictions one for every file, in the order of the command line */
    record Result(String model, String member, List<Answer> predictions) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private ModelArgument model;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Pictures as folders for training hold them, or UTF-8 text files for a language model.")
    private List<Path> files;

    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            description =
                    "The member of a family to use, written as in ${ROOT-COMMAND-NAME} evaluate (default: largest).")
    private String member;

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "3",
            description = "The number of most likely classes to print for each picture (default: ${DEFAULT-VALUE}).")
    private int top;

    @Option(
            names = "--continue",
            paramLabel = "N",
            defaultValue = "40",
            description =
                    "The number of tokens to write after each text, always the most likely one (default: ${DEFAULT-VALUE}).")
    private int continued;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that one prediction may use (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Override
    public Integer call() {
        require(top >= 1, "--top must be 1 or more, but is " + top + ".");
        require(continued >= 0, "--continue must be 0 or more, but is " + continued + ".");
        require(threads >= 1, "--threads must be 1 or more, but is " + threads + ".");
        OnnxFile file = file();
        List<Answer> answers = new ArrayList<>();
        try (Predictor predictor = file.text().isPresent()
                ? new TextPredictor(file, threads, continued)
                : new PicturePredictor(file, threads, top)) {
            for (Path path : files) {
                Answer answer = answer(predictor, path);
                answers.add(answer);
                if (answer.error() == null) {
                    options.stream(answer.line() + "\n");
                } else {
                    options.err().println("weft: " + answer.error());
                }
            }
        }
        options.result(new Result(model.given().toString(), file.member(), answers), List.of());
        return answers.stream().allMatch(answer -> answer.error() == null) ? ExitCode.DONE : ExitCode.USAGE;
    }

    private OnnxFile file() {
        return model.exported(member)
                .orElseGet(() -> FamilyOnnx.of(model.given(), member == null ? MemberOptions.LARGEST : member));
    }

    private static Answer answer(Predictor predictor, Path path) {
        try {
            return predictor.answer(path);
        } catch (InvalidInputException e) {
            return Answer.failed(path, e.getMessage().lines().findFirst().orElse(""));
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new InputException(message);
        }
    }
}
