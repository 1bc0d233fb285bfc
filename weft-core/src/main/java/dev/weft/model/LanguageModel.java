package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.nn.Attention;
import dev.weft.nn.Embedding;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.nn.Pass;
import dev.weft.nn.Stack;
import dev.weft.nn.TransformerBlock;
import dev.weft.ops.AttentionOps;
import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A decoder-only transformer: token ids (B, T) to the logits of each next token (B, T, tokens). With its settings it is the kind of
 * GPT-2 (Radford et al. 2019: learned positions, GELU, layer norm, biases, tied) or of Llama (Touvron et al. 2023: rotary positions,
 * SwiGLU, RMS norm, no biases, shared keys and values), and elastic as in TangleNAS (Sukthanker et al. 2024): embedding width and
 * depth for the whole net, heads and MLP ratio per block.
 *
 * <p>A pass with a {@link dev.weft.nn.KeyValueCache} reads the tokens that follow those in the cache. Dropout acts on the embedding
 * and on what each branch adds, not on attention's weights. Blocks are named as timm names those of vision transformers, the tables
 * {@code wte} and {@code wpe} as in GPT-2.
 *
 * @param input the text; absent until the definition is bound to data
 * @param embedDim width between blocks
 * @param depth number of blocks that run
 * @param headDim width of a head, so that a member with fewer heads uses the first ones; or 0: its heads split the embedding width
 *     among them, so that their number changes what the same weights compute
 * @param groupSize how many heads share one key and value; 1 where each has its own. Divides every number of heads
 * @param positions how the order of tokens is told
 * @param mlp the two-layer network of each block
 * @param norm before each branch and at the end
 * @param normEpsilon what the norm adds to the variance or to the mean square
 * @param bias whether linear layers (but the last) and layer norms have a bias
 * @param tied whether the last layer is the table of token embeddings
 * @param blocks as many as the largest depth
 */
