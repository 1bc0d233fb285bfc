package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.ops.AttentionOps;
import dev.weft.ops.GradientCheck;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Init;
import dev.weft.weight.SharedWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The forms of a block against libtorch called by hand, and a member against the block of its sizes alone. */
class TransformerBlockTest {
    private static final Choice<Integer> WIDTH = Choice.of("width", 8, 12);
    private static final Choice<Integer> HEADS = Choice.of("heads", 2, 4);
    private static final Choice<Integer> HIDDEN = Choice.of("hidden", 10, 20);
    private static final Member SMALL = new Member(Map.of("width", 8, "heads", 2, "hidden", 10));
    private static final Member LARGE = new Member(Map.of("width", 12, "heads", 4, "hidden", 20));
    private static final int HEAD = 4;
    private static final int MEMORY = 6;
    private static final int CONDITION = 5;
    private static final Init INIT = Init.truncatedNormal(0.4);

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

    private static TransformerBlock.Form form(
            Attention.Form attention,
            Attention.Form cross,
            Norm norm,
            TransformerBlock.Order order,
            Mlp mlp,
            boolean modulated) {
        return new TransformerBlock.Form(attention, cross, norm, order, mlp, true, modulated, true, INIT, INIT);
    }

    private static Attention.Form attention(
            int group,
            boolean causal,
            double rotary,
            Attention.Biases biases,
            Attention.Products products,
            Attention.Score score) {
        return new Attention.Form(HEAD, group, causal, rotary, biases, products, score);
    }

    private static final Attention.Form PLAIN = Attention.Form.bidirectional(HEAD);
    private static final TransformerBlock.Form BERT =
            form(PLAIN, null, Norm.layer(1e-5), TransformerBlock.Order.NORM_AFTER, Mlp.GELU, false);
    private static final TransformerBlock.Form VAR = form(
            attention(1, false, 0, Attention.Biases.ALL_BUT_KEY, Attention.Products.TOGETHER, Attention.Score.COSINE),
            null,
            Norm.plain(1e-6),
            TransformerBlock.Order.NORM_BEFORE,
            Mlp.GELU_TANH,
            true);
    /** Of a generator of weights: both kinds of attention with positions along two axes. */
    private static final TransformerBlock.Form DECODER = form(
            new Attention.Form(HEAD, 1, false, 100, true),
            new Attention.Form(HEAD, 1, false, 100, true),
            Norm.rms(1e-6),
            TransformerBlock.Order.NORM_BEFORE,
            Mlp.SILU,
            false);

    private static final TransformerBlock.Form APART = form(
            attention(2, true, 10, Attention.Biases.NONE, Attention.Products.APART, Attention.Score.COSINE),
            attention(
                    2, false, 0, Attention.Biases.ALL_BUT_KEY, Attention.Products.TOGETHER, Attention.Score.SCALED_DOT),
            Norm.layer(1e-5),
            TransformerBlock.Order.NORM_BEFORE,
            Mlp.SWIGLU,
            true);

    static Stream<TransformerBlock.Form> forms() {
        return Stream.of(BERT, VAR, DECODER, APART);
    }

    private static TransformerBlock.Sizes elastic() {
        return new TransformerBlock.Sizes(
                Dim.of(WIDTH), Dim.of(HEADS), Dim.of(HIDDEN), Dim.of(MEMORY), Dim.of(CONDITION));
    }

    private static TransformerBlock.Sizes plain(Member member) {
        return new TransformerBlock.Sizes(
                Dim.of(member.value(WIDTH)),
                Dim.of(member.value(HEADS)),
                Dim.of(member.value(HIDDEN)),
                Dim.of(MEMORY),
                Dim.of(CONDITION));
    }

    private static Tensor random(long seed, long... shape) {
        return GradientCheck.random(seed, shape).detach().to(torch.ScalarType.Float);
    }

    private static Tensor places(long... values) {
        return Tensor.create(values, values.length);
    }

