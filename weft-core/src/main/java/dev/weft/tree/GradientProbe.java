package dev.weft.tree;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.recipe.SplitSettings;
import dev.weft.recipe.TrainSettings;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Reading;
import dev.weft.weight.blend.BlendedWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * How far the options of a choice pull the shared weights apart: the gradient matching score (Hu et al. 2022). For each batch, every
 * option is put in place of the choice, with all else the same, and the gradients of the loss are compared:
 * {@code D[i][j] = 1 - <g_i, g_j> / (|g_i| |g_j| + 1e-6)}, averaged over batches.
 *
 * <p>Compared are the entries of stored weights that do not depend on the choice: of an operation choice all but the operations' own
 * weights, of a sliced choice what its smallest slice holds. An entry that some option reads and another does not is left out for
 * all of them; so are the logits of a blend, and names that the settings exclude. An entry that gets no gradient counts as 0.
 *
 * <p>"All else" is a blend with the choice's row replaced, where weights are blended; otherwise a random member that exists with every
 * one of the options. Nothing is changed: no weight, no statistic, no optimiser, no random state.
 */
public final class GradientProbe {
    private static final double EPSILON = 1e-6;
    private static final int MAX_DRAWS = 10_000;

    private final Family family;
    private final TrainSettings train;
    private final SplitSettings settings;
    private final boolean blends;
    private final double temperature;
    private final Pattern excluded;

    /** @param progress the part of the training that has passed, 0 to 1: the temperature of a blend depends on it */
    public GradientProbe(Family family, TrainSettings train, SplitSettings settings, double progress) {
        this.family = family;
        this.train = train;
        this.settings = settings;
        this.blends = family.strategy(BlendedWeights.class).isPresent();
        this.temperature = family.temperature(progress);
        this.excluded = Pattern.compile(settings.exclude());
    }

