package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What was predicted of one file; what is not asked of its kind is left out.
 *
 * @param label of a picture, the most probable class
 * @param top of a picture, the most probable classes from the first on
 * @param loss of a text, per token
 * @param continuation of a text, what the model would write next
 * @param error why there is no prediction
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Answer(
        String file,
        String label,
        Double probability,
        List<Choice> top,
        Integer tokens,
        Double loss,
        Double perplexity,
        String continuation,
        String error) {
    /** A class and how probable it is. */
    record Choice(String label, double probability) {}

    static Answer ofPicture(Path file, List<Choice> top) {
        Choice best = top.get(0);
        return new Answer(file.toString(), best.label(), best.probability(), top, null, null, null, null, null);
    }

    static Answer ofText(Path file, int tokens, double loss, String continuation) {
        return new Answer(file.toString(), null, null, null, tokens, loss, Math.exp(loss), continuation, null);
    }

    static Answer failed(Path file, String error) {
        return new Answer(file.toString(), null, null, null, null, null, null, null, error);
    }

    /** The answer on one line, whatever names and texts hold. */
    String line() {
        String said = top != null
                ? top.stream()
                        .map(choice -> String.format(Locale.ROOT, "%s %.3f", choice.label(), choice.probability()))
                        .collect(Collectors.joining(", "))
                : String.format(
                        Locale.ROOT,
                        "loss %.3f, perplexity %.2f over %d tokens; next: %s",
                        loss,
                        perplexity,
                        tokens,
                        continuation);
        return (file + ": " + said).replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }
}