    /** Five tokens in two rows, of which the second has three and padding; a memory of three. */
    private static TokenContext context() {
        boolean[] padding = {true, true, true, true, true, true, true, true, false, false};
        return TokenContext.NONE
                .withSeen(AttentionOps.mask(padding, torch.zeros(1), 2, 1, 1, 5))
                .withPositions(List.of(places(0, 0, 1, 1, 2), places(0, 1, 0, 1, 0)))
                .withMemory(random(7, 2, 3, MEMORY), null, List.of(places(3, 4, 5), places(3, 4, 5)))
                .withCondition(random(8, 2, CONDITION));
    }

    private static Pass pass(Member member) {
        return Pass.evaluation(member, MemberStatistics.none()).with(context());
    }

    /** The weights start where no branch is nothing, and no scale one. */
    private TransformerBlock loud(TransformerBlock.Form form) {
        TransformerBlock block = new TransformerBlock(weights, "b", form, elastic(), 1);
        weights.tensors()
                .forEach((name, tensor) -> tensor.copy_(random(name.hashCode(), tensor.shape())
                        .mul(new Scalar(0.4))
                        .add(new Scalar(0.1))));
        return block;
    }

    @ParameterizedTest
    @MethodSource("forms")
    void memberIsTheBlockOfItsSizesAloneToTheBit(TransformerBlock.Form form) {
        TransformerBlock block = loud(form);
        for (Member member : List.of(SMALL, LARGE, LARGE.with(HEADS, 2), SMALL.with(HEADS, 4))) {
            Tensor x = random(2, 2, 5, member.value(WIDTH));
            Map<String, Tensor> own = new LinkedHashMap<>();
            try (SharedWeights shapes = SharedWeights.shapesOnly()) {
                new TransformerBlock(shapes, "b", form, plain(member), 1);
                shapes.tensors().forEach((name, shape) -> own.put(name, sliced(name, shape.shape(), member)));
            }
            SharedWeights copies = SharedWeights.of(own::get, "copies");
            TransformerBlock alone = new TransformerBlock(copies, "b", form, plain(member), 1);
            TensorAssert.assertThat(alone.forward(x, pass(Member.PLAIN)))
                    .as(member.toString())
                    .isBitEqualTo(block.forward(x, pass(member)));
        }
    }

    /** The prefix of a stored tensor, of each of its parts where it has several. */
    private Tensor sliced(String name, long[] shape, Member member) {
        Tensor stored = weights.tensors().get(name);
        int modulated = (int) (stored.size(0) / LARGE.value(WIDTH));
        int parts = name.contains(".qkv.") ? 3 : name.contains(".kv.") ? 2 : name.contains(".ada.") ? modulated : 1;
        List<Tensor> rows = new ArrayList<>();
        long each = stored.size(0) / parts;
        for (int part = 0; part < parts; part++) {
            rows.add(stored.narrow(0, part * each, shape[0] / parts));
        }
        Tensor joined = torch.cat(new TensorVector(rows.toArray(new Tensor[0])), 0);
        for (int axis = 1; axis < shape.length; axis++) {
            joined = joined.narrow(axis, 0, shape[axis]);
        }
        return Tensors.keep(joined.clone().contiguous());
    }

    private Tensor stored(String name) {
        return weights.tensors().get("b." + name);
    }

    private Tensor linear(Tensor x, String name) {
        Tensor y = x.matmul(stored(name + ".weight").t());
        return stored(name + ".bias") == null ? y : y.add(stored(name + ".bias"));
    }

    private static Tensor cut(Tensor x, int heads) {
        return x.unflatten(2, new long[] {heads, -1}).transpose(1, 2);
    }

    private static Tensor mixed(Tensor query, Tensor key, Tensor value, double scale, Tensor hidden) {
        Tensor scores = query.matmul(key.transpose(2, 3)).mul(new Scalar(scale));
        Tensor shown = hidden == null ? scores : scores.sub(hidden);
        return torch.softmax(shown, -1).matmul(value).transpose(1, 2).flatten(2, 3);
    }

    /** 1e9 where row 1 has padding: (2, 1, 1, 5). */
    private static Tensor padding() {
        return Tensor.create(new float[] {0, 0, 0, 0, 0, 0, 0, 0, 1e9f, 1e9f}, 2, 1, 1, 5);
    }

