package dev.weft.train;

import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Sorts the hidden channels of blocks by importance, so that narrower members keep the most important ones (once-for-all, Cai et al.
 * 2020): a channel is as important as the sum of the absolute weights that read it. The same channels change places in every weight
 * that has them, so the largest member computes what it did, up to the order in which floats are added.
 *
 * <p>Hidden are the channels that a block of a stack makes and reads itself: among the weights of the block the first that has their size has it as its
 * output, and the last matrix that has it reads it. So this knows no model; channels that leave a block, as those of a residual stream do, are not touched.
 *
 * <p>Where members have trained with fewer channels, they too compute what they did: a channel stays among the first n, for every
 * number n that a member had.
 */
public final class ChannelSorting {
    private static final int MOST_SIZES = 100_000;

    private final Map<String, List<Axis>> axes =
            new LinkedHashMap<>(); // of the stored weights, as the model asks for them
    private final Set<String> stacks = new TreeSet<>();
    private final List<Hidden> hidden = new ArrayList<>();

    /**
     * Channels of one block.
     *
     * @param block what the names of its weights begin with
     * @param reader the name of the last matrix that reads them
     */
    private record Hidden(String block, Dim size, String reader) {}

    private ChannelSorting(ModelDefinition definition, Collection<String> choices) {
        try (SharedWeights shapes = SharedWeights.shapesOnly()) {
            definition.build(new Recorded(shapes));
        }
        Map<String, Map<Dim, List<String>>> blocks = new LinkedHashMap<>();
        axes.forEach((name, own) -> block(name).ifPresent(block -> own.stream()
                .map(Axis::size)
                .distinct()
                .filter(size -> size.choices().stream().anyMatch(choice -> choices.contains(choice.name())))
                .forEach(size -> blocks.computeIfAbsent(block, b -> new LinkedHashMap<>())
                        .computeIfAbsent(size, s -> new ArrayList<>())
                        .add(name))));
        blocks.forEach((block, sizes) -> sizes.forEach((size, names) -> add(block, size, names)));
        if (hidden.isEmpty()) {
            throw new InputException(
                    "Sorted channels must be hidden in a block: made and read by its own weights. Model "
                            + definition.name() + " has none whose number depends on " + choices + ".");
        }
    }

    private void add(String block, Dim size, List<String> names) {
        List<String> matrices =
                names.stream().filter(name -> axes.get(name).size() > 1).toList();
        if (matrices.isEmpty()) {
            return;
        }
        String reader = matrices.get(matrices.size() - 1);
        boolean made = axes.get(matrices.get(0)).get(0).size().equals(size)
                && !axes.get(matrices.get(0)).get(1).size().equals(size);
        boolean read = axes.get(reader).get(1).size().equals(size)
                && !axes.get(reader).get(0).size().equals(size);
        boolean inOnePart = names.stream()
                .flatMap(name -> axes.get(name).stream())
                .filter(axis -> axis.size().equals(size))
                .allMatch(axis -> axis.parts() == 1 && axis.crop() == Axis.Crop.PREFIX);
        if (made && read && inOnePart) {
            hidden.add(new Hidden(block, size, reader));
        }
    }

    /** The block of a stack that a weight belongs to: {@code blocks.0.1.} of {@code blocks.0.1.conv_pw.weight}. */
    private Optional<String> block(String name) {
        return stacks.stream()
                .filter(stack -> name.startsWith(stack + "."))
                .max(Comparator.comparingInt(String::length))
                .map(stack -> name.indexOf('.', stack.length() + 1))
                .filter(end -> end > 0)
                .map(end -> name.substring(0, end + 1));
    }

    /**
     * Refuses what {@link #sort} could not sort.
     *
     * @throws InputException when no hidden channels depend on the choices, or weights are shared in a way that has more of them
     */
    public static void requireSortable(ModelDefinition definition, List<Sharing> sharing, Collection<String> choices) {
        if (!sharing.stream().allMatch(Sharing::keepsChannels)) {
            throw new InputException(
                    "Channels can be sorted where members share slices or transformed kernels, but sharing is "
                            + sharing + ". Leave sortChannels out.");
        }
        new ChannelSorting(definition, choices);
    }

    /**
     * Sorts the hidden channels whose number depends on some choices.
     *
     * @param choices names of choices
     * @param trained the members that have trained so far
     */
    public static void sort(Family family, Collection<String> choices, List<Space> trained) {
        requireSortable(family.definition(), family.sharing(), choices);
        ChannelSorting sorting = new ChannelSorting(family.definition(), choices);
        for (Hidden channels : sorting.hidden) {
            sorting.sort(channels, family.weights().tensors(), trained);
        }
    }

    private void sort(Hidden channels, Map<String, Tensor> stored, List<Space> trained) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            float[] importance = importance(stored.get(channels.reader()));
            long[] order = order(importance, cuts(channels.size(), trained));
            Tensor index = Tensors.longsLike(stored.get(channels.reader()), order);
            axes.forEach((name, own) -> {
                for (int i = 0; i < own.size(); i++) {
                    if (name.startsWith(channels.block()) && own.get(i).size().equals(channels.size())) {
                        Tensor tensor = stored.get(name);
                        tensor.copy_(tensor.index_select(i, index));
                    }
                }
            });
        }
    }

    /** The L1 norm of what reads each channel, which is the second axis. */
    private static float[] importance(Tensor reader) {
        Tensor rows = reader.detach().abs().transpose(0, 1).flatten(1, -1);
        return Tensors.floats(rows.sum(1));
    }

    /** The numbers of channels that trained members have, the largest among them. */
    private static List<Integer> cuts(Dim size, List<Space> trained) {
        TreeSet<Integer> cuts = new TreeSet<>(Set.of(size.max()));
        for (Space space : trained) {
            List<Choice<?>> own = new ArrayList<>();
            space.choices().stream()
                    .filter(choice ->
                            size.choices().stream().anyMatch(c -> c.name().equals(choice.name())))
                    .forEach(choice -> own.add(new Choice<>(choice.name(), choice.options()))); // of a block that runs
            new Space("channels", own).enumerate(MOST_SIZES).forEach(member -> cuts.add(size.size(member)));
        }
        return List.copyOf(cuts);
    }

    /** Places from the most to the least important, within what lies between two cuts; of equals the first stays first. */
    private static long[] order(float[] importance, List<Integer> cuts) {
        long[] order = new long[importance.length];
        int from = 0;
        for (int to : cuts) {
            int[] sorted = IntStream.range(from, to)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -importance[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int i = 0; i < sorted.length; i++) {
                order[from + i] = sorted[i];
            }
            from = to;
        }
        return order;
    }

    /** Notes what the model asks for. */
    private final class Recorded implements WrappedWeights {
        private final Weights source;

        Recorded(Weights source) {
            this.source = source;
        }

        @Override
        public Weights source() {
            return source;
        }

        @Override
        public Weight weight(String name, Init init, Axis... of) {
            axes.putIfAbsent(name, List.of(of));
            return source.weight(name, init, of);
        }

        /** The norms of sorted channels are sorted with them. */
        @Override
        public Weight batchNorm(String name, Init init, Axis channels) {
            axes.putIfAbsent(name, List.of(channels));
            return source.batchNorm(name, init, channels);
        }

        @Override
        public Gate gate(String name, Dim count) {
            stacks.add(name);
            return source.gate(name, count);
        }
    }
}
