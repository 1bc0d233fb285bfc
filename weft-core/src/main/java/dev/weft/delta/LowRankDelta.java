package dev.weft.delta;

import dev.weft.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A change of a matrix (out, in) as {@code scale · B A} of two small ones (LoRA, Hu et al. 2021): A (rank, in), B (out, rank). Sums stay
 * products, of as many ranks as both have together; the mean of factors would be another change.
 */
public final class LowRankDelta implements Delta {
    /** What {@link #parts} calls A (rank, in). */
    public static final String A = "lora_A";
    /** What {@link #parts} calls B (out, rank). */
    public static final String B = "lora_B";

    private final DenseDelta a;
    private final DenseDelta b;
    private final double scale;

    private LowRankDelta(DenseDelta a, DenseDelta b, double scale) {
        this.a = a;
        this.b = b;
        this.scale = scale;
    }

    /**
     * Copies of both factors.
     *
     * @param a (rank, in)
     * @param b (out, rank)
     * @param scale alpha over rank, as a rule
     */
    public static LowRankDelta of(Tensor a, Tensor b, double scale) {
        if (a.dim() != 2 || b.dim() != 2 || a.size(0) != b.size(1)) {
            throw new IllegalArgumentException("A low-rank delta must have A (rank, in) and B (out, rank), but got A "
                    + List.of(a.size(0), a.size(-1)) + " and B " + List.of(b.size(0), b.size(-1)) + ".");
        }
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("A low-rank delta must have a finite scale, but got " + scale + ".");
        }
        return new LowRankDelta(DenseDelta.of(a), DenseDelta.of(b), scale);
    }

    /** A (rank, in); do not close it. */
    public Tensor a() {
        return a.dense();
    }

    /** B (out, rank); do not close it. */
    public Tensor b() {
        return b.dense();
    }

    /** What the product is multiplied by. */
    public double scale() {
        return scale;
    }

    public int rank() {
        return Math.toIntExact(a.shape().get(0));
    }

    @Override
    public List<Long> shape() {
        return List.of(b.shape().get(0), a.shape().get(1));
    }

    @Override
    public Tensor dense() {
        return Tensors.withoutGradients(() -> b().matmul(a()).mul(new Scalar(scale)));
    }

    @Override
    public LowRankDelta times(double factor) {
        return of(a(), b(), scale * factor);
    }

    /** The sum of two low-rank deltas is one again, with the scale 1 and the ranks of both; any other sum is dense. */
    @Override
    public Delta plus(Delta other) {
        Shapes.requireEqual(this, other);
        if (!(other instanceof LowRankDelta product)) {
            return other.plus(this);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = torch.cat(new TensorVector(a(), product.a()), 0);
            Tensor columns = torch.cat(new TensorVector(scaledB(), product.scaledB()), 1);
            return of(rows, columns, 1);
        }
    }

    private Tensor scaledB() {
        return b().mul(new Scalar(scale));
    }

    /** The norm is worked out as {@code tr(Bᵀ B A Aᵀ)}, without building the product. */
    @Override
    public double squaredNorm() {
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = a().to(ScalarType.Double);
            Tensor columns = b().to(ScalarType.Double);
            Tensor inner = rows.matmul(rows.t()).mul(columns.t().matmul(columns));
            return scale * scale * inner.sum().item_double();
        }
    }

    @Override
    public long elements() {
        return a.elements() + b.elements();
    }

    @Override
    public Map<String, Tensor> parts() {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put(A, a.parts().get(""));
        parts.put(B, b.parts().get(""));
        return parts;
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
