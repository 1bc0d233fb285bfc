package dev.weft.diagnose;

import dev.weft.criterion.Criterion;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * How far members pull the weights that they share in different directions: the cosine of their loss gradients on the same batch, layer by
 * layer, at frozen weights. 1: a step for one is a step for the other; 0: they do not mind each other; below 0: what helps one hurts the
 * other. What Hu et al. ("Generalizing Few-Shot NAS with Gradient Matching", 2022) split a supernet by.
 *
 * <p>A layer's cosine is over the stored tensors that both members use, at full size: where one uses a smaller slice, the rest of its
 * gradient is zero, so what the larger one has there counts into its norm. A layer that one of the two does not run has no cosine.
 *
 * <p>Costs one backward pass a member and batch, and one matrix product a tensor and batch; memory for one gradient a member.
 */
public final class ConflictMap {
    /** The name of all layers together. */
    public static final String WHOLE = "whole";

    private static final int MOST_LAYERS = 40;
    private static final int DRAWS_PER_MEMBER = 100;

    private final List<Member> members;
    private final List<String> layers;
    private final List<Map<String, SharedGram>> batches = new ArrayList<>();

    /** @param layers of the gradients to come, {@link #WHOLE} not among them */
    ConflictMap(List<Member> members, List<String> layers) {
        if (members.size() < 2) {
            throw new InputException("A conflict map must have 2 or more members, but has " + members.size()
                    + ". A family in which nothing is to be chosen has no conflicts.");
        }
        this.members = List.copyOf(members);
        this.layers = List.copyOf(layers);
    }

    /** Does what {@link #of(Family, List, Batches, int, Criterion, LongConsumer)} does, for the criterion of the family's input. */
    public static ConflictMap of(
            Family family, List<Member> members, Batches data, int batches, LongConsumer progress) {
        return of(family, members, data, batches, family.definition().input().criterion(), progress);
    }

    /**
     * Measures the gradients of members; nothing of the family changes.
     *
     * @param members 2 or more
     * @param data whose first {@code batches} batches they are measured on, all members on the same
     * @param criterion gives the loss of a member
     * @param progress told how many backward passes are done, of members times batches
     * @throws InputException when there are fewer than two members, or no batch
     * @throws dev.weft.io.CheckFailedException when a loss is not finite
     */
    public static ConflictMap of(
            Family family,
            List<Member> members,
            Batches data,
            int batches,
            Criterion criterion,
            LongConsumer progress) {
        if (batches < 1) {
            throw new InputException("A conflict map must have 1 or more batches, but got " + batches + ".");
        }
        members.stream().filter(family::isMixture).findFirst().ifPresent(member -> {
            throw new InputException("A conflict map must be of members, but \"" + member + "\" is a mixture of them.");
        });
        Map<String, String> layers = Layers.of(FrozenGradients.weights(family).keySet(), MOST_LAYERS);
        ConflictMap map = new ConflictMap(members, List.copyOf(new LinkedHashSet<>(layers.values())));
        try (FrozenGradients gradients = new FrozenGradients(family, BatchStatistics.INSTANCE, criterion)) {
            long done = 0;
            for (int b = 0; b < batches; b++) {
                try (PointerScope scope = new PointerScope()) {
                    Batch batch = data.batch(b);
                    List<Map<String, Tensor>> all = new ArrayList<>();
                    for (Member member : members) {
                        all.add(gradients.of(member, batch));
                        progress.accept(++done);
                    }
                    map.add(layers, all);
                }
            }
        }
        return map;
    }

    /**
     * The largest, the smallest and random members, all different: as many as asked for, or as can be found.
     *
     * @param count 2 or more
     */
    public static List<Member> sample(Space space, int count, long seed) {
        if (count < 2) {
            throw new InputException("A conflict map must have 2 or more members, but got " + count + ".");
        }
        Set<Member> members = new LinkedHashSet<>(List.of(space.smallest()));
        members.add(space.largest());
        SplittableRandom random = RandomStream.ANCHORS.random(seed);
        for (int i = 0; i < DRAWS_PER_MEMBER * count && members.size() < count; i++) {
            members.add(space.sample(random));
        }
        return List.copyOf(members);
    }

    /**
     * Adds what one batch gave.
     *
     * @param layerOf each tensor
     * @param gradients of each member, by tensor
     */
    void add(Map<String, String> layerOf, List<Map<String, Tensor>> gradients) {
        Map<String, SharedGram> grams = new LinkedHashMap<>();
        layers.forEach(layer -> grams.put(layer, new SharedGram(members.size())));
        layerOf.forEach((tensor, layer) -> grams.get(layer).add(tensor, gradients));
        SharedGram whole = new SharedGram(members.size());
        grams.values().forEach(whole::add);
        grams.put(WHOLE, whole);
        batches.add(grams);
    }

    public List<Member> members() {
        return members;
    }

    /** The layers in the order of the model, {@link #WHOLE} not among them. */
    public List<String> layers() {
        return layers;
    }

    /** How many batches were measured. */
    public int batches() {
        return batches.size();
    }

    /**
     * The mean over batches of the cosine between members i and j; NaN where they share nothing in this layer.
     *
     * @param layer or {@link #WHOLE}
     */
    public double cosine(String layer, int i, int j) {
        return batches.stream()
                .mapToDouble(grams -> grams.get(layer).cosine(i, j))
                .average()
                .orElse(Double.NaN);
    }

    /** The sample standard deviation of that cosine over batches; NaN of one batch. */
    public double spread(String layer, int i, int j) {
        double mean = cosine(layer, i, j);
        double squares = batches.stream()
                .mapToDouble(grams -> Math.pow(grams.get(layer).cosine(i, j) - mean, 2))
                .sum();
        return batches.size() < 2 ? Double.NaN : Math.sqrt(squares / (batches.size() - 1));
    }

    /** The mean over batches of the norm of a member's gradient. */
    public double norm(int member) {
        return batches.stream()
                .mapToDouble(grams -> grams.get(WHOLE).norm(member))
                .average()
                .orElse(Double.NaN);
    }

    /** Over all pairs of members; NaN where none shares this layer. */
    public double meanCosine(String layer) {
        return cosines(layer).mean((i, j) -> true);
    }

    /** How many pairs of members share this layer. */
    public int pairs(String layer) {
        return cosines(layer).count((i, j) -> true);
    }

    /** The lowest mean cosine of a pair of members; NaN where none shares this layer. */
    public double lowestCosine(String layer) {
        return cosines(layer).lowest();
    }

    /** What a choice's options want of a layer, and whether they differ in it more than members do otherwise. */
    public ChoiceConflict conflict(Space space, Choice<?> choice, String layer) {
        return ChoiceConflict.of(space, choice, layer, members, cosines(layer));
    }

    /** All pairs' mean cosines of one layer. */
    private PairTable cosines(String layer) {
        double[][] table = new double[members.size()][members.size()];
        for (int i = 0; i < table.length; i++) {
            for (int j = 0; j < table.length; j++) {
                table[i][j] = cosine(layer, i, j);
            }
        }
        return new PairTable(table);
    }
}
