package dev.weft.cli;

import dev.weft.generate.GeneratedText;
import dev.weft.generate.GenerationSettings;
import dev.weft.generate.TextGenerator;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.space.Member;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "generate",
        description = "Write text with a member of a language model.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} generate run --member smallest --prompt \"Once upon a time\" --max-tokens 100",
            "  ${ROOT-COMMAND-NAME} generate run --prompt \"ROMEO:\" --temperature 1 --top-k 40 --seed 1",
            "  ${ROOT-COMMAND-NAME} generate run --prompt \"ROMEO:\" --greedy",
            "",
            "Prints the prompt and what follows it, as it is written. Each token is drawn, so that each call writes",
            "another text; the seed that is printed at the end repeats this one. A text may be longer than the",
            "context of the model: when that is full, the last half of it is read again."
        })
final class GenerateCommand implements Callable<Integer> {
    /** The temperature at which a text is still like those it was trained on, and not the same each time. */
    private static final double TEMPERATURE = 0.8;

    private static final int SEEDS = 1_000_000; // few enough digits to be typed

    /**
     * @param ending {@code end-of-text}, {@code max-tokens} or {@code stopped}
     * @param temperature 0 for the most likely token at each step
     * @param seed of the draws
     */
    record Result(
            String prompt,
            String text,
            int tokens,
            String ending,
            String member,
            double temperature,
            int topK,
            long seed,
            double seconds) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private FamilyArgument family;

    @Mixin
    private DeviceOption device;

    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            defaultValue = "largest",
            description =
                    "The member to use: largest, smallest, a name that the family gives (${ROOT-COMMAND-NAME} inspect lists them), or all choices as "
                            + "\"choice=value,...\" (default: ${DEFAULT-VALUE}).")
    private String member;

    @Option(
            names = "--prompt",
            required = true,
            paramLabel = "TEXT",
            description = "The beginning of the text, which the model continues.")
    private String prompt;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "200",
            description = "Tokens to write at most (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "Randomness of the draws: lower values favour likely tokens, and 0 is the same as --greedy "
                    + "(default: " + TEMPERATURE + ").")
    private Double temperature;

    @Option(names = "--greedy", description = "Take the most likely token each time, which always gives the same text.")
    private boolean greedy;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "0",
            description = "Draw among the N most likely tokens; 0 draws among all (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the draws: the same seed writes the same text (default: another seed each time).")
    private Long seed;

    @Override
    public Integer call() {
        device.use();
        if (greedy && temperature != null && temperature != 0) {
            throw new InputException(
                    "--greedy takes the most likely token, which is temperature 0, but --temperature is " + temperature
                            + ". Give one of the two.");
        }
        GenerationSettings settings = new GenerationSettings(
                maxTokens,
                greedy ? 0 : temperature == null ? TEMPERATURE : temperature,
                topK,
                seed == null ? ThreadLocalRandom.current().nextInt(SEEDS) : seed);
        try (Family opened = Family.open(family.file(), Installed.kinds());
                Interrupt interrupt = Interrupt.watch(options.err())) {
            Member picked = opened.member(member);
            TextGenerator generator = new TextGenerator(opened, picked);
            long start = System.nanoTime();
            GeneratedText text = generator.generate(prompt, settings, new Echo(), interrupt);
            double seconds = (System.nanoTime() - start) / 1e9;
            Result result = new Result(
                    prompt,
                    text.text(),
                    text.tokens().size(),
                    text.ending().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    picked.toString(),
                    settings.temperature(),
                    settings.topK(),
                    settings.seed(),
                    seconds);
            options.result(result, List.of("")); // ends the line
            options.err()
                    .printf(
                            Locale.ROOT,
                            "%d tokens in %.1f s (%s)%s%n",
                            result.tokens(),
                            result.seconds(),
                            result.ending(),
                            settings.temperature() == 0 ? "" : "; --seed " + settings.seed() + " writes this again");
            return interrupt.getAsBoolean() ? ExitCode.INTERRUPTED : ExitCode.DONE;
        }
    }

    /** Prints the prompt before the first piece: what fails earlier leaves standard output empty. */
    private final class Echo implements Consumer<String> {
        private boolean begun;

        @Override
        public void accept(String piece) {
            options.stream(begun ? piece : prompt + piece);
            begun = true;
        }
    }
}
