package dev.weft.model;

import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The choices of a transformer that is elastic as AutoFormer is (Chen et al. 2021): embedding width and depth for the whole net, heads
 * and MLP ratio per block. Those of a block that not every member runs mean something only while the depth reaches it.
 *
 * @param heads the options of each block
 * @param ratios the options of each block
 */
record TransformerChoices(
        List<Integer> widths, List<Integer> depths, List<List<Integer>> heads, List<List<Double>> ratios) {
    Choice<Integer> embedDim() {
        return new Choice<>("embedDim", widths);
    }

    Choice<Integer> depth() {
        return new Choice<>("depth", depths);
    }

    Choice<Integer> numHeads(int b) {
        return ofBlock(b, new Choice<>("block" + (b + 1) + ".numHeads", heads.get(b)));
    }

    Choice<Double> mlpRatio(int b) {
        return ofBlock(b, new Choice<>("block" + (b + 1) + ".mlpRatio", ratios.get(b)));
    }

    private <T> Choice<T> ofBlock(int b, Choice<T> choice) {
        return b < depths.get(0) ? choice : choice.activeWhen("depth", b + 1);
    }

    /** The choices with more than one option. */
    List<Choice<?>> elastic() {
        List<Choice<?>> all = new ArrayList<>(List.of(embedDim(), depth()));
        for (int b = 0; b < heads.size(); b++) {
            all.add(numHeads(b));
            all.add(mlpRatio(b));
        }
        return all.stream().filter(choice -> choice.options().size() > 1).toList();
    }

    /** The blocks that a member runs, each with the one option it picks. */
    <B> List<B> blocks(Member member, BiFunction<List<Integer>, List<Double>, B> block) {
        List<B> fixed = new ArrayList<>();
        for (int b = 0; b < member.value(depth()); b++) {
            fixed.add(block.apply(List.of(member.value(numHeads(b))), List.of(member.value(mlpRatio(b)))));
        }
        return fixed;
    }
}
