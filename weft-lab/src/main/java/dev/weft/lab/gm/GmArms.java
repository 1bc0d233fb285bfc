package dev.weft.lab.gm;

import dev.weft.lab.Arm;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.train.DataSettings;
import dev.weft.train.Recipe;
import dev.weft.train.SplitSettings;
import dev.weft.train.SplitSettings.PartitionBy;
import dev.weft.train.SplitSettings.Restart;
import dev.weft.train.SplitSettings.RestartWeights;
import dev.weft.train.SplitSettings.Rule;
import dev.weft.train.TrainSettings;
import dev.weft.tree.TreeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The ways of training that are compared: one random member a step in all of them, with one optimiser and schedule. */
final class GmArms {
    static final String MATCHED = "matching";
    static final String RANDOM_PARTITION = "random-groups";
    static final String RANDOM_EDGES = "random-edges";
    static final String FEW_SHOT = "few-shot";
    static final String ONE_SHOT = "one-shot";
    static final String LEAF_EPOCHS = "one-shot-leaf";
    static final String EQUAL_COMPUTE = "one-shot-tree";

    /** All arms in the order in which they are trained: random partitions take the edges of gradient matching. */
    static final List<String> ALL =
            List.of(MATCHED, RANDOM_PARTITION, RANDOM_EDGES, FEW_SHOT, ONE_SHOT, LEAF_EPOCHS, EQUAL_COMPUTE);

    private final GmScale scale;
    private final GroundTruth truth;

    GmArms(GmScale scale, GroundTruth truth) {
        this.scale = scale;
        this.truth = truth;
    }

    /** What the table says of an arm. */
    String description(String arm) {
        String rounds = "two splits in two, after " + scale.rounds().get(0) + " and "
                + scale.rounds().get(1) + " epochs; four leaves begin anew, " + scale.leafEpochs() + " epochs each";
        return switch (arm) {
            case MATCHED -> "operations with like gradients stay together, on the edge that is cut most: " + rounds;
            case RANDOM_PARTITION ->
                "the edges of gradient matching (those of its root and of its first child), operations parted by chance";
            case RANDOM_EDGES -> "operations parted by their gradients, on edges drawn by chance";
            case FEW_SHOT ->
                "a supernet of " + scale.fewShotEpochs() + " epochs for each operation of an edge drawn by chance";
            case ONE_SHOT -> "one supernet that stays whole, " + scale.epochs() + " epochs";
            case LEAF_EPOCHS -> "the same, " + scale.leafEpochs() + " epochs: as many as a leaf has";
            case EQUAL_COMPUTE -> "the same, " + scale.treeEpochs() + " epochs: as many as all supernets of a tree";
            default -> throw new IllegalArgumentException("no arm " + arm);
        };
    }

    /** Whether it ends in several supernets. */
    static boolean isTree(String arm) {
        return !arm.startsWith(ONE_SHOT);
    }

    /** The training that an arm takes, in epochs of one supernet. */
    int supernetEpochs(String arm) {
        return switch (arm) {
            case MATCHED, RANDOM_PARTITION, RANDOM_EDGES -> scale.treeEpochs();
            case FEW_SHOT -> operations() * scale.fewShotEpochs();
            default -> epochs(arm);
        };
    }

    private int operations() {
        return truth.space().choices().get(0).options().size();
    }

    private int epochs(String arm) {
        return switch (arm) {
            case ONE_SHOT, MATCHED, RANDOM_PARTITION, RANDOM_EDGES -> scale.epochs();
            case LEAF_EPOCHS -> scale.leafEpochs();
            case EQUAL_COMPUTE -> scale.treeEpochs();
            case FEW_SHOT -> scale.fewShotEpochs();
            default -> throw new IllegalArgumentException("no arm " + arm);
        };
    }

    /** @param matched the tree of gradient matching with the same seed, for {@link #RANDOM_PARTITION}; otherwise not used */
    Arm arm(String name, TreeRecord matched) {
        SplitSettings split =
                switch (name) {
                    case MATCHED -> tree(Rule.MAX_CUT_DISTANCE, PartitionBy.GRADIENT, null);
                    case RANDOM_PARTITION -> tree(Rule.PREDEFINED, PartitionBy.RANDOM, edges(matched));
                    case RANDOM_EDGES -> tree(Rule.RANDOM, PartitionBy.GRADIENT, null);
                    case FEW_SHOT -> fewShot();
                    default -> null;
                };
        TrainSettings train = truth.recipe().train().withEpochs(epochs(name));
        return new Arm(
                name,
                new Recipe(
                        "gradient-matching-" + name,
                        "",
                        truth.recipe().model(),
                        List.of(),
                        null,
                        data(),
                        train,
                        split));
    }

    /** The choices that the root of a tree and its first child split by. */
    static List<String> edges(TreeRecord tree) {
        return List.of(
                tree.node("root").split().choice(), tree.node("0").split().choice());
    }

    private SplitSettings tree(Rule rule, PartitionBy partition, List<String> edges) {
        return new SplitSettings(
                scale.rounds(),
                List.of(2, 2),
                null,
                edges,
                rule,
                partition,
                scale.repeats(),
                null,
                null,
                null,
                null,
                Restart.FINAL,
                RestartWeights.FRESH,
                null);
    }

    private static SplitSettings fewShot() {
        return new SplitSettings(
                List.of(0),
                null,
                null,
                null,
                Rule.RANDOM,
                PartitionBy.EXHAUSTIVE,
                null,
                null,
                null,
                null,
                null,
                Restart.FINAL,
                RestartWeights.FRESH,
                null);
    }

    /** A member that was selected, trained alone. */
    Arm alone(Member member) {
        Recipe recipe = truth.alone(member);
        return new Arm(
                "alone-"
                        + truth.space().encode(member).stream()
                                .map(Object::toString)
                                .collect(Collectors.joining("-")),
                recipe.with(data(), recipe.train().withEpochs(scale.aloneEpochs())));
    }

    private DataSettings data() {
        return truth.recipe().data().withBatchSize(scale.batchSize());
    }

    /** How a tree parts the space: a line for each split. */
    static List<String> lines(TreeRecord tree) {
        List<String> lines = new ArrayList<>();
        for (TreeRecord.Node node : tree.nodes()) {
            if (node.split() != null && node.split().choice() != null) {
                lines.add(node.name() + " by " + node.split().choice() + ": "
                        + node.split().groups().stream()
                                .map(group -> String.join(" ", group))
                                .collect(Collectors.joining(" | ")));
            }
        }
        return lines;
    }

    /** How many options a choice has left in a supernet. */
    static int left(TreeRecord.Node node, Choice<?> choice) {
        List<String> options = node.options().get(choice.name());
        return options == null ? choice.options().size() : options.size();
    }
}
