package dev.weft.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * A float32 tensor that is known before the model runs. Not a record: nobody compares arrays.
 */
final class Constant {
    private final String name;
    private final float[] values;
    private final List<Long> shape;

    /** @param name of the stored tensor, for names of what is made of it */
    Constant(String name, float[] values, List<Long> shape) {
        this.name = name;
        this.values = values;
        this.shape = List.copyOf(shape);
    }

    String name() {
        return name;
    }

    /** Row by row; not to be written to. */
    float[] values() {
        return values;
    }

    List<Long> shape() {
        return shape;
    }

    long[] sizes() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    int size(int axis) {
        return Math.toIntExact(shape.get(axis));
    }

    /** The transposed matrix; this constant must be a matrix. */
    Constant transposed() {
        int rows = size(0);
        int columns = size(1);
        float[] turned = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                turned[c * rows + r] = values[r * columns + c];
            }
        }
        return new Constant(name, turned, List.of(shape.get(1), shape.get(0)));
    }

    /** The block from {@code starts} to {@code ends}, exclusive, which say something of every axis. */
    Constant slice(long[] starts, long[] ends) {
        List<Long> sizes = new ArrayList<>();
        StringBuilder label = new StringBuilder(name);
        int count = 1;
        for (int axis = 0; axis < starts.length; axis++) {
            sizes.add(ends[axis] - starts[axis]);
            count *= Math.toIntExact(ends[axis] - starts[axis]);
            label.append('.').append(starts[axis]).append('-').append(ends[axis]);
        }
        float[] block = new float[count];
        for (int i = 0; i < count; i++) {
            int rest = i;
            int from = 0;
            int stride = 1;
            for (int axis = starts.length - 1; axis >= 0; axis--) {
                int size = Math.toIntExact(sizes.get(axis));
                from += (int) (starts[axis] + rest % size) * stride;
                rest /= size;
                stride *= size(axis);
            }
            block[i] = values[from];
        }
        return new Constant(label.toString(), block, sizes);
    }
}