    /**
     * The distances between options of a choice.
     *
     * @param choice of the family's space
     * @param options some of its options; rows and columns come in this order, and depend on nothing else of it
     * @param seed of batches and of all else
     * @return symmetric, (options, options), 0 on the diagonal
     * @throws InputException when there is no member that exists with each of the options
     * @throws CheckFailedException when a loss is not finite
     */
    public double[][] distances(Choice<?> choice, List<?> options, Batches batches, long seed) {
        int n = options.size();
        double[][] mean = new double[n][n];
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> compared = compared(choice);
            SplittableRandom random = RandomStream.PROBE.random(seed);
            for (int repeat = 0; repeat < settings.repeats(); repeat++) {
                try (PointerScope inner = new PointerScope()) {
                    Batch batch = batches.batch(repeat);
                    List<Member> members = members(choice, options, random);
                    List<Map<String, Tensor>> gradients = members.stream()
                            .map(member -> gradients(batch, member, compared))
                            .toList();
                    double[][] one = distances(gradients, settings.distance());
                    for (int i = 0; i < n; i++) {
                        for (int j = 0; j < n; j++) {
                            mean[i][j] += one[i][j] / settings.repeats();
                        }
                    }
                }
            }
        }
        return mean;
    }

    /** How many numbers are compared of each option's gradient. */
    public long comparedEntries(Choice<?> choice) {
        try (PointerScope scope = new PointerScope()) {
            return compared(choice).values().stream()
                    .mapToLong(mask -> mask.sum().item_long())
                    .sum();
        }
    }

    /** One option's gradient at what is compared; see {@link #distances(Choice, List, Batches, long)}. In the caller's scope. */
    Map<String, Tensor> gradients(Batch batch, Member member, Choice<?> choice) {
        return gradients(batch, member, compared(choice));
    }

    /** The same member with each of the options. */
    List<Member> members(Choice<?> choice, List<?> options, RandomGenerator random) {
        if (blends) {
            Member all = BlendedWeights.blend(family.space().largest(), random.nextLong());
            boolean whole = settings.row() == SplitSettings.Row.HARD;
            return options.stream()
                    .map(option -> BlendedWeights.only(all, choice, option, whole))
                    .toList();
        }
        for (int i = 0; i < MAX_DRAWS; i++) {
            Member rest = family.space().sample(random);
            List<Member> members =
                    options.stream().map(option -> with(rest, choice, option)).toList();
            boolean exist = true;
            for (int o = 0; o < members.size(); o++) {
                exist &= family.space().contains(members.get(o))
                        && members.get(o).options().get(choice.name()).equals(options.get(o));
            }
            if (exist) {
                return members;
            }
        }
        throw new InputException("A member must exist with every option of " + choice.name()
                + " and all else the same, to" + " compare them, but none was found in " + MAX_DRAWS
                + " draws. Leave the choice out of split.choices.");
    }

    private Member with(Member rest, Choice<?> choice, Object option) {
        return family.space().canonical(rest.with(choice, option));
    }

    /** Whether an entry of a weight is compared, 1 or 0, by name; weights without such an entry are absent. In the caller's scope. */
    private Map<String, Tensor> compared(Choice<?> choice) {
        Member largest = family.space().largest();
        List<Map<String, Tensor>> read = choice.options().stream()
                .map(option -> read(with(largest, choice, option)))
                .toList();
        Map<String, Tensor> compared = new LinkedHashMap<>();
        try (NoGradGuard guard = new NoGradGuard()) {
            family.parameters().forEach((name, tensor) -> {
                if (excluded.matcher(name).find()) {
                    return;
                }
                Tensor readers = tensor.mul(new Scalar(0));
                for (Map<String, Tensor> one : read) {
                    if (one.containsKey(name)) {
                        readers = readers.add(one.get(name));
                    }
                }
                Tensor all = readers.eq(new Scalar(0)).logical_or(readers.eq(new Scalar(read.size())));
                if (all.any().item_bool()) {
                    compared.put(name, all.to(torch.ScalarType.Float));
                }
            });
        }
        return compared;
    }

    /** All that is trained but the logits of a blend. */
    private Map<String, Tensor> weights() {
        return family.parameters();
    }

    /** 1 for the entries that a member reads, by name of the stored weight. */
    private Map<String, Tensor> read(Member member) {
        Tensor sum = Tensors.sum(family.weightsOf(Reading.of(member)));
        Map<String, Tensor> read = new LinkedHashMap<>();
        gradients(sum, weights()).forEach((name, gradient) -> {
            if (gradient.defined()) {
                read.put(name, gradient.ne(new Scalar(0)).to(torch.ScalarType.Float));
            }
        });
        return read;
    }

    /**
     * The gradients of a member's loss at the entries that are compared, 0 elsewhere, by name in the model's order; those of weights
     * that it does not use are undefined. In the caller's scope.
     */
    private Map<String, Tensor> gradients(Batch batch, Member member, Map<String, Tensor> compared) {
        Map<String, Tensor> weights = weights();
        weights.keySet().retainAll(compared.keySet());
        Pass pass = new Pass(member, BatchStatistics.INSTANCE, 0, 0).at(temperature);
        Tensor loss = train.loss().ofTargets(family, batch, pass);
        if (!Double.isFinite(loss.item_double())) {
            throw new CheckFailedException("The loss of member \"" + member + "\" is " + loss.item_double()
                    + " while options are compared. Train with a lower learning rate or clip gradients.");
        }
        Map<String, Tensor> gradients = gradients(loss, weights);
        gradients.replaceAll((name, gradient) -> gradient.defined() ? gradient.mul(compared.get(name)) : gradient);
        return gradients;
    }

    /** Computes gradients by {@code torch.grad}, which writes to no weight's own gradient. */
    private static Map<String, Tensor> gradients(Tensor loss, Map<String, Tensor> of) {
        TensorVector all = torch.grad(
                new TensorVector(loss),
                new TensorVector(of.values().toArray(Tensor[]::new)),
                new TensorVector(),
                new BoolOptional(false),
                false,
                true);
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        int i = 0;
        for (String name : of.keySet()) {
            gradients.put(name, all.get(i++));
        }
        return gradients;
    }

    /**
     * The distances between gradients, which are by name of the weight; one that is undefined counts as zeros.
     *
     * @return symmetric, 0 on the diagonal
     */
    static double[][] distances(List<Map<String, Tensor>> gradients, SplitSettings.Distance distance) {
        int n = gradients.size();
        double[][] products = new double[n][n]; // or what is summed over weights instead
        for (String name : gradients.get(0).keySet()) {
            List<Tensor> each = gradients.stream().map(g -> g.get(name)).toList();
            if (each.stream().noneMatch(Tensor::defined)) {
                continue;
            }
            Tensor like = each.stream().filter(Tensor::defined).findFirst().orElseThrow();
            if (distance == SplitSettings.Distance.PER_FILTER_COS && like.dim() < 2) {
                continue;
            }
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                List<Tensor> rows = new ArrayList<>(); // (filters, rest)
                for (Tensor one : each) {
                    Tensor given = one.defined() ? one : like.mul(new Scalar(0));
                    rows.add(
                            given.to(torch.ScalarType.Double).flatten().reshape(like.dim() < 2 ? 1 : like.size(0), -1));
                }
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j <= i; j++) {
                        products[i][j] += pair(rows.get(i), rows.get(j), distance);
                    }
                }
            }
        }
        double[][] distances = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double value = distance == SplitSettings.Distance.COS
                        ? 1 - products[i][j] / (Math.sqrt(products[i][i]) * Math.sqrt(products[j][j]) + EPSILON)
                        : products[i][j];
                distances[i][j] = value;
                distances[j][i] = value;
            }
        }
        return distances;
    }

    private static double pair(Tensor first, Tensor second, SplitSettings.Distance distance) {
        return switch (distance) {
            case COS -> first.flatten().dot(second.flatten()).item_double();
            case MSE -> first.sub(second).square().sum().item_double();
            case PER_FILTER_COS -> perFilter(first, second);
        };
    }

    /** A filter of which neither option has a gradient says nothing about them. */
    private static double perFilter(Tensor first, Tensor second) {
        Tensor norms = norms(first).mul(norms(second)).add(new Scalar(EPSILON));
        Tensor apart = first.mul(second).sum(1).div(norms).neg().add(new Scalar(1));
        Tensor used = norms(first).add(norms(second)).gt(new Scalar(0));
        return apart.mul(used).sum().item_double();
    }

    private static Tensor norms(Tensor rows) {
        return rows.square().sum(1).sqrt();
    }
}
