package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.ops.Ops;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each layer against its closed form, or libtorch called on slices that are cut by hand. */
class LayersTest {
    private static final Choice<Integer> IN = Choice.of("in", 4, 6);
    private static final Choice<Integer> OUT = Choice.of("out", 2, 8);
    private static final Choice<Integer> KERNEL = Choice.of("kernel", 3, 5);
    private static final Member SMALL = new Member(Map.of("in", 4, "out", 2, "kernel", 3));
    private static final Member LARGE = new Member(Map.of("in", 6, "out", 8, "kernel", 5));
    private static final List<Member> BOTH = List.of(SMALL, LARGE);
    private static final Init NORMAL = Init.truncatedNormal(1);

    private final SharedWeights weights = SharedWeights.initialised(3);
    private PointerScope scope;
    private NoGradGuard guard;

    @BeforeEach
    void open() {
        scope = new PointerScope();
        guard = new NoGradGuard();
    }

    @AfterEach
    void close() {
        weights.close();
        guard.close();
        scope.close();
    }

    private static Pass pass(Member member) {
        return Pass.evaluation(member, MemberStatistics.none());
    }

    private static Tensor random(long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        SplittableRandom random = new SplittableRandom(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }

    private Tensor stored(String name) {
        return weights.tensors().get(name);
    }

    private static Tensor torchConv(Tensor x, Tensor weight, Tensor bias, int stride, int padding, int groups) {
        return torch.conv2d(
                x,
                weight.clone(),
                bias == null ? new TensorOptional() : new TensorOptional(bias),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                groups);
    }

    @Test
    void linearReadsItsCorner() {
        Linear linear = new Linear(weights, "fc", Dim.of(IN), Dim.of(OUT), NORMAL);
        stored("fc.bias").copy_(random(8));
        for (Member member : BOTH) {
            int in = member.value(IN);
            int out = member.value(OUT);
            Tensor x = random(3, in);
            Tensor expected = x.matmul(stored("fc.weight")
                            .narrow(0, 0, out)
                            .narrow(1, 0, in)
                            .t())
                    .add(stored("fc.bias").narrow(0, 0, out));
            TensorAssert.assertThat(linear.forward(x, pass(member))).isCloseTo(expected, 1e-5);
        }
    }

    @Test
    void denseConvolutionReadsItsChannelsAndTheCentreOfItsKernel() {
        Conv2d conv = Conv2d.dense(weights, "conv", Dim.of(IN), Dim.of(OUT), Dim.of(KERNEL), 2);
        for (Member member : BOTH) {
            int k = member.value(KERNEL);
            Tensor slice = stored("conv.weight")
                    .narrow(0, 0, member.value(OUT))
                    .narrow(1, 0, member.value(IN))
                    .narrow(2, (5 - k) / 2, k)
                    .narrow(3, (5 - k) / 2, k);
            Tensor x = random(2, member.value(IN), 9, 7);
            TensorAssert.assertThat(conv.forward(x, pass(member))).isBitEqualTo(torchConv(x, slice, null, 2, k / 2, 1));
        }
    }

    @Test
    void depthwiseConvolutionHasAsManyGroupsAsTheMemberHasChannels() {
        Conv2d conv = Conv2d.depthwise(weights, "dw", Dim.of(IN), Dim.of(KERNEL), 1);
        for (Member member : BOTH) {
            int channels = member.value(IN);
            int k = member.value(KERNEL);
            Tensor x = random(2, channels, 6, 5);
            List<Tensor> maps = new ArrayList<>();
            for (int c = 0; c < channels; c++) {
                Tensor kernel = stored("dw.weight")
                        .narrow(0, c, 1)
                        .narrow(2, (5 - k) / 2, k)
                        .narrow(3, (5 - k) / 2, k);
                maps.add(torchConv(x.narrow(1, c, 1), kernel, null, 1, k / 2, 1));
            }
            Tensor expected = torch.cat(new TensorVector(maps.toArray(new Tensor[0])), 1);
            TensorAssert.assertThat(conv.forward(x, pass(member))).isCloseTo(expected, 1e-5);
        }
    }

    @Test
    void groupedConvolutionIsOneConvolutionAGroup() {
        Conv2d conv = Conv2d.grouped(weights, "g", Dim.of(2), Dim.of(3), 2, Dim.of(KERNEL));
        Tensor x = random(2, 4, 6, 5);
        for (Member member : BOTH) {
            int k = member.value(KERNEL);
            Tensor kernel = stored("g.weight").narrow(2, (5 - k) / 2, k).narrow(3, (5 - k) / 2, k);
            Tensor expected = torch.cat(
                    new TensorVector(
                            torchConv(x.narrow(1, 0, 2), kernel.narrow(0, 0, 3), null, 1, k / 2, 1),
                            torchConv(x.narrow(1, 2, 2), kernel.narrow(0, 3, 3), null, 1, k / 2, 1)),
                    1);
            TensorAssert.assertThat(conv.forward(x, pass(member))).isCloseTo(expected, 1e-5);
        }
        assertThatThrownBy(() -> Conv2d.grouped(weights, "h", Dim.of(2), Dim.of(OUT), 2, Dim.of(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("would cut groups apart");
    }

    @Test
    void patchesDoNotOverlap() {
        Conv2d patches = Conv2d.patches(weights, "p", 3, Dim.of(OUT), 4);
        stored("p.bias").copy_(random(8));
        Tensor x = random(2, 3, 8, 12);
        for (Member member : BOTH) {
            int out = member.value(OUT);
            Tensor y = patches.forward(x, pass(member));
            assertThat(y.shape()).isEqualTo(new long[] {2, out, 2, 3});
            Tensor patch = x.narrow(2, 4, 4).narrow(3, 8, 4).flatten(1, -1); // the lower right one
            Tensor expected = patch.matmul(
                            stored("p.weight").narrow(0, 0, out).flatten(1, -1).t())
                    .add(stored("p.bias").narrow(0, 0, out));
            TensorAssert.assertThat(y.select(2, 1).select(2, 2)).isCloseTo(expected, 1e-5);
        }
    }

    @Test
    void layerNormLooksAtTheActiveWidthOnly() {
        LayerNorm norm = new LayerNorm(weights, "norm", Dim.of(IN));
        stored("norm.weight").copy_(random(6));
        stored("norm.bias").copy_(random(6).add(new Scalar(1)));
        for (Member member : BOTH) {
            int width = member.value(IN);
            Tensor x = random(2, 3, width);
            float[] values = Tensors.floats(x);
            float[] scale = Tensors.floats(stored("norm.weight"));
            float[] shift = Tensors.floats(stored("norm.bias"));
            float[] expected = new float[values.length];
            for (int row = 0; row < 6; row++) {
                double mean = 0;
                double square = 0;
                for (int c = 0; c < width; c++) {
                    mean += values[row * width + c] / width;
                    square += (double) values[row * width + c] * values[row * width + c] / width;
                }
                for (int c = 0; c < width; c++) {
                    double normal = (values[row * width + c] - mean) / Math.sqrt(square - mean * mean + 1e-6);
                    expected[row * width + c] = (float) (normal * scale[c] + shift[c]);
                }
            }
            TensorAssert.assertThat(norm.forward(x, pass(member))).isCloseTo(Tensors.of(expected, 2, 3, width), 1e-4);
        }
    }

    @Test
    void embeddingReadsThePrefixOfRows() {
        Embedding embedding = new Embedding(weights, "e", 7, Dim.of(IN));
        Tensor indices = Tensor.create(new long[] {6, 0, 6}, 3);
        for (Member member : BOTH) {
            Tensor y = embedding.forward(indices, pass(member));
            for (int i = 0; i < 3; i++) {
                TensorAssert.assertThat(y.select(0, i))
                        .isBitEqualTo(
                                stored("e.weight").select(0, i == 1 ? 0 : 6).narrow(0, 0, member.value(IN)));
            }
        }
    }

    @Test
    void squeezeExciteScalesChannelsByWhatTheirMeansSay() {
        SqueezeExcite layer = new SqueezeExcite(weights, "se", Dim.of(IN), Dim.of(OUT));
        stored("se.conv_reduce.bias").copy_(random(8));
        stored("se.conv_expand.bias").copy_(random(6));
        for (Member member : BOTH) {
            int channels = member.value(IN);
            int reduced = member.value(OUT);
            Tensor x = random(2, channels, 3, 5);
            Tensor means = x.flatten(2, -1).mean(new long[] {2});
            Tensor squeezed = means.matmul(
                            matrix("se.conv_reduce.weight", reduced, channels).t())
                    .add(stored("se.conv_reduce.bias").narrow(0, 0, reduced))
                    .relu();
            Tensor scale = squeezed.matmul(
                            matrix("se.conv_expand.weight", channels, reduced).t())
                    .add(stored("se.conv_expand.bias").narrow(0, 0, channels))
                    .sigmoid();
            Tensor expected = x.mul(scale.unsqueeze(2).unsqueeze(3));
            TensorAssert.assertThat(layer.forward(x, pass(member))).isCloseTo(expected, 1e-5);
        }
    }

    private Tensor matrix(String name, int out, int in) {
        return stored(name).narrow(0, 0, out).narrow(1, 0, in).flatten(1, -1);
    }

    @Test
    void attentionIsTheSumOverHeadsComputedOneByOne() {
        int headDim = 3;
        Choice<Integer> heads = Choice.of("heads", 1, 2, 4);
        Attention attention = new Attention(weights, "attn", Dim.of(IN), Dim.of(heads), headDim);
        weights.tensors().values().forEach(tensor -> tensor.copy_(random(tensor.shape())));
        for (Member member : List.of(SMALL.with(heads, 1), SMALL.with(heads, 2), LARGE.with(heads, 4))) {
            int width = member.value(IN);
            Tensor x = random(2, 5, width);
            Tensor sum = stored("attn.proj.bias").narrow(0, 0, width);
            for (int h = 0; h < member.value(heads); h++) {
                Tensor query = headOf(x, 0, h, headDim, width);
                Tensor key = headOf(x, 1, h, headDim, width);
                Tensor value = headOf(x, 2, h, headDim, width);
                Tensor scores = query.matmul(key.transpose(1, 2)).div(new Scalar(Math.sqrt(headDim)));
                Tensor mixed = torch.softmax(scores, -1).matmul(value); // (B, T, hd)
                Tensor columns = stored("attn.proj.weight").narrow(0, 0, width).narrow(1, h * headDim, headDim);
                sum = sum.add(mixed.matmul(columns.t()));
            }
            TensorAssert.assertThat(attention.forward(x, pass(member))).isCloseTo(sum, 1e-4);
        }
    }

    /** Rows {@code part · 12 + head · 3 …} of the stored matrix: four heads of three a part. */
    private Tensor headOf(Tensor x, int part, int head, int headDim, int width) {
        int first = part * 4 * headDim + head * headDim;
        return x.matmul(stored("attn.qkv.weight")
                        .narrow(0, first, headDim)
                        .narrow(1, 0, width)
                        .t())
                .add(stored("attn.qkv.bias").narrow(0, first, headDim));
    }

    private static final Choice<Integer> WIDTH = Choice.of("width", 8, 12);

    private static Member wide(int width, Choice<Integer> heads, int count) {
        return new Member(Map.of("width", width, heads.name(), count));
    }

    /** Causal attention with so many heads over the prefix of every stored matrix, head by head: (B, T, width). */
    private Tensor splitByHand(Tensor x, int width, int count) {
        int headDim = width / count;
        List<Tensor> outputs = new ArrayList<>();
        for (int h = 0; h < count; h++) {
            List<Tensor> parts = new ArrayList<>();
            for (int part = 0; part < 3; part++) {
                int first = part * 12 + h * headDim; // each part is stored for the largest width
                parts.add(x.matmul(stored("attn.qkv.weight")
                        .narrow(0, first, headDim)
                        .narrow(1, 0, width)
                        .t()));
            }
            Tensor scores = parts.get(0).matmul(parts.get(1).transpose(1, 2)).div(new Scalar(Math.sqrt(headDim)));
            Tensor later = torch.ones(scores.size(1), scores.size(1)).triu(1).mul(new Scalar(1e9));
            outputs.add(torch.softmax(scores.sub(later), -1).matmul(parts.get(2)));
        }
        return torch.cat(new TensorVector(outputs.toArray(new Tensor[0])), -1);
    }

    private Tensor projected(Tensor x, int width) {
        return x.matmul(stored("attn.proj.weight")
                .narrow(0, 0, width)
                .narrow(1, 0, width)
                .t());
    }

    private static Attention.Form split() {
        return new Attention.Form(0, 1, true, 0, false);
    }

    @Test
    void splitAttentionCutsTheSameRowsIntoAsManyHeadsAsTheMemberHas() {
        Choice<Integer> heads = Choice.of("heads", 1, 2, 4);
        Attention attention = new Attention(weights, "attn", Dim.of(WIDTH), Dim.of(heads), split(), NORMAL);
        for (int width : WIDTH.options()) {
            for (int count : heads.options()) {
                Tensor x = random(2, 5, width);
                TensorAssert.assertThat(attention.forward(x, pass(wide(width, heads, count))))
                        .isCloseTo(projected(splitByHand(x, width, count), width), 1e-5);
            }
        }
    }

    /** Check 12 of the TangleNAS specification, and the mixture that it is about. */
    @Test
    void splitAttentionMixesTheHeadCountsThatItsGateSharesOutAndProjectsOnce() {
        Choice<Integer> heads = Choice.of("heads", 1, 2, 4);
        List<Double> parts = List.of(0.2, 0.5, 0.3);
        List<String> asked = new ArrayList<>();
        Weights mixing = new WrappedWeights() {
            @Override
            public Weights source() {
                return weights;
            }

            @Override
            public Weight weight(String name, Init init, Axis... axes) {
                return weights.weight(name, init, axes);
            }

            @Override
            public Gate gate(String name, Dim count) {
                asked.add(name);
                return member -> IntStream.range(0, 3)
                        .mapToObj(i -> new Gate.Share(
                                heads.options().get(i),
                                Tensors.of(new float[] {parts.get(i).floatValue()})))
                        .toList();
            }
        };
        Attention attention = new Attention(mixing, "attn", Dim.of(WIDTH), Dim.of(heads), split(), NORMAL);
        Tensor x = random(2, 5, 12);
        Tensor mixed = torch.zeros(2, 5, 12);
        for (int i = 0; i < 3; i++) {
            mixed = mixed.add(splitByHand(x, 12, heads.options().get(i)).mul(new Scalar(parts.get(i))));
        }
        TensorAssert.assertThat(attention.forward(x, pass(wide(12, heads, 4)))).isCloseTo(projected(mixed, 12), 1e-5);
        assertThat(asked).containsExactly("attn.heads");
        new Attention(mixing, "fixed", Dim.of(WIDTH), Dim.of(heads), new Attention.Form(3, 1, true, 0, false), NORMAL);
        assertThat(asked).hasSize(1); // heads of a fixed width are rows: nothing to gate
    }

    @Test
    void groupedAttentionReadsTheKeyOfItsGroupAndAMemberTheFirstGroups() {
        Choice<Integer> heads = Choice.of("heads", 2, 4);
        int headDim = 2;
        Attention.Form form = new Attention.Form(headDim, 2, true, 100, false);
        Attention attention = new Attention(weights, "attn", Dim.of(WIDTH), Dim.of(heads), form, NORMAL);
        assertThat(stored("attn.q.weight").shape()).isEqualTo(new long[] {8, 12});
        assertThat(stored("attn.kv.weight").shape()).isEqualTo(new long[] {8, 12}); // two keys of 2, two values of 2
        for (int count : heads.options()) {
            Tensor x = random(1, 4, 8);
            List<Tensor> outputs = new ArrayList<>();
            for (int h = 0; h < count; h++) {
                Tensor query = turned(x, stored("attn.q.weight").narrow(0, h * headDim, headDim));
                Tensor key = turned(x, stored("attn.kv.weight").narrow(0, h / 2 * headDim, headDim));
                Tensor value = x.matmul(stored("attn.kv.weight")
                        .narrow(0, 4 + h / 2 * headDim, headDim)
                        .narrow(1, 0, 8)
                        .t());
                Tensor scores = query.matmul(key.transpose(1, 2)).div(new Scalar(Math.sqrt(headDim)));
                Tensor later = torch.ones(4, 4).triu(1).mul(new Scalar(1e9));
                outputs.add(torch.softmax(scores.sub(later), -1).matmul(value));
            }
            Tensor joined = torch.cat(new TensorVector(outputs.toArray(new Tensor[0])), -1);
            Tensor expected = joined.matmul(stored("attn.proj.weight")
                    .narrow(0, 0, 8)
                    .narrow(1, 0, count * headDim)
                    .t());
            TensorAssert.assertThat(attention.forward(x, pass(wide(8, heads, count))))
                    .isCloseTo(expected, 1e-5);
        }
    }

    /** One head of two entries, turned by its position: the angle of the only pair is the position itself. */
    private static Tensor turned(Tensor x, Tensor rows) {
        float[] plain = Tensors.floats(x.matmul(rows.narrow(1, 0, x.size(2)).t()));
        float[] turned = new float[plain.length];
        for (int t = 0; 2 * t < plain.length; t++) {
            turned[2 * t] = (float) (plain[2 * t] * Math.cos(t) - plain[2 * t + 1] * Math.sin(t));
            turned[2 * t + 1] = (float) (plain[2 * t] * Math.sin(t) + plain[2 * t + 1] * Math.cos(t));
        }
        return Tensors.of(turned, 1, plain.length / 2, 2);
    }

    @Test
    void rmsNormAndSwiGluReadThePrefixOfTheirWeights() {
        RmsNorm norm = new RmsNorm(weights, "n", Dim.of(IN), 1e-5);
        SwiGlu mlp = new SwiGlu(weights, "mlp", Dim.of(IN), Dim.of(OUT), false, NORMAL, NORMAL);
        stored("n.weight").copy_(random(6));
        for (Member member : BOTH) {
            int width = member.value(IN);
            int hidden = member.value(OUT);
            Tensor x = random(2, 3, width);
            Tensor root =
                    x.square().mean(new long[] {2}).add(new Scalar(1e-5)).sqrt().unsqueeze(2);
            TensorAssert.assertThat(norm.forward(x, pass(member)))
                    .isCloseTo(x.div(root).mul(stored("n.weight").narrow(0, 0, width)), 1e-5);
            Tensor gate = x.matmul(matrix("mlp.fc1_g.weight", hidden, width).t());
            Tensor value = x.matmul(matrix("mlp.fc1_x.weight", hidden, width).t());
            Tensor expected = gate.mul(gate.sigmoid())
                    .mul(value)
                    .matmul(matrix("mlp.fc2.weight", width, hidden).t());
            TensorAssert.assertThat(mlp.forward(x, pass(member))).isCloseTo(expected, 1e-4);
        }
        assertThat(weights.tensors()).doesNotContainKeys("n.bias", "mlp.fc2.bias");
    }

    private static Layer plus(double value) {
        return (x, pass) -> x.mul(new Scalar(2)).add(new Scalar(value));
    }

    @Test
    void stackRunsTheFirstLayersOnly() {
        Choice<Integer> depth = Choice.of("depth", 1, 2, 3);
        Stack stack = new Stack(weights, "s", Dim.of(depth), List.of(plus(1), plus(10), plus(100)));
        Tensor x = Tensors.of(new float[] {1}, 1);
        float[] expected = {3, 16, 132};
        for (int d = 1; d <= 3; d++) {
            assertThat(Tensors.floats(stack.forward(x, pass(new Member(Map.of("depth", d))))))
                    .containsExactly(expected[d - 1]);
        }
        assertThatThrownBy(() -> new Stack(weights, "s", Dim.of(depth), List.of(plus(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Stack s must have 3 layers, but has 1.");
    }

    @Test
    void temporariesOfALayerOfAStackAreFreedBeforeTheNextRuns() {
        List<Long> alive = new ArrayList<>();
        Layer busy = (x, pass) -> {
            alive.add(Pointer.totalCount());
            for (int i = 0; i < 50; i++) {
                x = Ops.add(x, x);
            }
            return x;
        };
        Stack stack = new Stack(weights, "s", Dim.of(4), List.of(busy, busy, busy, busy));
        stack.forward(Tensors.of(new float[] {1}, 1), pass(SMALL));
        assertThat(alive).hasSize(4);
        assertThat(alive.get(3) - alive.get(0)).isLessThan(50); // three layers make 150
    }

    @Test
    void stackMixesTheExitsThatAGateSharesOut() {
        Tensor quarter = Tensors.of(new float[] {0.25f}, 1);
        Tensor rest = Tensors.of(new float[] {0.75f}, 1);
        Weights blended = new WrappedWeights() {
            @Override
            public Weights source() {
                return weights;
            }

            @Override
            public Weight weight(String name, Init init, Axis... axes) {
                return weights.weight(name, init, axes);
            }

            @Override
            public Gate gate(String name, Dim count) {
                return member -> List.of(new Gate.Share(1, quarter), new Gate.Share(3, rest));
            }
        };
        Stack stack = new Stack(blended, "s", Dim.of(3), List.of(plus(1), plus(10), plus(100)));
        assertThat(Tensors.floats(stack.forward(Tensors.of(new float[] {1}, 1), pass(SMALL))))
                .containsExactly(0.25f * 3 + 0.75f * 132);
    }

    @Test
    void residualAddsItsBranch() {
        Tensor x = random(4, 3);
        Tensor y = new Residual(plus(5), 1).forward(x, pass(SMALL));
        TensorAssert.assertThat(y).isCloseTo(x.mul(new Scalar(3)).add(new Scalar(5)), 1e-6);
    }

    @Test
    void dropConnectDropsWholeExamplesAndKeepsTheMean() {
        torch.manual_seed(5);
        int examples = 4000;
        double rate = 0.4 * 0.5;
        Layer branch = (x, pass) -> x.mul(new Scalar(2));
        Tensor y = new Residual(branch, 0.5)
                .forward(Tensors.of(ones(examples * 3), examples, 3), new Pass(SMALL, MemberStatistics.none(), 0, 0.4));
        float[] values = Tensors.floats(y);
        int dropped = 0;
        float kept = (float) (1 + 2 / (1 - rate));
        for (int i = 0; i < examples; i++) {
            assertThat(values[3 * i]).isEqualTo(values[3 * i + 1]).isEqualTo(values[3 * i + 2]);
            dropped += values[3 * i] == 1 ? 1 : 0;
            assertThat(values[3 * i] == 1 || Math.abs(values[3 * i] - kept) < 1e-5)
                    .isTrue();
        }
        double sigma = Math.sqrt(examples * rate * (1 - rate));
        assertThat((double) dropped).isBetween(examples * rate - 4 * sigma, examples * rate + 4 * sigma);
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void activationsAreTheirFormulas() {
        float[] values = {-4, -3, -1, -0.5f, 0, 0.5f, 1, 3, 4};
        Tensor x = Tensors.of(values, values.length);
        float[][] expected = new float[5][values.length];
        for (int i = 0; i < values.length; i++) {
            double v = values[i];
            expected[0][i] = (float) Math.max(0, v);
            expected[1][i] = (float) (v * Math.min(6, Math.max(0, v + 3)) / 6);
            expected[2][i] = (float) (v / (1 + Math.exp(-v)));
            expected[3][i] = (float) (v * cumulativeNormal(v));
            expected[4][i] = (float) (v / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))));
        }
        for (Activation activation : Activation.values()) {
            TensorAssert.assertThat(activation.forward(x, pass(SMALL)))
                    .as(activation.name())
                    .isCloseTo(Tensors.of(expected[activation.ordinal()], values.length), 1e-5);
        }
    }

    /** By the power series of the integral. */
    private static double cumulativeNormal(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 80; n++) {
            term *= x * x / (2 * n + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    @Test
    void batchNormUsesTheStatisticsOfItsPass() {
        BatchNorm2d norm = new BatchNorm2d(weights, "bn", Dim.of(IN), NORMAL);
        stored("bn.bias").copy_(random(6));
        Tensor x = random(2, 4, 3, 3);
        Tensor mean = random(4).add(new Scalar(2));
        Tensor variance = random(4).square().add(new Scalar(0.5));
        Tensor expected = x.sub(column(mean))
                .div(column(variance.add(new Scalar(1e-5)).sqrt()))
                .mul(column(stored("bn.weight").narrow(0, 0, 4)))
                .add(column(stored("bn.bias").narrow(0, 0, 4)));
        MemberStatistics statistics = new MemberStatistics(Map.of("bn.running_mean", mean, "bn.running_var", variance));
        TensorAssert.assertThat(norm.forward(x, Pass.evaluation(SMALL, statistics)))
                .isCloseTo(expected, 1e-5);
        assertThatThrownBy(() -> norm.forward(random(2, 6, 3, 3), Pass.evaluation(LARGE, statistics)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("needs statistics of 6 channels for this member, but they have 4");
        assertThatThrownBy(() -> norm.forward(x, pass(SMALL)))
                .hasMessageContaining("there are none. Calibrate the member first.");
    }

    private static Tensor column(Tensor vector) {
        return vector.unsqueeze(1).unsqueeze(2);
    }
}
