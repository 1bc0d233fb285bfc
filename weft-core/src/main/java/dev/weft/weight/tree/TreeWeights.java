package dev.weft.weight.tree;

import dev.weft.io.InputException;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Beginning;
import dev.weft.weight.Convolution;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.Insertion;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of a tree of supernets: every leaf has all of the model's, of its own, called {@code leaf.NAME.} and the weight's name,
 * and a member sees those of the one leaf that it belongs to. Stored are as many sets of weights as there are leaves, each as large as
 * the whole model's.
 */
public final class TreeWeights implements WrappedWeights {
    /** What the names of a leaf's weights begin with, before its own name. */
    public static final String LEAF = "leaf.";

    /** A leaf at work: its members' options, and the strategies of its own. */
    private static final class Leaf {
        private final String name;
        private final Space space;
        private List<? extends List<?>> allowed; // options of each choice by which leaves differ
        private Weights weights;

        private Leaf(String name, Space space) {
            this.name = name;
            this.space = space;
        }

        private boolean has(Member member, List<Choice<?>> parted) {
            for (int i = 0; i < allowed.size(); i++) {
                if (!allowed.get(i).contains(option(parted.get(i), member))) {
                    return false;
                }
            }
            return true;
        }
    }

    private final Weights source;
    private final Space space;
    private final List<Leaf> leaves = new ArrayList<>();
    private final List<Choice<?>> parted; // the choices by which leaves differ

    /** @throws InputException when the leaves do not part the space */
    TreeWeights(Weights source, Tree settings, Space space) {
        this.source = source;
        this.space = space;
        for (Tree.Leaf leaf : settings.leaves()) {
            leaves.add(new Leaf(leaf.name(), space.within(leaf.options())));
        }
        this.parted = space.choices().stream()
                .<Choice<?>>map(choice -> choice)
                .filter(choice -> leaves.stream()
                        .anyMatch(leaf -> optionsOf(choice, leaf.space).size()
                                < choice.options().size()))
                .toList();
        requirePartition();
        if (settings.sharing().stream().anyMatch(Sharing::hasLogits)
                && parted.stream().anyMatch(Choice::isSwitched)) {
            throw new InputException(
                    "Leaves of a tree whose members are blends must differ in choices that no other one"
                            + " switches, for a blend has all edges of a cell at once, but they differ in "
                            + parted.stream().map(Choice::name).toList() + ".");
        }
        for (Leaf leaf : leaves) {
            leaf.allowed =
                    parted.stream().map(choice -> optionsOf(choice, leaf.space)).toList();
            leaf.weights = new Prefixed(source, prefix(leaf.name));
            for (Sharing each : settings.sharing()) {
                leaf.weights = each.over(leaf.weights, leaf.space);
            }
        }
    }

    private void requirePartition() {
        for (int i = 0; i < leaves.size(); i++) {
            for (int j = 0; j < i; j++) {
                Space one = leaves.get(j).space;
                Space other = leaves.get(i).space;
                if (parted.stream()
                        .noneMatch(choice -> Collections.disjoint(optionsOf(choice, one), optionsOf(choice, other)))) {
                    throw new InputException("Every member must belong to one leaf of a tree, but some are of both "
                            + leaves.get(j).name + " and " + leaves.get(i).name
                            + ". Give the two options of a choice that have none in common.");
                }
            }
        }
        BigInteger members = leaves.stream().map(leaf -> count(leaf.space)).reduce(BigInteger.ZERO, BigInteger::add);
        if (!members.equals(count(space))) {
            throw new InputException("Every member must belong to a leaf of a tree, but leaves "
                    + leaves.stream().map(leaf -> leaf.name).toList() + " have " + members + " of " + count(space)
                    + " members. Add the leaves of the others.");
        }
    }

    /** The number of members without constraints, which leave out the same members on both sides. */
    private static BigInteger count(Space space) {
        return new Space(space.name(), space.choices()).count();
    }

    private static List<?> optionsOf(Choice<?> choice, Space space) {
        return space.choices().stream()
                .filter(c -> c.name().equals(choice.name()))
                .findFirst()
                .orElseThrow()
                .options();
    }

    /** What a member picks in canonical form. */
    private static Object option(Choice<?> choice, Member member) {
        boolean counts =
                choice.isSwitched() || choice.isActiveWith(member.options().get(choice.controller()));
        return counts ? member.value(choice) : choice.smallest();
    }

    /** What the stored names of a leaf's weights begin with. */
    public static String prefix(String leaf) {
        return LEAF + leaf + ".";
    }

    /** The names of the leaves, in order. */
    public List<String> leaves() {
        return leaves.stream().map(leaf -> leaf.name).toList();
    }

    @Override
    public Optional<String> leaf(Member member) {
        return Optional.of(of(member).name);
    }

    /** There is none of a tree: every leaf chooses for itself. */
    @Override
    public Optional<Member> chosen(Member within) {
        return Optional.empty();
    }

