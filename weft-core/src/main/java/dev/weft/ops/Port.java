package dev.weft.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a model is given, or gives, under one name; the value info of an exported file says the same. The first axis is the batch and
 * always open.
 *
 * @param axes those after the batch
 */
public record Port(String name, Type type, List<Axis> axes) {
    /** What the numbers are. */
    public enum Type {
        FLOAT32(ScalarType.Float),
        INT64(ScalarType.Long);

        private final ScalarType scalar;

        Type(ScalarType scalar) {
            this.scalar = scalar;
        }
    }

    /**
     * One axis.
     *
     * @param name of a size that is open: axes of one name have one size in a batch; empty where the size is fixed
     * @param size 0 where it is open
     */
    public record Axis(String name, int size) {
        public Axis {
            if (name.isEmpty() == (size < 1)) {
                throw new IllegalArgumentException(
                        "An axis must have a name or a size of 1 or more, but got \"" + name + "\" and " + size + ".");
            }
        }

        /** Whether batches may differ in its size. */
        public boolean isOpen() {
            return size == 0;
        }
    }

    public Port {
        axes = List.copyOf(axes);
        if (name == null || !name.matches("[A-Za-z][A-Za-z0-9_]*")) {
            throw new IllegalArgumentException(
                    "The name of a port must be a letter, then letters, digits or underscores, but is " + name + ".");
        }
    }

    /** A port of float32 with axes of these sizes after the batch. */
    public static Port floats(String name, int... sizes) {
        return of(name, Type.FLOAT32, sizes);
    }

    /** A port of int64 with axes of these sizes after the batch. */
    public static Port longs(String name, int... sizes) {
        return of(name, Type.INT64, sizes);
    }

    private static Port of(String name, Type type, int... sizes) {
        return new Port(
                name,
                type,
                Arrays.stream(sizes).mapToObj(size -> new Axis("", size)).toList());
    }

    /** This port with one more axis, whose size is open. */
    public Port open(String axis) {
        return with(new Axis(axis, 0));
    }

    /** This port with one more axis. */
    public Port fixed(int size) {
        return with(new Axis("", size));
    }

    private Port with(Axis axis) {
        List<Axis> more = new ArrayList<>(axes);
        more.add(axis);
        return new Port(name, type, more);
    }

    /** How many numbers an example has along its fixed axes. */
    public long fixedSize() {
        return axes.stream()
                .filter(axis -> !axis.isOpen())
                .mapToLong(Axis::size)
                .reduce(1, Math::multiplyExact);
    }

    /** Whether a tensor has this type and these axes. */
    public boolean takes(Tensor tensor) {
        boolean fits = tensor.scalar_type().intern() == type.scalar && tensor.dim() == axes.size() + 1;
        for (int i = 0; fits && i < axes.size(); i++) {
            fits = axes.get(i).isOpen() || axes.get(i).size() == tensor.size(i + 1);
        }
        return fits;
    }

    /** As people read it: {@code tokens INT64 (batch, length)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name + " " + type + " (batch");
        axes.forEach(axis -> text.append(", ").append(axis.isOpen() ? axis.name() : axis.size()));
        return text.append(")").toString();
    }
}
