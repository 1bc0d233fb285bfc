package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.nn.Attention;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
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
 * A vision transformer (Dosovitskiy et al. 2021) with a class token, elastic as in AutoFormer (Chen et al. 2021): embedding
 * width and depth for the whole net, heads and MLP ratio per block. The width of a head is fixed, so the inner width of
 * attention follows the heads. Tensor names are timm's.
 *
 * @param input the images; absent until the definition is bound to data
 * @param resolution what the images are resized to, the same for all members
 * @param patchSize divides the resolution
 * @param embedDim width between blocks
 * @param depth number of blocks that run
 * @param headDim width of a head
 * @param blocks as many as the largest depth
 */
public record VisionTransformer(
        ImageInput input,
        int resolution,
        int patchSize,
        List<Integer> embedDim,
        List<Integer> depth,
        int headDim,
        List<Block> blocks)
        implements ModelDefinition {
    private static final Init INIT = Init.truncatedNormal(0.02);
    private static final double NORM_EPSILON = 1e-6;

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

    public VisionTransformer {
        ImageInput.requireTakes(input, resolution);
        embedDim = Setting.sizes("embedDim", embedDim);
        depth = Setting.sizes("depth", depth);
        blocks = Setting.list("blocks", blocks);
        if (patchSize < 1 || resolution > Setting.MAX_SIZE || resolution < patchSize || resolution % patchSize != 0) {
            throw new InputException(
                    "A vision transformer must have a resolution that its patch size divides, but got resolution="
                            + resolution + ", patchSize=" + patchSize + ".");
        }
        if (headDim < 1 || headDim > Setting.MAX_SIZE || depth.get(depth.size() - 1) != blocks.size()) {
            throw new InputException(
                    "headDim must be positive and the largest depth the number of blocks, but got headDim=" + headDim
                            + ", depth=" + depth + ", " + blocks.size() + " blocks.");
        }
    }

    @Override
    public String name() {
        return "vision-transformer";
    }

    @Override
    public VisionTransformer withInput(ModelInput other) {
        return new VisionTransformer(
                ImageInput.of(name(), other), resolution, patchSize, embedDim, depth, headDim, blocks);
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
    public VisionTransformer at(Member member) {
        TransformerChoices choices = transformer();
        return new VisionTransformer(
                input,
                resolution,
                patchSize,
                List.of(member.value(choices.embedDim())),
                List.of(member.value(choices.depth())),
                headDim,
                choices.blocks(member, Block::new));
    }

    @Override
    public Layer build(Weights weights) {
        Dim embed = Dim.of(transformer().embedDim());
        Dim depths = Dim.of(transformer().depth());
        ImageInput images = ImageInput.bound(input);
        int side = resolution / patchSize;
        Conv2d patches = Conv2d.patches(weights, "patch_embed.proj", images.channels(), embed, patchSize);
        Weight token = weights.weight("cls_token", INIT, Axis.fixed(1), Axis.fixed(1), Axis.prefix(embed));
        Weight position =
                weights.weight("pos_embed", INIT, Axis.fixed(1), Axis.fixed(side * side + 1), Axis.prefix(embed));
        List<Layer> layers = new ArrayList<>();
        for (int b = 0; b < blocks.size(); b++) {
            layers.add(block(weights, b, embed));
        }
        return images.layer(Dim.of(resolution))
                .then(patches)
                .then((x, pass) -> {
                    Tensor sequence = Ops.transpose(Ops.flatten(x, 2), 1, 2); // (B, T, C)
                    Tensor withToken = AttentionOps.prependToken(token.tensor(pass.reading()), sequence);
                    return Ops.add(withToken, position.tensor(pass.reading()));
                })
                .then(new Stack(weights, "blocks", depths, layers))
                .then(Norm.layer(NORM_EPSILON).of(weights, "norm", embed))
                .then((x, pass) -> NoiseOps.dropout(Ops.select(x, 1, 0), pass.dropout()))
                .then(new Linear(weights, "head", embed, Dim.of(images.classes().size()), INIT));
    }

    private Layer block(Weights weights, int b, Dim embed) {
        TransformerBlock.Form form = new TransformerBlock.Form(
                Attention.Form.bidirectional(headDim), Norm.layer(NORM_EPSILON), Mlp.GELU, true, false, INIT, INIT);
        TransformerBlock.Sizes sizes = new TransformerBlock.Sizes(
                embed,
                Dim.of(transformer().numHeads(b)),
                embed.scaled(transformer().mlpRatio(b), 1));
        return new TransformerBlock(weights, "blocks." + b, form, sizes, (b + 1.0) / blocks.size());
    }
}
