package dev.weft.space;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A size that a member decides: of a layer's width, a kernel, a number of blocks. Models are written with dims; whether a dim
 * is fixed or chosen is not the model's business.
 */
public sealed interface Dim {
    /** The size for a member. */
    int size(Member member);

    /** The largest size any member has: the size of the stored tensor. */
    int max();

    /** The choices that this size depends on, each once; empty for a fixed size. */
    List<Choice<?>> choices();

    /**
     * Whether the options that a member picks have this size at all: an operation that is no convolution has no kernel. Where they have
     * not, nothing of that size runs.
     */
    default boolean exists(Member member) {
        return true;
    }

    static Dim of(int size) {
        return new Fixed(size);
    }

    /** The size that {@code choice} picks; fixed when there is only one option. */
    static Dim of(Choice<Integer> choice) {
        return choice.options().size() == 1 ? new Fixed(choice.smallest()) : new Chosen(choice);
    }

    /**
     * The size of what the options of a choice have in common: the kernel of a convolution that several operations are.
     *
     * @param sizes for each option of {@code choice}, in that order; 0 for one that has none
     */
    static Dim of(Choice<?> choice, List<Integer> sizes) {
        return choice.options().size() == 1 ? new Fixed(sizes.get(0)) : new OfOption(choice, sizes);
    }

    /** This size times another: the width of an MLP, or {@code heads.times(headDim)}. */
    default Dim times(Dim other) {
        return new Product(this, other);
    }

    default Dim times(int factor) {
        return new Product(this, new Fixed(factor));
    }

    /**
     * This size times a ratio, rounded to the nearest multiple (never to zero). Every layer that meets at this width must use
     * the same dim, so that all of them round alike.
     */
    default Dim scaled(Choice<Double> ratio, int multiple) {
        return new Scaled(this, ratio, multiple);
    }

    /** A size that no member changes. */
    record Fixed(int size) implements Dim {
        @Override
        public int size(Member member) {
            return size;
        }

        @Override
        public List<Choice<?>> choices() {
            return List.of();
        }

        @Override
        public int max() {
            return size;
        }
    }

    /** A size that is an option of a choice. */
    record Chosen(Choice<Integer> choice) implements Dim {
        @Override
        public int size(Member member) {
            return member.value(choice);
        }

        @Override
        public List<Choice<?>> choices() {
            return List.of(choice);
        }

        @Override
        public int max() {
            return choice.largest();
        }
    }

    /**
     * A size that options of a choice have, and others have not.
     *
     * @param sizes one an option; 0 where it has none, and then what is stored is as large as the largest
     */
    record OfOption(Choice<?> choice, List<Integer> sizes) implements Dim {
        public OfOption {
            sizes = List.copyOf(sizes);
            if (sizes.size() != choice.options().size() || sizes.stream().allMatch(size -> size < 1)) {
                throw new IllegalArgumentException("A size must be given for each of " + choice.options()
                        + ", and above 0 for one or more, but got " + sizes + ".");
            }
        }

        @Override
        public int size(Member member) {
            return exists(member) ? own(member) : max();
        }

        @Override
        public boolean exists(Member member) {
            return own(member) > 0;
        }

        private int own(Member member) {
            return sizes.get(choice.options().indexOf(member.value(choice)));
        }

        @Override
        public int max() {
            return Collections.max(sizes);
        }

        @Override
        public List<Choice<?>> choices() {
            return List.of(choice);
        }
    }

    /** A product of two sizes. */
    record Product(Dim left, Dim right) implements Dim {
        @Override
        public int size(Member member) {
            return left.size(member) * right.size(member);
        }

        @Override
        public boolean exists(Member member) {
            return left.exists(member) && right.exists(member);
        }

        @Override
        public List<Choice<?>> choices() {
            return Stream.concat(left.choices().stream(), right.choices().stream())
                    .distinct()
                    .toList();
        }

        @Override
        public int max() {
            return left.max() * right.max();
        }
    }

    /** A size times a chosen ratio, rounded to a multiple. */
    record Scaled(Dim base, Choice<Double> ratio, int multiple) implements Dim {
        @Override
        public int size(Member member) {
            return round(base.size(member) * member.value(ratio));
        }

        @Override
        public boolean exists(Member member) {
            return base.exists(member);
        }

        @Override
        public List<Choice<?>> choices() {
            Stream<Choice<?>> own = ratio.options().size() == 1 ? Stream.empty() : Stream.of(ratio);
            return Stream.concat(base.choices().stream(), own).distinct().toList();
        }

        @Override
        public int max() {
            return round(base.max() * ratio.largest());
        }

        private int round(double size) {
            return Math.max(multiple, (int) (Math.floor(size / multiple + 0.5)) * multiple);
        }
    }
}
