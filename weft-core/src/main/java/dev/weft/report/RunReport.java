package dev.weft.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.metric.Form;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that the page of one run shows, part by part: a plain tree of values that reads and writes as JSON.
 *
 * @param dataset what was trained on, and how it was split
 * @param space choices and number of members
 */
public record RunReport(
        Heading heading, Dataset dataset, Space space, Training training, Measured measured, Provenance provenance) {
    public RunReport {
        Objects.requireNonNull(heading, "heading");
        Objects.requireNonNull(dataset, "dataset");
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(training, "training");
        Objects.requireNonNull(measured, "measured");
        Objects.requireNonNull(provenance, "provenance");
    }

    /**
     * What the page is of.
     *
     * @param title heading of the page
     * @param created when the run finished, as it is to be read (an ISO date, say)
     * @param recipe name of the recipe; may be empty
     */
    public record Heading(String title, String created, String recipe) {
        public Heading {
            Objects.requireNonNull(title, "title");
            Objects.requireNonNull(created, "created");
            Objects.requireNonNull(recipe, "recipe");
        }
    }

    /**
     * What happened while the weights trained.
     *
     * @param curves training curves, one per member role and metric
     * @param blends how a search by gradient weighed the options of each choice; empty for any other run
     * @param sampled how likely a sampler was to draw each option of each choice; empty where that does not change
     * @param noted what else a sampler noted, as tables of its latest numbers
     * @param routing what became of the experts; null where the family has none, or is not trained yet
     * @param tree the supernets that a tree of them has; null where there is one supernet
     */
    public record Training(
            List<Curve> curves,
            List<BlendedChoice> blends,
            List<BlendedChoice> sampled,
            List<NotedTable> noted,
            Routing routing,
            @JsonInclude(JsonInclude.Include.NON_NULL) Tree tree) {
        public Training {
            curves = List.copyOf(curves);
            blends = List.copyOf(blends);
            sampled = List.copyOf(sampled);
            noted = List.copyOf(noted);
        }
    }

    /**
     * What was measured of members.
     *
     * @param metrics what members may have numbers of
     * @param quality the one that they are chosen by
     * @param latencySetting how latency was measured, in one sentence (batch, threads, warm-up, repeats, runtime); may be empty
     * @param members in any order
     * @param heldOut what some members do with the report split, the one to show first first; empty where none was tried
     * @param network the full network, the one that every member's picture is drawn against
     */
    public record Measured(
            List<Metric> metrics,
            Metric quality,
            String latencySetting,
            List<MemberResult> members,
            List<HeldOut> heldOut,
            List<Stage> network) {
        public Measured {
            Objects.requireNonNull(quality, "quality");
            Objects.requireNonNull(latencySetting, "latencySetting");
            metrics = List.copyOf(metrics);
            members = List.copyOf(members);
            heldOut = List.copyOf(heldOut);
            network = List.copyOf(network);
            for (MemberResult member : members) {
                check(quality, member);
                for (Metric metric : metrics) {
                    if (member.measured().find(metric).isPresent()) {
                        check(metric, member);
                    }
                }
                if (member.measured().find(quality.test()).isPresent()) {
                    check(quality.test(), member);
                }
            }
        }
    }

    /**
     * How to come to these figures again, and what they show.
     *
     * @param commands exact command lines that repeat the run, in order
     * @param environment what the figures depend on: machine, versions, threads, seed
     * @param notes plain statements on what these figures do and do not show
     */
    public record Provenance(List<String> commands, List<Fact> environment, List<String> notes) {
        public Provenance {
            commands = List.copyOf(commands);
            environment = List.copyOf(environment);
            notes = List.copyOf(notes);
        }
    }

    private static void check(Metric metric, MemberResult member) {
        if (!metric.form().allows(member.value(metric))) {
            throw new IllegalArgumentException(metric.label() + " must be "
                    + (metric.isShare()
                            ? "between 0 and 1"
                            : (metric.form().scale() == Form.Scale.SIGNED ? "finite" : "finite and 0 or more"))
                    + ", but member " + member.member()
                    + " has " + member.value(metric));
        }
    }

    /** The data set by name, its disjoint splits, and the class names in label order. */
    public record Dataset(String name, List<Split> splits, List<String> classes) {
        public Dataset {
            Objects.requireNonNull(name, "name");
            splits = List.copyOf(splits);
            classes = List.copyOf(classes);
        }
    }

    /** One split of the data set, {@code Split("selection", 1000)}. */
    public record Split(String name, long examples) {
        public Split {
            Objects.requireNonNull(name, "name");
        }
    }

    /** The space: its choices and, as decimal text because it may pass a long, how many members it has. */
    public record Space(String members, List<Choice> choices) {
        public Space {
            Objects.requireNonNull(members, "members");
            choices = List.copyOf(choices);
        }
    }

    /** One choice and its options in order. */
    public record Choice(String name, List<String> options) {
        public Choice {
            Objects.requireNonNull(name, "name");
            options = List.copyOf(options);
        }
    }

    /**
     * One training curve.
     *
     * @param role which members it follows: {@code largest}, {@code smallest}, {@code random}
     * @param metric what is drawn: {@code loss}, {@code accuracy}; accuracies are between 0 and 1
     * @param points in order of step
     */
    public record Curve(String role, String metric, List<Point> points) {
        public Curve {
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(metric, "metric");
            points = List.copyOf(points);
        }
    }

    /**
     * One choice of a search by gradient, or of a sampler: which part of the blend, or of the draws, each option had in the course of
     * training.
     *
     * @param options from the smallest to the largest
     * @param history in order of step
     */
    public record BlendedChoice(String name, List<String> options, List<Parts> history) {
        public BlendedChoice {
            Objects.requireNonNull(name, "name");
            options = List.copyOf(options);
            history = List.copyOf(history);
            for (Parts parts : history) {
                if (parts.parts().size() != options.size()) {
                    throw new IllegalArgumentException("Choice " + name + " must have a part for each of " + options
                            + ", but got " + parts.parts() + " after step " + parts.step() + ".");
                }
            }
        }
    }

    /** The parts of a choice's options after a training step: none below 0, sum 1. */
    public record Parts(long step, List<Double> parts) {
        public Parts {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A table that a sampler noted after each epoch, as it was the last time.
     *
     * @param name what its rows are of: a choice, or {@code cost level}
     */
    public record NotedTable(String name, List<String> rows, List<NotedColumn> columns) {
        public NotedTable {
            rows = List.copyOf(rows);
            columns = List.copyOf(columns);
            for (NotedColumn column : columns) {
                if (column.values().size() != rows.size()) {
                    throw new IllegalArgumentException("Column " + column.name() + " of table " + name
                            + " must have a number for each of " + rows + ", but has " + column.values() + ".");
                }
            }
        }
    }

    /**
     * One column of such a table.
     *
     * @param unit of its numbers; empty for plain ones
     * @param values one a row; NaN where there is none
     */
    public record NotedColumn(String name, String unit, List<Double> values) {
        public NotedColumn {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(unit, "unit");
            values = List.copyOf(values);
        }
    }

    /**
     * What became of the experts of a family.
     *
     * @param members how many members were looked at
     * @param weights those that have experts, in the order of the model
     * @param trainingParameters all stored numbers, with experts and routers
     * @param deployedParameters of the plain model of the largest member
     */
    public record Routing(int members, List<RoutedWeight> weights, long trainingParameters, long deployedParameters) {
        public Routing {
            weights = List.copyOf(weights);
        }
    }

    /**
     * One weight with experts.
     *
     * @param meanMixing of each expert, over members; sum 1
     * @param mixingVariance over members; 0 where the router tells none apart
     * @param expertCosine mean cosine between two experts; 1 for equal ones
     */
    public record RoutedWeight(String name, List<Double> meanMixing, double mixingVariance, double expertCosine) {
        public RoutedWeight {
            Objects.requireNonNull(name, "name");
            meanMixing = List.copyOf(meanMixing);
        }
    }

    /**
     * A tree of supernets.
     *
     * @param nodes a parent before its children
     * @param supernetEpochs of training, summed over supernets
     * @param leaves of measured members, by their one-line form
     */
    public record Tree(List<TreeNode> nodes, long supernetEpochs, Map<String, String> leaves) {
        public Tree {
            nodes = List.copyOf(nodes);
            leaves = Collections.unmodifiableMap(new LinkedHashMap<>(leaves));
        }
    }

    /**
     * A supernet of a tree.
     *
     * @param depth 0 for the root
     * @param members how many it has, as decimal text
     * @param options what its members may pick, where that is not everything
     * @param epochs {@code 4 to 8}
     * @param training what it took, in words
     * @param split what it split by, in words; empty for a leaf
     * @param splitChoice the choice; empty for none
     * @param distances between the options of each choice that was probed
     */
    public record TreeNode(
            String name,
            int depth,
            String members,
            String options,
            String epochs,
            String training,
            String split,
            String splitChoice,
            List<Figure.HeatMap> distances) {
        public TreeNode {
            distances = List.copyOf(distances);
        }
    }

    /**
     * A result on the report split, of a member that a reader knows by name.
     *
     * @param name in the family, or what else to call it
     */
    public record HeldOut(String name, HeldOutResult result) {
        public HeldOut {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(result, "result");
        }
    }

    /** A value at a training step; a value that is not finite is drawn as a gap. */
    public record Point(long step, double value) {}

    /**
     * One stage of a network as drawn: its blocks in order.
     *
     * @param name as the model calls it, {@code stage 2}
     */
    public record Stage(String name, List<Block> blocks) {
        public Stage {
            Objects.requireNonNull(name, "name");
            blocks = List.copyOf(blocks);
        }
    }

    /**
     * One block as drawn: a column as high as its share of the largest width.
     *
     * @param kind {@code conv}, {@code inverted residual}, {@code attention}
     * @param width channels or features of this member; at most {@code maxWidth}
     * @param kernel kernel size, 0 where the block has none
     * @param maxWidth width in the full network, at least 1
     * @param maxKernel kernel size in the full network, 0 where the block has none
     * @param active whether the member runs this block
     */
    public record Block(String name, String kind, int width, int kernel, int maxWidth, int maxKernel, boolean active) {
        public Block {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(kind, "kind");
            if (maxWidth < 1 || width < 0 || width > maxWidth || kernel < 0 || kernel > maxKernel) {
                throw new IllegalArgumentException(
                        "0 <= width <= maxWidth, 1 <= maxWidth and 0 <= kernel <= maxKernel must"
                                + " hold, but block " + name + " has width=" + width + " maxWidth=" + maxWidth
                                + " kernel="
                                + kernel + " maxKernel=" + maxKernel);
            }
        }
    }

    /** Fills a report part by part; what is not set stays empty. */
    public static Builder builder(String title, String created, Dataset dataset, Space space) {
        return new Builder(title, created, dataset, space);
    }

    /** Collects the parts of a report. */
    public static final class Builder {
        private final String title;
        private final String created;
        private final Dataset dataset;
        private final Space space;
        private String recipe = "";
        private String latencySetting = "";
        private List<Metric> metrics = Metrics.BUILT_IN.all();
        private Metric quality = Metric.ACCURACY;
        private List<String> commands = List.of();
        private List<Fact> environment = List.of();
        private List<Curve> curves = List.of();
        private List<BlendedChoice> blends = List.of();
        private List<BlendedChoice> sampled = List.of();
        private List<NotedTable> noted = List.of();
        private Routing routing;
        private Tree tree;
        private List<MemberResult> members = List.of();
        private List<HeldOut> heldOut = List.of();
        private List<Stage> network = List.of();
        private List<String> notes = List.of();

        private Builder(String title, String created, Dataset dataset, Space space) {
            this.title = title;
            this.created = created;
            this.dataset = dataset;
            this.space = space;
        }

        public Builder recipe(String name) {
            this.recipe = name;
            return this;
        }

        public Builder latencySetting(String sentence) {
            this.latencySetting = sentence;
            return this;
        }

        /**
         * Weft's own and accuracy, unless it is said.
         *
         * @param measuredBy what members may have numbers of
         * @param chosenBy the one that they are chosen by
         */
        public Builder metrics(List<Metric> measuredBy, Metric chosenBy) {
            this.metrics = measuredBy;
            this.quality = chosenBy;
            return this;
        }

        public Builder commands(List<String> lines) {
            this.commands = lines;
            return this;
        }

        public Builder environment(List<Fact> facts) {
            this.environment = facts;
            return this;
        }

        public Builder curves(List<Curve> all) {
            this.curves = all;
            return this;
        }

        public Builder blends(List<BlendedChoice> all) {
            this.blends = all;
            return this;
        }

        public Builder sampled(List<BlendedChoice> all) {
            this.sampled = all;
            return this;
        }

        public Builder noted(List<NotedTable> all) {
            this.noted = all;
            return this;
        }

        /** None, unless it is said. */
        public Builder routing(Routing found) {
            this.routing = found;
            return this;
        }

        /** None, unless it is said. */
        public Builder tree(Tree found) {
            this.tree = found;
            return this;
        }

        public Builder members(List<MemberResult> all) {
            this.members = all;
            return this;
        }

        public Builder heldOut(List<HeldOut> results) {
            this.heldOut = results;
            return this;
        }

        public Builder network(List<Stage> stages) {
            this.network = stages;
            return this;
        }

        public Builder notes(List<String> statements) {
            this.notes = statements;
            return this;
        }

        public RunReport build() {
            return new RunReport(
                    new Heading(title, created, recipe),
                    dataset,
                    space,
                    new Training(curves, blends, sampled, noted, routing, tree),
                    new Measured(metrics, quality, latencySetting, members, heldOut, network),
                    new Provenance(commands, environment, notes));
        }
    }
}
