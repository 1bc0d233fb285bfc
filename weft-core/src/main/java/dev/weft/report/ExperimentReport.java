package dev.weft.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;

/**
 * Everything that the page of a reproduced experiment shows: the paper's claim, whether it held, and every measured value.
 *
 * @param title heading of the page
 * @param created when it was measured, as it is to be read
 * @param paper the published work
 * @param claim the paper's claim, as tested here
 * @param verdicts one sentence with numbers for each part of the claim
 * @param seeds one per repetition; the order of the values in each {@link Cell}
 * @param metrics columns of the table
 * @param arms rows of the table
 * @param settings what was the same for all arms
 * @param environment machine and versions
 * @param commands exact command lines that repeat it
 * @param notes why it came out so, what is not shown
 * @param plots pictures beyond those of the charted metrics; may be empty
 * @param figures more pictures, by what they are about; may be empty
 */
public record ExperimentReport(
        String title,
        String created,
        Paper paper,
        String claim,
        List<Verdict> verdicts,
        List<Long> seeds,
        List<Metric> metrics,
        List<Arm> arms,
        List<Fact> settings,
        List<Fact> environment,
        List<String> commands,
        List<String> notes,
        List<Plot> plots,
        List<FigureGroup> figures) {

    public ExperimentReport {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(created, "created");
        Objects.requireNonNull(paper, "paper");
        Objects.requireNonNull(claim, "claim");
        verdicts = List.copyOf(verdicts);
        seeds = List.copyOf(seeds);
        metrics = List.copyOf(metrics);
        arms = List.copyOf(arms);
        settings = List.copyOf(settings);
        environment = List.copyOf(environment);
        commands = List.copyOf(commands);
        notes = List.copyOf(notes);
        plots = List.copyOf(plots);
        figures = List.copyOf(figures);
        for (Arm arm : arms) {
            if (arm.cells().size() != metrics.size()) {
                throw new IllegalArgumentException("every arm must have one cell per metric (" + metrics.size()
                        + "), but arm " + arm.name() + " has " + arm.cells().size());
            }
        }
    }

    /** The published work; {@code link} is shown as text and may be an identifier such as {@code arXiv:2003.11142}. */
    public record Paper(String title, String authors, int year, String link) {}

    /** How one part of the claim came out. */
    public enum Outcome {
        @JsonProperty("held")
        HELD("Held"),
        @JsonProperty("not held")
        NOT_HELD("Not held"),
        /** The numbers allow both, as those of one seed always do. */
        @JsonProperty("undecided")
        UNDECIDED("Undecided"),
        /** What it is about was not run, or at a size that says nothing. */
        @JsonProperty("not tested")
        NOT_TESTED("Not tested");

        private final String text;

        Outcome(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /**
     * One statement: how it came out, and the sentence with the numbers.
     *
     * @param decides whether it is a part of the claim or a goal; the others are comparisons of interest, which the page shows on request
     */
    public record Verdict(Outcome outcome, String sentence, boolean decides) {
        public Verdict {
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(sentence, "sentence");
        }
    }

    /**
     * A column of the table.
     *
     * @param name {@code smallest member}
     * @param unit of the values as given, {@code "% test accuracy"}, {@code "s"}; empty for a plain number
     * @param decimals digits shown after the point
     * @param charted whether the page also draws it, each seed as a dot
     */
    public record Metric(String name, String unit, int decimals, boolean charted) {}

    /** A row of the table: one way of training, one cell per metric. */
    public record Arm(String name, String description, List<Cell> cells) {
        public Arm {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(description, "description");
            cells = List.copyOf(cells);
        }
    }

    /** The values of one arm and metric, one per seed; empty where the metric does not apply. */
    public record Cell(List<Double> values) {
        public Cell {
            values = List.copyOf(values);
        }

        /** Arithmetic mean; NaN of no values. */
        public double mean() {
            return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        }

        /** Sample standard deviation (divided by n - 1); NaN of fewer than two values. */
        public double standardDeviation() {
            if (values.size() < 2) return Double.NaN;
            double mean = mean();
            double squares =
                    values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            return Math.sqrt(squares / (values.size() - 1));
        }
    }
}
