package dev.weft.weight;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.space.Space;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import dev.weft.weight.generator.MemberGenerator;
import dev.weft.weight.kernel.KernelTransforms;
import dev.weft.weight.lowrank.LowRank;
import dev.weft.weight.tree.Tree;
import java.util.List;

/**
 * How the members of a family share weights beyond slices: a strategy's settings, as data. A recipe and a family file list them;
 * each wraps those before it. An empty list is slices alone.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Blend.class, name = "blend"),
    @JsonSubTypes.Type(value = MemberGenerator.class, name = "generator"),
    @JsonSubTypes.Type(value = Experts.class, name = "experts"),
    @JsonSubTypes.Type(value = LowRank.class, name = "low-rank"),
    @JsonSubTypes.Type(value = KernelTransforms.class, name = "kernel-transforms"),
    @JsonSubTypes.Type(value = Tree.class, name = "tree")
})
public interface Sharing {
    /** The strategy, over another that gives it stored tensors. */
    Weights over(Weights source, Space space);

    /**
     * Checks that a list can be wrapped one by one: a tree or a generator alone; or a blend, then one kind that reads the member, either of which may be absent.
     *
     * @throws InputException when it cannot. A router inside a blend would be asked for the largest member, whatever is mixed; and
     *     two kinds that read the member would share each other's routers
     */
    static void requireOrder(List<Sharing> sharing) {
        if (sharing.size() > 1 && sharing.stream().anyMatch(Tree.class::isInstance)) {
            throw new InputException("sharing must list a tree alone, but got " + sharing
                    + ". List what its leaves share under sharing of the tree.");
        }
        if (sharing.size() > 1 && sharing.stream().anyMatch(MemberGenerator.class::isInstance)) {
            throw new InputException(
                    "sharing must list a generator alone: it masks what members have in common, but got " + sharing
                            + ". Leave the others out.");
        }
        long blends = sharing.stream().filter(Blend.class::isInstance).count();
        if (blends == 1 && sharing.stream().anyMatch(KernelTransforms.class::isInstance)) {
            throw new InputException(
                    "sharing must not list a blend and kernel transforms, for a blend mixes the slices of"
                            + " one kernel, but got " + sharing + ". Leave one of them out.");
        }
        if (blends > 1 || sharing.size() - blends > 1) {
            throw new InputException(
                    "sharing must list at most one blend, and then experts, a low-rank part or kernel transforms once, but got "
                            + sharing + ". To share more weights in one way, widen its pattern.");
        }
        if (blends == 1 && !(sharing.get(0) instanceof Blend)) {
            throw new InputException("sharing must list the blend first, so that routers read what is mixed. "
                    + "Put kind: blend before the others.");
        }
        if (sharing.size() == 2
                && ((Blend) sharing.get(0)).weights() == Blend.Ownership.SEPARATE
                && sharing.get(1) instanceof Experts experts
                && !(experts.start() instanceof ExpertStart.Independent)) {
            throw new InputException("Experts of separate weights must start independently, because no one weight is"
                    + " copied, but got start=" + experts.start() + ". Use start: {kind: independent}.");
        }
    }
}