    /** The members of a leaf. */
    public Space space(String leaf) {
        return leaves.stream()
                .filter(l -> l.name.equals(leaf))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + leaf + "\" is no leaf of " + leaves() + "."))
                .space;
    }

    private Leaf of(Member member) {
        for (Leaf leaf : leaves) {
            if (leaf.has(member, parted)) {
                return leaf;
            }
        }
        throw new IllegalArgumentException(
                "Member \"" + member + "\" is not of space \"" + space.name() + "\", whose members the leaves part.");
    }

    @Override
    public Weights source() {
        return source;
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        return ofLeaves(weights -> weights.weight(name, init, axes));
    }

    @Override
    public Weight batchNorm(String name, Init init, Axis channels) {
        return ofLeaves(weights -> weights.batchNorm(name, init, channels));
    }

    private Weight ofLeaves(Function<Weights, Weight> ask) {
        Map<Leaf, Weight> each = new LinkedHashMap<>();
        leaves.forEach(leaf -> each.put(leaf, ask.apply(leaf.weights)));
        return new OfLeaf(this, each);
    }

    @Override
    public Gate gate(String name, Dim count) {
        Map<Leaf, Gate> each = new LinkedHashMap<>();
        leaves.forEach(leaf -> each.put(leaf, leaf.weights.gate(name, count)));
        return reading -> each.get(of(reading.member())).shares(reading);
    }

    @Override
    public Gate gate(String name, Choice<?> operations) {
        Map<Leaf, Gate> each = new LinkedHashMap<>();
        leaves.forEach(leaf -> each.put(leaf, leaf.weights.gate(name, operations)));
        return reading -> each.get(of(reading.member())).shares(reading);
    }

    @Override
    public Insertion insertion(String name, Dim width) {
        Map<Leaf, Insertion> each = new LinkedHashMap<>();
        leaves.forEach(leaf -> each.put(leaf, leaf.weights.insertion(name, width)));
        return each.values().stream().allMatch(insertion -> insertion == Insertion.NONE)
                ? Insertion.NONE
                : (x, reading) -> each.get(of(reading.member())).apply(x, reading);
    }

    @Override
    public boolean hasOwnUpdate(String stored) {
        return leaves.stream()
                .filter(leaf -> stored.startsWith(prefix(leaf.name)))
                .anyMatch(leaf -> leaf.weights.hasOwnUpdate(
                        stored.substring(prefix(leaf.name).length())));
    }

    @Override
    public void begin(Beginning beginning) {
        source.begin(beginning);
        for (Leaf leaf : leaves) {
            String prefix = prefix(leaf.name);
            Map<String, Tensor> own = new LinkedHashMap<>();
            beginning.stored().forEach((name, tensor) -> {
                if (name.startsWith(prefix)) {
                    own.put(name.substring(prefix.length()), tensor);
                }
            });
            leaf.weights.begin(new Beginning(
                    own, beginning.seed(), beginning.base(), beginning.calibration(), beginning.forward()));
        }
    }

    @Override
    public boolean isMixture(Member member) {
        return of(member).weights.isMixture(member);
    }

    @Override
    public Member plain(Member member) {
        return of(member).weights.plain(member);
    }

    @Override
    public void requireAlone(Member member) {
        of(member).weights.requireAlone(member);
    }

    @Override
    public Tensor distribution(Choice<?> choice, Reading reading) {
        return of(reading.member()).weights.distribution(choice, reading);
    }

    @Override
    public void built() {
        leaves.forEach(leaf -> leaf.weights.built());
        source.built();
    }

    /** A weight of every leaf, of which a member has one. */
    private record OfLeaf(TreeWeights tree, Map<Leaf, Weight> each) implements Weight {
        private Weight of(Member member) {
            return each.get(tree.of(member));
        }

        @Override
        public Tensor tensor(Reading reading) {
            return of(reading.member()).tensor(reading);
        }

        @Override
        public List<Integer> shape(Member member) {
            return of(member).shape(member);
        }

        @Override
        public Tensor linear(Tensor x, Tensor bias, Reading reading) {
            return of(reading.member()).linear(x, bias, reading);
        }

        @Override
        public Tensor conv2d(Tensor x, Tensor bias, Convolution how, Reading reading) {
            return of(reading.member()).conv2d(x, bias, how, reading);
        }

        @Override
        public Tensor layerNorm(Tensor x, Tensor bias, double epsilon, Reading reading) {
            return of(reading.member()).layerNorm(x, bias, epsilon, reading);
        }

        @Override
        public Tensor rmsNorm(Tensor x, double epsilon, Reading reading) {
            return of(reading.member()).rmsNorm(x, epsilon, reading);
        }
    }

    /** A leaf's part of what is stored. The tree tells the source when all is built, once. */
    private record Prefixed(Weights source, String prefix) implements WrappedWeights {
        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            return source.weight(prefix + name, init, axes);
        }

        @Override
        public Weight batchNorm(String name, Init init, Axis channels) {
            return source.batchNorm(prefix + name, init, channels);
        }

        @Override
        public Tensor buffer(String name, Supplier<Tensor> first) {
            return source.buffer(prefix + name, first);
        }

        @Override
        public boolean hasOwnUpdate(String stored) {
            return source.hasOwnUpdate(prefix + stored);
        }

        /** The tree tells its source, once. */
        @Override
        public void begin(Beginning beginning) {}

        @Override
        public void built() {}
    }
}
