package dev.weft.ops;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** An operation that is not Weft's: {@code x / (mean(|x|) + ε) · weight} over the last axis. */
public record MeanAbsNorm(double epsilon) implements CustomOperation {
    @Override
    public String name() {
        return "mean-abs-norm";
    }

    @Override
    public Tensor compute(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor mean = torch.mean(x.abs(), new long[] {-1}, true, new ScalarTypeOptional());
        return x.div(mean.add(new Scalar(epsilon))).mul(inputs.get(1));
    }

    @Override
    public String export(OnnxNodes nodes, List<String> names, List<Tensor> inputs) {
        String x = names.get(0);
        String mean =
                nodes.append("ReduceMean", List.of(nodes.append("Abs", x), nodes.integers(-1)), Map.of("keepdims", 1));
        String divided = nodes.append("Div", x, nodes.append("Add", mean, nodes.scalar(epsilon)));
        return nodes.append("Mul", divided, names.get(1));
    }

    @Override
    public long macs(List<Tensor> inputs, Tensor output) {
        return output.numel();
    }
}
