package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.weight.Axis;
import dev.weft.weight.LayerMap;
import dev.weft.weight.WeightNames;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How a smaller or differently stacked model takes its weights from a base: layer by layer, and along each axis the kept entries. Without a
 * list they are the first ones, of a kernel the middle ones, and of query, key and value in one matrix those of each.
 *
 * @param layers which layer of the base each layer copies; absent for the one of its own number
 * @param kept what is kept along axes, the first that fits; may be empty
 */
public record Inheritance(
        @JsonInclude(JsonInclude.Include.NON_NULL) LayerMap layers,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Kept> kept) {
    /** Every weight from the one of its own name, its first entries where it is smaller. */
    public static final Inheritance BY_NAME = new Inheritance(null, List.of());

    /**
     * The entries of the base that some weights keep along one axis.
     *
     * @param pattern a regular expression, found in the names of the model's weights
     * @param axis of the stored tensor, from 0
     * @param indices into the axis of the base, as many as the model's axis is long, in the model's order
     */
    public record Kept(String pattern, int axis, List<Integer> indices) {
        public Kept {
            WeightNames.requirePattern("What is kept of an axis", pattern);
            if (axis < 0
                    || indices == null
                    || indices.isEmpty()
                    || indices.stream().anyMatch(i -> i < 0)) {
                throw new InputException(
                        "What is kept of an axis must have an axis of 0 or more and indices of 0 or more,"
                                + " but got axis=" + axis + ", indices=" + indices + ".");
            }
            indices = List.copyOf(indices);
        }

        private boolean fits(String name, int of) {
            return axis == of && Pattern.compile(pattern).matcher(name).find();
        }
    }

    public Inheritance {
        kept = kept == null ? List.of() : List.copyOf(kept);
    }

    /** What the base calls the weight that a model calls {@code name}. */
    String source(String name) {
        return layers == null ? name : layers.source(name);
    }

    /**
     * The part of a base's tensor that a weight keeps; in the caller's {@code PointerScope}.
     *
     * @param axes of the model's weight, by which its axes have parts and crops
     * @throws InputException when the tensor has no such part
     */
    Tensor cut(Tensor base, String name, List<Axis> axes) {
        if (base.dim() != axes.size()) {
            throw new InputException("A weight must have as many axes as the base's, but " + name + " has "
                    + axes.size() + " and the base's is " + Arrays.toString(base.shape())
                    + ". Leave it fresh, or map its name.");
        }
        Tensor part = base;
        for (int i = 0; i < axes.size(); i++) {
            int axis = i;
            Optional<Kept> own =
                    kept.stream().filter(each -> each.fits(name, axis)).findFirst();
            part = own.isPresent()
                    ? picked(part, name, i, axes.get(i), own.get())
                    : cropped(part, name, i, axes.get(i));
        }
        return part;
    }

    private static Tensor picked(Tensor base, String name, int axis, Axis of, Kept kept) {
        long last = kept.indices.stream().mapToInt(Integer::intValue).max().orElseThrow();
        if (kept.indices.size() != of.stored() || last >= base.size(axis)) {
            throw new InputException("The indices kept of axis " + axis + " of " + name + " must be " + of.stored()
                    + ", each below the base's length " + base.size(axis) + ", but are " + kept.indices.size()
                    + ", the largest " + last + ".");
        }
        long[] indices = kept.indices.stream().mapToLong(Integer::longValue).toArray();
        return torch.index_select(base, axis, Tensors.longsLike(base, indices));
    }

    private static Tensor cropped(Tensor base, String name, int axis, Axis of) {
        long whole = base.size(axis);
        if (whole == of.stored()) {
            return base;
        }
        long slack = whole / of.parts() - of.size().max();
        if (slack < 0 || whole % of.parts() != 0 || of.crop() == Axis.Crop.CENTRE && slack % 2 != 0) {
            throw new InputException("A weight must be at most as large as the base's, but " + name + " has "
                    + of.stored() + " entries along axis " + axis + " and the base's " + whole
                    + ". Leave it fresh, or make the model's size one of the base's.");
        }
        long from = of.crop() == Axis.Crop.CENTRE ? slack / 2 : 0;
        return base.unflatten(axis, new long[] {of.parts(), whole / of.parts()})
                .narrow(axis + 1, from, of.size().max())
                .flatten(axis, axis + 1);
    }
}
