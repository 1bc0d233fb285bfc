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
    private static final String BATCH = "batch"; // the name of the first axis

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
     * @param name of a size that is open, of letters, digits and underscores: axes of one name have one size in a batch, and none is
     *     called {@code batch}; empty where the size is fixed
     * @param size 0 where it is open
     */
    public record Axis(String name, int size) {
        public Axis {
            boolean isNamed = name != null && name.matches("[A-Za-z0-9_]+") && !name.equals(BATCH);
            if (isNamed ? size != 0 : name == null || !name.isEmpty() || size < 1) {
                throw new IllegalArgumentException("An axis must have a size of 1 or more and no name, or size 0 and a"
                        + " name of letters, digits and underscores that is not \"" + BATCH + "\", but got \"" + name
                        + "\" and " + size + ".");
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

    /** What {@link #takes} looks at, as people read it: {@code INT64 [4, 12]}; a type that no port has by libtorch's name. */
    public static String describe(Tensor tensor) {
        ScalarType given = tensor.scalar_type().intern();
        String type = Arrays.stream(Type.values())
                .filter(known -> known.scalar == given)
                .map(Type::toString)
                .findFirst()
                .orElse(given.toString());
        return type + " " + Arrays.toString(tensor.shape());
    }

    /** As people read it: {@code tokens INT64 (batch, length)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name + " " + type + " (" + BATCH);
        axes.forEach(axis -> text.append(", ").append(axis.isOpen() ? axis.name() : axis.size()));
        return text.append(")").toString();
    }
}