public record LanguageModel(
        TextInput input,
        List<Integer> embedDim,
        List<Integer> depth,
        @JsonProperty(defaultValue = "0") int headDim,
        @JsonProperty(defaultValue = "1") int groupSize,
        @JsonProperty(defaultValue = "learned") Positions positions,
        @JsonProperty(defaultValue = "gelu") Mlp mlp,
        @JsonProperty(defaultValue = "layer") Norm.Kind norm,
        @JsonProperty(defaultValue = "1.0e-5") double normEpsilon,
        @JsonProperty(defaultValue = "true") boolean bias,
        @JsonProperty(defaultValue = "true") boolean tied,
        List<Block> blocks)
        implements ModelDefinition {
    private static final double STD = 0.02;
    private static final Init INIT = Init.truncatedNormal(STD);
    private static final double ROTARY_BASE = 10_000;

    /** How the order of tokens is told. */
    public enum Positions {
        /** A row of a table for each position, added to the embedding. */
        @JsonProperty("learned")
        LEARNED,
        /** Queries and keys are turned by their position (Su et al. 2021). */
        @JsonProperty("rotary")
        ROTARY
    }

    /**
     * One block; its choices mean something only while the depth reaches it.
     *
     * @param numHeads attention heads
     * @param mlpRatio hidden over embedding width of the MLP
     */
    public record Block(List<Integer> numHeads, List<Double> mlpRatio) {
        public Block {
            numHeads = Setting.sizes("A block's numHeads", numHeads);
            mlpRatio = Setting.ratios("A block's mlpRatio", mlpRatio);
        }
    }

    public LanguageModel {
        embedDim = Setting.sizes("embedDim", embedDim);
        depth = Setting.sizes("depth", depth);
        blocks = Setting.list("blocks", blocks);
        if (positions == null || mlp == null || norm == null || !(normEpsilon > 0 && normEpsilon < 1)) {
            throw new InputException(
                    "A language model must have positions, an mlp, a norm, and a normEpsilon over 0 and"
                            + " under 1, but got positions=" + positions + ", mlp=" + mlp + ", norm=" + norm
                            + ", normEpsilon="
                            + normEpsilon + ".");
        }
        if (headDim < 0
                || headDim > Setting.MAX_SIZE
                || groupSize < 1
                || depth.get(depth.size() - 1) != blocks.size()) {
            throw new InputException(
                    "headDim must be 0 (split) or positive, groupSize positive, and the largest depth the"
                            + " number of blocks, but got headDim=" + headDim + ", groupSize=" + groupSize + ", depth="
                            + depth
                            + ", " + blocks.size() + " blocks.");
        }
        for (Block block : blocks) {
            for (int heads : block.numHeads) {
                requireHeads(heads, embedDim, headDim, groupSize, positions);
            }
        }
    }

    private static void requireHeads(
            int heads, List<Integer> embedDim, int headDim, int groupSize, Positions positions) {
        if (heads % groupSize != 0) {
            throw new InputException("The groupSize must divide every number of heads, but got groupSize=" + groupSize
                    + " and " + heads + " heads.");
        }
        for (int embed : headDim > 0 ? List.of(heads * headDim) : embedDim) {
            if (embed % heads != 0) {
                throw new InputException("Without a headDim every number of heads must divide every embedDim, but "
                        + heads + " does not divide " + embed + ". Give a headDim, or other sizes.");
            }
            if (positions == Positions.ROTARY && embed / heads % 2 != 0) {
                throw new InputException("Rotary positions turn pairs, so the width of a head must be even, but it is "
                        + embed / heads + " with " + heads + " heads.");
            }
        }
    }

    @Override
    public String name() {
        return "language-model";
    }

    @Override
    public LanguageModel withInput(ModelInput other) {
        return with(TextInput.of(name(), other), embedDim, depth, blocks);
    }

    /** The same model of as many other blocks. */
    public LanguageModel withBlocks(List<Block> others) {
        return with(input, embedDim, depth, others);
    }

    private LanguageModel with(TextInput text, List<Integer> widths, List<Integer> depths, List<Block> others) {
        return new LanguageModel(
                text, widths, depths, headDim, groupSize, positions, mlp, norm, normEpsilon, bias, tied, others);
    }

    @Override
    public List<Choice<?>> choices() {
        return transformer().elastic();
    }

    private TransformerChoices transformer() {
        return new TransformerChoices(
                embedDim,
                depth,
                blocks.stream().map(Block::numHeads).toList(),
                blocks.stream().map(Block::mlpRatio).toList());
    }

    @Override
    public LanguageModel at(Member member) {
        TransformerChoices choices = transformer();
        return with(
                input,
                List.of(member.value(choices.embedDim())),
                List.of(member.value(choices.depth())),
                choices.blocks(member, Block::new));
    }

    @Override
    public Layer build(Weights weights) {
        if (input == null) {
            throw new IllegalStateException(
                    "A model definition must be given its input before it is built: withInput(...).");
        }
        Dim embed = Dim.of(transformer().embedDim());
        Axis tokens = Axis.fixed(input.tokenizer().vocabularySize());
        Weight table = weights.weight("wte.weight", INIT, tokens, Axis.prefix(embed));
        Layer embedding = new Embedding(table);
        if (positions == Positions.LEARNED) {
            Weight places = weights.weight("wpe.weight", INIT, Axis.fixed(input.contextLength()), Axis.prefix(embed));
            embedding = embedding.then((x, pass) -> placed(x, places.tensor(pass.reading()), pass));
        }
        List<Layer> layers = new ArrayList<>();
        for (int b = 0; b < blocks.size(); b++) {
            layers.add(block(weights, b, embed));
        }
        Layer body = embedding
                .then((x, pass) -> NoiseOps.dropout(x, pass.dropout()))
                .then(new Stack(weights, "blocks", Dim.of(transformer().depth()), layers))
                .then(norms().of(weights, "norm", embed))
                .then(new Linear(tied ? table : weights.weight("head.weight", INIT, tokens, Axis.prefix(embed)), null));
        return (x, pass) -> {
            int length = (int) x.size(1);
            if (pass.firstPosition() + length > input.contextLength()) {
                throw new IllegalArgumentException("A pass must end within the " + input.contextLength()
                        + " tokens of the context, but reads " + length + " after " + pass.firstPosition() + ".");
            }
            if (pass.cache() == null) {
                return body.forward(x, pass);
            }
            return pass.cache().reading((int) x.size(0), length, pass.context().counts(), () -> body.forward(x, pass));
        };
    }

    /** Adds the learned position of each token, which rows at different places of a cache have of their own. */
    private static Tensor placed(Tensor x, Tensor table, Pass pass) {
        return pass.rowsDiffer()
                ? Ops.add(x, Ops.embedding(table, pass.cache().positions(x)))
                : AttentionOps.addPositions(x, table, pass.firstPosition());
    }

    private Layer block(Weights weights, int b, Dim embed) {
        // GPT-2: two branches a block add to the stream, which keeps its size when each begins smaller.
        Init last = Init.truncatedNormal(STD / Math.sqrt(2.0 * blocks.size()));
        Attention.Form attention =
                new Attention.Form(headDim, groupSize, true, positions == Positions.ROTARY ? ROTARY_BASE : 0, bias);
        TransformerBlock.Form form = new TransformerBlock.Form(attention, norms(), mlp, bias, true, INIT, last);
        TransformerBlock.Sizes sizes = new TransformerBlock.Sizes(
                embed,
                Dim.of(transformer().numHeads(b)),
                embed.scaled(transformer().mlpRatio(b), 1));
        return new TransformerBlock(weights, "blocks." + b, form, sizes, (b + 1.0) / blocks.size());
    }

    private Norm norms() {
        return norm == Norm.Kind.RMS ? Norm.rms(normEpsilon) : new Norm(Norm.Kind.LAYER, normEpsilon, true, bias);
    }
}
