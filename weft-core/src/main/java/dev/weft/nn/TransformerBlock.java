package dev.weft.nn;

import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import dev.weft.space.Dim;
import dev.weft.weight.Init;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A transformer block, x (B, T, C) to (B, T, C), plain or elastic: attention, in decoders with a memory cross-attention, and a two-layer
 * network, each a branch beside the residual stream.
 *
 * <pre>
 *   before (GPT-2, vision)   x + branch(norm(x))
 *   after (BERT)             norm(x + branch(x))
 *   modulated (DiT, VAR)     x + γ · branch(norm(x) · (1 + scale) + shift)     γ, scale and shift (B, 1, C) are linear in silu(condition)
 * </pre>
 *
 * <p>Weights are named as in timm: {@code norm1}, {@code attn}, {@code norm2}, {@code mlp}; with cross-attention that is {@code norm2} and
 * {@code cross_attn}, and the network has {@code norm3}. What a branch computes goes through one place, {@code Branch.added}, before it
 * joins the stream: an insertion after a branch belongs there, one around the block around {@link #forward}.
 */
public final class TransformerBlock implements Layer {
    /** Where a branch is normalised. */
    public enum Order {
        /** Its input; the stream itself never is. */
        NORM_BEFORE,
        /** The stream, when the branch has been added. */
        NORM_AFTER
    }

    /**
     * What a block is made of.
     *
     * @param attention of the tokens to themselves
     * @param cross of the tokens to the pass's memory; {@code null} for none
     * @param mlp the two-layer network
     * @param bias whether the layers of that network have one
     * @param modulated whether the pass's condition modulates each branch; only where norms come before
     * @param dropout whether the pass's dropout acts on what a branch adds
     * @param init of the products that begin a branch
     * @param last of the products that end one
     */
    public record Form(
            Attention.Form attention,
            Attention.Form cross,
            Norm norm,
            Order order,
            Mlp mlp,
            boolean bias,
            boolean modulated,
            boolean dropout,
            Init init,
            Init last) {
        public Form {
            if (modulated && order == Order.NORM_AFTER) {
                throw new IllegalArgumentException("A modulated block must have its norms before the branches.");
            }
        }

        /** Norms before the branches, no cross-attention and no modulation. */
        public Form(Attention.Form attention, Norm norm, Mlp mlp, boolean bias, boolean dropout, Init init, Init last) {
            this(attention, null, norm, Order.NORM_BEFORE, mlp, bias, false, dropout, init, last);
        }
    }

    /**
     * The sizes of a block.
     *
     * @param embed width of the stream
     * @param hidden width between the layers of the network
     * @param memory width of what cross-attention reads; {@code null} for none
     * @param condition width of what modulates; {@code null} for nothing
     */
    public record Sizes(Dim embed, Dim numHeads, Dim hidden, Dim memory, Dim condition) {
        /** Without memory and condition. */
        public Sizes(Dim embed, Dim numHeads, Dim hidden) {
            this(embed, numHeads, hidden, null, null);
        }
    }

    private final Layer branches;

    /** @param position of the block in the network, from 0 to 1: drop-connect grows with it */
    public TransformerBlock(Weights weights, String name, Form form, Sizes sizes, double position) {
        List<Layer> bodies = new ArrayList<>();
        List<Layer> norms = new ArrayList<>();
        norms.add(form.norm.of(weights, name + ".norm1", sizes.embed));
        bodies.add(new Attention(weights, name + ".attn", sizes.embed, sizes.numHeads, form.attention, form.last));
        if (form.cross != null) {
            norms.add(form.norm.of(weights, name + ".norm2", sizes.embed));
            bodies.add(new Attention(
                    weights, name + ".cross_attn", sizes.embed, sizes.memory, sizes.numHeads, form.cross, form.last));
        }
        norms.add(form.norm.of(weights, name + ".norm" + (norms.size() + 1), sizes.embed));
        bodies.add(form.mlp.of(weights, name + ".mlp", sizes.embed, sizes.hidden, form.bias, form.init, form.last));
        Modulation modulation = form.modulated
                ? new Modulation(weights, name + ".ada", sizes.condition, sizes.embed, bodies.size(), form.init)
                : null;
        Layer all = null;
        for (int i = 0; i < bodies.size(); i++) {
            Layer branch = new Branch(norms.get(i), bodies.get(i), modulation, i, form, position);
            all = all == null ? branch : all.then(branch);
        }
        branches = all;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return branches.forward(x, pass);
    }

    /** One branch beside the stream. */
    private record Branch(Layer norm, Layer body, Modulation modulation, int index, Form form, double position)
            implements Layer {
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            if (form.order == Order.NORM_AFTER) {
                return norm.forward(Ops.add(x, added(body.forward(x, pass), pass)), pass);
            }
            Tensor normal = norm.forward(x, pass);
            if (modulation == null) {
                return Ops.add(x, added(body.forward(normal, pass), pass));
            }
            Tensor branch = body.forward(modulation.modulated(normal, index, pass), pass);
            return Ops.add(x, added(modulation.gated(branch, index, pass), pass));
        }

        /** What a branch has computed, as it joins the stream. */
        private Tensor added(Tensor branch, Pass pass) {
            Tensor dropped = form.dropout ? NoiseOps.dropout(branch, pass.dropout()) : branch;
            return NoiseOps.dropConnect(dropped, pass.dropConnect() * position);
        }
    }
}
