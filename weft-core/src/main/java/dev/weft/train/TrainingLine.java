package dev.weft.train;

import dev.weft.io.Progress;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.step.StepReport;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints how far training is: a line that is rewritten on a terminal, and else one every five seconds. Evaluations stay on the
 * screen.
 *
 * <pre>{@code
 * trainer.run(TrainingLine.to(System.err));
 * }</pre>
 */
public final class TrainingLine implements TrainingListener {
    private final PrintWriter out;
    private Progress progress;
    private String part = "";
    private long began;

    private TrainingLine(PrintWriter out) {
        this.out = out;
    }

    /** A listener for one training. */
    public static TrainingLine to(PrintStream out) {
        return to(new PrintWriter(out, true, StandardCharsets.UTF_8));
    }

    /** The same for a writer, which is flushed after each line. */
    public static TrainingLine to(PrintWriter out) {
        return new TrainingLine(out);
    }

    @Override
    public void stepDone(StepReport report) {
        if (progress == null) {
            progress = Progress.start(out, "train", report.step()); // a resumed run's speed is its own
            began = System.nanoTime();
        }
        progress.update(report.step(), report.steps(), "steps", part.isEmpty() ? numbers(report) : part);
        if (report.step() == report.steps()) {
            progress.done(report.steps() + " steps in " + Progress.duration((System.nanoTime() - began) / 1e9));
        }
    }

    /** The losses of members that a reader knows by their role, and what updates measured. */
    static String numbers(StepReport report) {
        String losses = report.losses().stream()
                .filter(loss -> loss.trained().role() != Role.RANDOM)
                .map(loss ->
                        String.format(Locale.ROOT, "%s %.3f", loss.trained().role(), loss.loss()))
                .collect(Collectors.joining(", "));
        String measures = report.measures().values().stream()
                .flatMap(own -> own.entrySet().stream())
                .map(measure -> String.format(Locale.ROOT, "%s %.3g", measure.getKey(), measure.getValue()))
                .collect(Collectors.joining(", "));
        return Stream.of(losses.isEmpty() ? "" : "loss " + losses, measures)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
    }

    @Override
    public void evaluated(long steps, Role role, Map<Metric, Double> values) {
        say("train " + (part.isEmpty() ? "" : part + " ") + "step " + steps + ": " + role + " member "
                + Metric.text(values) + " on the selection split");
    }

    @Override
    public void within(String other) {
        part = other;
    }

    @Override
    public void said(String line) {
        say(line);
    }

    @Override
    public void warned(String line) {
        say("weft: " + line);
    }

    /** Prints a line that stays, such as that training was stopped. */
    public void say(String line) {
        if (progress == null) {
            out.println(line);
            out.flush();
        } else {
            progress.say(line);
        }
    }
}