    private static Tensor layerNorm(Tensor x, double epsilon) {
        Tensor centred = x.sub(x.mean(new long[] {2}, true, new ScalarTypeOptional()));
        return centred.mul(centred.square()
                .mean(new long[] {2}, true, new ScalarTypeOptional())
                .add(new Scalar(epsilon))
                .rsqrt());
    }

    @Test
    void normsAfterTheBranchesNormaliseTheStreamAndPaddingIsNotSeen() {
        TransformerBlock block = loud(BERT);
        Tensor x = random(2, 2, 5, 12);
        TensorVector parts = linear(x, "attn.qkv").split(16, 2);
        Tensor attended =
                mixed(cut(parts.get(0), 4), cut(parts.get(1), 4), cut(parts.get(2), 4), 1 / Math.sqrt(HEAD), padding());
        Tensor one = layerNorm(x.add(linear(attended, "attn.proj")), 1e-5)
                .mul(stored("norm1.weight"))
                .add(stored("norm1.bias"));
        Tensor two = one.add(linear(torch.gelu(linear(one, "mlp.fc1")), "mlp.fc2"));
        Tensor expected = layerNorm(two, 1e-5).mul(stored("norm2.weight")).add(stored("norm2.bias"));
        TensorAssert.assertThat(block.forward(x, pass(LARGE))).isCloseTo(expected, 1e-4);
        Tensor other = x.clone();
        other.select(0, 1).narrow(0, 3, 2).add_(new Scalar(1));
        TensorAssert.assertThat(block.forward(other, pass(LARGE)).select(0, 1).narrow(0, 0, 3))
                .isBitEqualTo(block.forward(x, pass(LARGE)).select(0, 1).narrow(0, 0, 3));
    }

    private static Tensor normalised(Tensor x) {
        return x.div(
                x.square().sum(new long[] {3}, true, new ScalarTypeOptional()).sqrt());
    }

    /** The block of VAR: queries and keys of length one, no bias of keys, and a condition that scales and shifts. */
    @Test
    void conditionModulatesBranchesAndCosinesAreScaledByHeadAtMostAHundredfold() {
        TransformerBlock block = loud(VAR);
        assertThat(stored("attn.qkv.bias")).isNull();
        assertThat(stored("norm1.weight")).isNull();
        stored("attn.scale").copy_(Tensor.create(new float[] {0, 1, 2, 9}, 4, 1, 1));
        Tensor x = random(2, 2, 5, 12);
        Tensor condition = torch.silu(context().condition());
        Tensor modulation = linear(condition, "ada").unflatten(1, new long[] {6, 1, 12}); // γ γ scale scale shift shift
        Tensor first = layerNorm(x, 1e-6)
                .mul(modulation.select(1, 2).add(new Scalar(1)))
                .add(modulation.select(1, 4));
        TensorVector parts = first.matmul(stored("attn.qkv.weight").t()).split(16, 2);
        Tensor factor = Tensor.create(new float[] {1, (float) Math.E, (float) Math.exp(2), 100}, 4, 1, 1);
        Tensor query =
                normalised(cut(parts.get(0).add(stored("attn.q_bias")), 4)).mul(factor);
        Tensor key = normalised(cut(parts.get(1), 4));
        Tensor attended = mixed(query, key, cut(parts.get(2).add(stored("attn.v_bias")), 4), 1, padding());
        Tensor one = x.add(linear(attended, "attn.proj").mul(modulation.select(1, 0)));
        Tensor second = layerNorm(one, 1e-6)
                .mul(modulation.select(1, 3).add(new Scalar(1)))
                .add(modulation.select(1, 5));
        Tensor expected = one.add(
                linear(torch.gelu(linear(second, "mlp.fc1"), "tanh"), "mlp.fc2").mul(modulation.select(1, 1)));
        TensorAssert.assertThat(block.forward(x, pass(LARGE))).isCloseTo(expected, 1e-4);
        stored("attn.qkv.weight").narrow(0, 16, 16).mul_(new Scalar(10)); // a key's length does not matter
        TensorAssert.assertThat(block.forward(x, pass(LARGE))).isCloseTo(expected, 1e-4);
    }

