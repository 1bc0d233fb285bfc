package dev.weft.weight;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.experts.Experts;
import dev.weft.weight.generator.MemberGenerator;
import dev.weft.weight.kernel.KernelTransforms;
import dev.weft.weight.layers.TiedLayers;
import dev.weft.weight.lowrank.LowRank;
import dev.weft.weight.tree.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    @JsonSubTypes.Type(value = Tree.class, name = "tree"),
    @JsonSubTypes.Type(value = TiedLayers.class, name = "tied-layers")
})
public interface Sharing {
    /** The strategy, over another that gives it stored tensors. */
    Weights over(Weights source, Space space);

    /**
     * Choices of its own, which a family has beside those of its model: bits of a block, for instance. They are drawn, printed, searched
     * and kept like any other. Names must not be those of the model's choices.
     */
    default List<Choice<?>> choices(Outline model) {
        return List.of();
    }

    /**
     * What is left of this sharing in the stand-alone model of a member: packed codes, an adapter kept apart. Usually nothing, for a
     * member's weights are copied as it sees them. What remains must have no choices, and stand over nothing that goes.
     */
    default Optional<Sharing> remains(Member member) {
        return Optional.empty();
    }

    /**
     * How far a stand-alone model's output may lie from that of its member inside the family, as a part of the largest number of the output; 0 for
     * bit for bit.
     */
    default double tolerance() {
        return 0;
    }

    /** Whether a member may be a mixture of the slices of one stored tensor, so that there is no one slice to transform. */
    default boolean mixesSlices() {
        return false;
    }

    /** Whether networks of its own read the member. Two such kinds in one family would share each other's. */
    default boolean readsMember() {
        return false;
    }

    /** Whether every weight of the model is stored as one tensor under its own name. */
    default boolean keepsNames() {
        return true;
    }

    /** Whether members see the same under any order of a layer's hidden channels, so that these may be sorted while training. */
    default boolean keepsChannels() {
        return false;
    }

    /** Whether it has logits that a search by gradient trains, so that the members of a step are blends. */
    default boolean hasLogits() {
        return false;
    }

    /** Whether a network of its own makes members, which a sampler asks for and trains. */
    default boolean generatesMembers() {
        return false;
    }

    /** Whether the supernets of a tree may share weights so, each over its part of the members. */
    default boolean fitsTree() {
        return false;
    }

    /**
     * Checks that this kind can stand where it does.
     *
     * @param all the whole list; each wraps those before it
     * @param place of this one in it, from 0
     * @throws InputException when it cannot
     */
    default void requirePlace(List<Sharing> all, int place) {
        if (readsMember() && all.stream().filter(Sharing::readsMember).count() > 1) {
            throw new InputException("sharing must list one kind at most with networks of its own that read the member,"
                    + " but got " + all + ". To share more weights in one way, widen its pattern.");
        }
    }

    /**
     * Checks that a list can be wrapped one by one: each kind says what it may stand over.
     *
     * @throws InputException when it cannot
     */
    static void requireOrder(List<Sharing> all) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).requirePlace(all, i);
        }
    }

    /**
     * What a member's stand-alone model still has of some sharings: the last ones of the list.
     *
     * @throws IllegalStateException when one that goes stands over one that remains
     */
    static List<Sharing> remaining(List<Sharing> all, Member member) {
        List<Sharing> remaining = new ArrayList<>();
        for (Sharing each : all) {
            Optional<Sharing> left = each.remains(member);
            if (left.isEmpty() && !remaining.isEmpty()) {
                throw new IllegalStateException("What remains in a stand-alone model must be listed last, but " + each
                        + " follows " + remaining + ". List it before them.");
            }
            left.ifPresent(remaining::add);
        }
        return remaining;
    }

    /** The choices of a family: those of its model, then those of each sharing. */
    static Space space(List<Sharing> all, Outline model) {
        List<Choice<?>> choices = new ArrayList<>(model.space().choices());
        all.forEach(each -> choices.addAll(each.choices(model)));
        Space space = model.space();
        return choices.size() == space.choices().size()
                ? space
                : new Space(
                        space.name(), choices, space.constraints()); // the model's notation knows none of the others
    }
}
