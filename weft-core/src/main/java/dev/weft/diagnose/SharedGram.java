package dev.weft.diagnose;

import dev.weft.ops.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Inner products of several members' gradients over some tensors, pair by pair over the tensors that both use. One matrix product a
 * tensor, whatever the number of pairs.
 */
final class SharedGram {
    private final double[][] products; // <g_i, g_j>
    private final double[][] squares; // ‖g_i‖² over what j uses as well
    private final boolean[][] shared;

    SharedGram(int members) {
        products = new double[members][members];
        squares = new double[members][members];
        shared = new boolean[members][members];
    }

    /**
     * Adds one tensor.
     *
     * @param gradients of each member by name; absent where it does not use the tensor, zero outside its slice
     */
    void add(String tensor, List<Map<String, Tensor>> gradients) {
        List<Integer> using = new ArrayList<>();
        for (int i = 0; i < gradients.size(); i++) {
            if (gradients.get(i).containsKey(tensor)) {
                using.add(i);
            }
        }
        if (using.isEmpty()) {
            return;
        }
        double[] gram =
                gram(using.stream().map(i -> gradients.get(i).get(tensor)).toArray(Tensor[]::new));
        int count = using.size();
        for (int a = 0; a < count; a++) {
            for (int b = 0; b < count; b++) {
                int i = using.get(a);
                int j = using.get(b);
                products[i][j] += gram[a * count + b];
                squares[i][j] += gram[a * count + a];
                shared[i][j] = true;
            }
        }
    }

    private static double[] gram(Tensor... rows) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor matrix =
                    torch.stack(new TensorVector(rows)).reshape(rows.length, -1).to(ScalarType.Double);
            return Tensors.doubles(matrix.matmul(matrix.t()));
        }
    }

    /** Adds all that another one holds. */
    void add(SharedGram other) {
        for (int i = 0; i < products.length; i++) {
            for (int j = 0; j < products.length; j++) {
                products[i][j] += other.products[i][j];
                squares[i][j] += other.squares[i][j];
                shared[i][j] |= other.shared[i][j];
            }
        }
    }

    /** NaN where the two use no tensor in common, 0 where a gradient is zero. */
    double cosine(int i, int j) {
        if (!shared[i][j]) {
            return Double.NaN;
        }
        double norms = Math.sqrt(squares[i][j]) * Math.sqrt(squares[j][i]);
        return norms == 0
                ? 0
                : products[i][j] / norms; // a constant in the denominator would shrink the cosine of small gradients
    }

    double norm(int i) {
        return Math.sqrt(squares[i][i]);
    }
}
