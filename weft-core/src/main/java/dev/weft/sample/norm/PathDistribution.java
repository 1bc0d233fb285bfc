package dev.weft.sample.norm;

import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.OptionWeights;
import dev.weft.ops.Tensors;
import dev.weft.sample.ImportanceDistribution;
import dev.weft.sample.Note;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * How likely each option is, and the gradient norms of an epoch that decide how likely it will be in the next. Holds both as kept
 * tensors, one entry a distribution and option, until {@link #close}.
 */
final class PathDistribution implements AutoCloseable {
    private static final int MAX_DRAWS = 10_000;

    private final Space space;
    private final GradientNormSampler.Paths settings;
    private final List<Integer> first; // entry of each choice's first option
    private final List<List<Set<String>>> weights = new ArrayList<>(); // by choice and option
    private final List<Entry> names = new ArrayList<>(); // of the entries
    private final List<Integer> sizes; // of the distributions, one after another
    private final Tensor probabilities;
    private final Tensor norms;

    /** An entry is the probability of one option, in one choice or in all of them. */
    private record Entry(String choice, Object option) {}

    PathDistribution(Family family, GradientNormSampler.Paths settings) {
        this.space = family.space();
        this.settings = settings;
        List<Choice<?>> choices = space.choices();
        if (choices.isEmpty()) {
            throw new InputException("Paths by gradient norm must have a choice to draw, but the model has none. Use"
                    + " sampler {kind: largest}.");
        }
        space.requireNoneSwitched("Sampler gradient-norm");
        boolean joint = settings.scope() == GradientNormSampler.Scope.ALL_CHOICES;
        if (joint
                && choices.stream()
                        .anyMatch(c -> !c.options().equals(choices.get(0).options()))) {
            throw new InputException("Paths of scope all-choices must have choices with the same options, but "
                    + choices.get(0).name() + " has " + choices.get(0).options() + " and another has not. Use scope"
                    + " each-choice.");
        }
        this.first = new ArrayList<>();
        this.sizes = new ArrayList<>();
        for (Choice<?> choice : choices) {
            first.add(joint ? 0 : names.size());
            if (!joint || names.isEmpty()) {
                choice.options().forEach(option -> names.add(new Entry(joint ? "option" : choice.name(), option)));
                sizes.add(choice.options().size());
            }
        }
        OptionWeights owned = OptionWeights.of(family.plan());
        Set<String> stored = family.weights().tensors().keySet();
        for (Choice<?> choice : choices) {
            List<Set<String>> options = new ArrayList<>();
            for (int i = 0; i < choice.options().size(); i++) {
                options.add(requireStored(owned.names(choice, i), stored));
            }
            weights.add(options);
        }
        this.probabilities = Tensors.zeros(names.size());
        this.norms = Tensors.zeros(names.size());
        endEpoch(0);
    }

    private static Set<String> requireStored(Set<String> owned, Set<String> stored) {
        for (String name : owned) {
            if (!stored.contains(name)) {
                throw new InputException("Paths by gradient norm must have weights that members share by slices, but "
                        + name + " is stored in another way. Train without sharing.");
            }
        }
        return owned;
    }

    /** A member, each decision drawn on its own, until the space's constraints hold. */
    Member draw(RandomGenerator random) {
        double[] p = values(probabilities);
        for (int tries = 0; tries < MAX_DRAWS; tries++) {
            List<Integer> picked = new ArrayList<>();
            for (int c = 0; c < first.size(); c++) {
                int from = first.get(c);
                picked.add(ImportanceDistribution.draw(Arrays.copyOfRange(p, from, from + options(c)), random));
            }
            Member member = space.decode(picked);
            if (space.satisfies(member)) {
                return member;
            }
        }
        throw new InputException("Paths by gradient norm must find members that satisfy the constraints of space \""
                + space.name() + "\", but " + MAX_DRAWS + " draws did not. Give paths a floor.");
    }

    private int options(int choice) {
        return space.choices().get(choice).options().size();
    }

    /** The entries of a member's options, one for each choice that means something for it; -1 for the others. */
    private int[] entries(Member member) {
        int[] entries = new int[first.size()];
        List<Integer> picked = space.encode(member);
        for (int c = 0; c < entries.length; c++) {
            entries[c] = space.isActive(space.choices().get(c), member) ? first.get(c) + picked.get(c) : -1;
        }
        return entries;
    }

    /** {@code u(a) / q(a)}: how much likelier a member would be if decisions were uniform. Exact where no constraint is. */
    double weight(Member member) {
        double[] p = values(probabilities);
        double weight = 1;
        int[] entries = entries(member);
        for (int c = 0; c < entries.length; c++) {
            weight /= entries[c] < 0 ? 1 : options(c) * p[entries[c]];
        }
        return weight;
    }

    /** Notes the gradients of a step of one member, by name. */
    void observe(Member member, Map<String, Tensor> gradients) {
        int[] entries = entries(member);
        List<Integer> picked = space.encode(member);
        Set<String> wanted = new LinkedHashSet<>();
        for (int c = 0; c < entries.length; c++) {
            if (entries[c] >= 0) {
                wanted.addAll(weights.get(c).get(picked.get(c)));
            }
        }
        wanted.retainAll(gradients.keySet());
        Map<String, Double> found = normsOf(wanted, gradients);
        double[] sums = new double[names.size()];
        int[] counts = new int[names.size()];
        for (int c = 0; c < entries.length; c++) {
            if (entries[c] >= 0) {
                Set<String> own = weights.get(c).get(picked.get(c));
                double sum = own.stream()
                        .mapToDouble(name -> found.getOrDefault(name, 0.0))
                        .sum();
                boolean mean = settings.reduction() == GradientNormSampler.Reduction.MEAN && !own.isEmpty();
                sums[entries[c]] += mean ? sum / own.size() : sum;
                counts[entries[c]]++;
            }
        }
        for (int i = 0; i < sums.length; i++) {
            if (sums[i] > 0) {
                average(i, sums[i] / counts[i]);
            }
        }
    }

    /** {@code (old + s) / 2}, from 0: the first observation counts half, and the latest always does. */
    private void average(int entry, double observed) {
        norms.data_ptr_float().put(entry, (float) ((norms.data_ptr_float().get(entry) + observed) / 2));
    }

    /** All at once, for each value that is read alone is waited for. */
    private static Map<String, Double> normsOf(Set<String> names, Map<String, Tensor> gradients) {
        Map<String, Double> found = new LinkedHashMap<>();
        if (names.isEmpty()) {
            return found;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor[] each =
                    names.stream().map(name -> gradients.get(name).norm()).toArray(Tensor[]::new);
            float[] values = Tensors.floats(torch.stack(new TensorVector(each)));
            int i = 0;
            for (String name : names) {
                found.put(name, (double) values[i++]);
            }
        }
        return found;
    }

    /** Goes over to the distributions that the epoch's norms give, and forgets the norms. */
    void endEpoch(double tau) {
        double[] seen = values(norms);
        int from = 0;
        for (int size : sizes) {
            double[] p = ImportanceDistribution.distribution(
                    Arrays.copyOfRange(seen, from, from + size), tau, settings.floor());
            for (int i = 0; i < size; i++) {
                probabilities.data_ptr_float().put(from + i, (float) p[i]);
            }
            from += size;
        }
        norms.zero_();
    }

    private static double[] values(Tensor tensor) {
        return Tensors.doubles(tensor);
    }

    /** The probabilities by choice and option, or as those of the choice {@code option} where all choices share one; also their mean entropy, in nats. */
    List<Note> notes() {
        List<Note> notes = new ArrayList<>();
        double[] p = values(probabilities);
        for (int i = 0; i < p.length; i++) {
            notes.add(Note.part(names.get(i).choice, names.get(i).option, "probability", p[i]));
        }
        double entropy = 0;
        int from = 0;
        for (int size : sizes) {
            entropy += ImportanceDistribution.entropy(Arrays.copyOfRange(p, from, from + size)) / sizes.size();
            from += size;
        }
        notes.add(new Note("pathEntropy", entropy));
        return notes;
    }

    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("probabilities", probabilities);
        state.put("norms", norms);
        return state;
    }

    @Override
    public void close() {
        probabilities.close();
        norms.close();
    }
}
