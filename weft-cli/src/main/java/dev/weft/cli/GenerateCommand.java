package dev.weft.cli;

import dev.weft.generate.GeneratedText;
import dev.weft.generate.GenerationSettings;
import dev.weft.generate.TextGenerator;
import dev.weft.model.Family;
import dev.weft.space.Member;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
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
            "  ${ROOT-COMMAND-NAME} generate run --prompt \"ROMEO:\" --temperature 0.8 --top-k 40 --seed 1",
            "",
            "Prints the prompt and what follows it, as it is written. A text may be longer than the context of the",
            "model: when that is full, the last half of it is read again."
        })
final class GenerateCommand implements Callable<Integer> {
    /** @param ending {@code end-of-text}, {@code max-tokens} or {@code stopped} */
    record Result(String prompt, String text, int tokens, String ending, String member, double seconds) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private FamilyArgument family;

    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            defaultValue = "largest",
            description = {
                "largest, smallest, a name that the family gives (${ROOT-COMMAND-NAME} inspect lists them), or all choices as",
                "\"choice=value,...\" (default: ${DEFAULT-VALUE})."
            })
    private String member;

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "What the text begins with.")
    private String prompt;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "200",
            description = "The most tokens to write (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            defaultValue = "0",
            description = "What logits are divided by before the draw; 0 takes the most likely token (default).")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "0",
            description = "Draw among the N most likely tokens; 0 for all (default).")
    private int topK;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of the draws (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() {
        GenerationSettings settings = new GenerationSettings(maxTokens, temperature, topK, seed);
        try (Family opened = Family.open(family.file());
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
                    seconds);
            options.result(result, List.of("")); // ends the line
            options.err()
                    .printf(
                            Locale.ROOT,
                            "%d tokens in %.1f s (%s)%n",
                            result.tokens(),
                            result.seconds(),
                            result.ending());
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
