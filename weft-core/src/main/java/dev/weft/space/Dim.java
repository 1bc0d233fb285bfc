package dev.weft.space;

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

    static Dim of(int size) {
        return new Fixed(size);
    }

    /** The size that {@code choice} picks; fixed when there is only one option. */
    static Dim of(Choice<Integer> choice) {
        return choice.options().size() == 1 ? new Fixed(choice.smallest()) : new Chosen(choice);
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

    /** A product of two sizes. */
    record Product(Dim left, Dim right) implements Dim {
        @Override
        public int size(Member member) {
            return left.size(member) * right.size(member);
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
