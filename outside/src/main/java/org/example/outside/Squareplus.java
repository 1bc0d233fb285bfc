package org.example.outside;

import dev.weft.ops.CustomOperation;
import dev.weft.ops.OnnxNodes;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

// tag::operation[]
/** Squareplus, {@code (x + √(x² + b)) / 2} (Barron 2021): a smooth ReLU without exponentials. */
record Squareplus(double b) implements CustomOperation {
    @Override
    public String name() {
        return "squareplus";
    }

    @Override
    public Tensor compute(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        return x.add(x.mul(x).add(new Scalar(b)).sqrt()).mul(new Scalar(0.5));
    }

    @Override
    public String export(OnnxNodes nodes, List<String> names, List<Tensor> inputs) {
        String x = names.get(0);
        String root = nodes.append("Sqrt", nodes.append("Add", nodes.append("Mul", x, x), nodes.scalar(b)));
        return nodes.append("Mul", nodes.append("Add", x, root), nodes.scalar(0.5));
    }
}
// end::operation[]