    private static Tensor rms(Tensor x) {
        return x.mul(x.square()
                .mean(new long[] {2}, true, new ScalarTypeOptional())
                .add(new Scalar(1e-6))
                .rsqrt());
    }

    /** Heads (B, nh, T, 4): the first pair turned by the first axis' positions, the second by the second's; one angle a pair. */
    private static Tensor turned(Tensor x, long[] first, long[] second) {
        List<Tensor> out = new ArrayList<>();
        for (int t = 0; t < first.length; t++) {
            Tensor row = x.narrow(2, t, 1);
            List<Tensor> entries = new ArrayList<>();
            for (int pair = 0; pair < 2; pair++) {
                double angle = pair == 0 ? first[t] : second[t];
                Tensor even = row.narrow(3, 2 * pair, 1);
                Tensor odd = row.narrow(3, 2 * pair + 1, 1);
                entries.add(even.mul(new Scalar(Math.cos(angle))).sub(odd.mul(new Scalar(Math.sin(angle)))));
                entries.add(even.mul(new Scalar(Math.sin(angle))).add(odd.mul(new Scalar(Math.cos(angle)))));
            }
            out.add(torch.cat(new TensorVector(entries.toArray(new Tensor[0])), 3));
        }
        return torch.cat(new TensorVector(out.toArray(new Tensor[0])), 2);
    }

    @Test
    void crossAttentionReadsTheMemoryAndPositionsAlongTwoAxesTurnHalfAHeadEach() {
        TransformerBlock block = loud(DECODER);
        Tensor x = random(2, 2, 5, 12);
        Tensor memory = context().memory();
        long[] rows = {0, 0, 1, 1, 2};
        long[] columns = {0, 1, 0, 1, 0};
        long[] diagonal = {3, 4, 5};
        double scale = 1 / Math.sqrt(HEAD);
        TensorVector parts =
                linear(rms(x).mul(stored("norm1.weight")), "attn.qkv").split(16, 2);
        Tensor attended = mixed(
                turned(cut(parts.get(0), 4), rows, columns),
                turned(cut(parts.get(1), 4), rows, columns),
                cut(parts.get(2), 4),
                scale,
                padding());
        Tensor one = x.add(linear(attended, "attn.proj"));
        Tensor query = linear(rms(one).mul(stored("norm2.weight")), "cross_attn.q");
        TensorVector read = linear(memory, "cross_attn.kv").split(16, 2);
        Tensor crossed = mixed(
                turned(cut(query, 4), rows, columns),
                turned(cut(read.get(0), 4), diagonal, diagonal),
                cut(read.get(1), 4),
                scale,
                null);
        Tensor two = one.add(linear(crossed, "cross_attn.proj"));
        Tensor expected =
                two.add(linear(torch.silu(linear(rms(two).mul(stored("norm3.weight")), "mlp.fc1")), "mlp.fc2"));
        TensorAssert.assertThat(block.forward(x, pass(LARGE))).isCloseTo(expected, 1e-4);
    }

    @Test
    void whatAFormNeedsAndThePassLacksIsSaid() {
        Pass bare = Pass.evaluation(LARGE, MemberStatistics.none());
        Tensor x = random(2, 2, 5, 12);
        assertThatThrownBy(() -> loud(DECODER).forward(x, bare))
                .hasMessageContaining("b.cross_attn must be given a memory");
        assertThatThrownBy(() -> new TransformerBlock(weights, "v", VAR, elastic(), 1).forward(x, bare))
                .hasMessageContaining("v.ada");
        assertThatThrownBy(() -> form(PLAIN, null, Norm.plain(1e-6), TransformerBlock.Order.NORM_AFTER, Mlp.GELU, true))
                .hasMessageContaining("norms before");
        assertThatThrownBy(() -> new Attention.Form(
                        0, 1, false, 0, Attention.Biases.ALL, Attention.Products.APART, Attention.Score.COSINE))
                .hasMessageContaining("fixed width");
    }
}
