package dev.weft.lab.gm;

import dev.weft.data.Splits;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.Evaluation;
import dev.weft.tree.TreeRecord;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a search by single paths takes: the most accurate of so many random members of each leaf, with inherited weights and the
 * statistics of each batch, as the published single-path code measures them. A kept document.
 *
 * @param cell as the benchmark writes it
 * @param leaf empty in a supernet that stayed whole
 * @param accuracy on the selection split, in percent
 * @param candidates of all leaves
 */
record SelectedMember(String cell, String leaf, double accuracy, int candidates) {
    private static final int LEAVES = 4;

    /**
     * @param tree empty for a supernet that stayed whole, of which as many members are looked at as of a tree of four leaves
     * @param count of each leaf; fewer where it has fewer
     * @param each called before each candidate; ends the work by what it throws
     */
    static SelectedMember of(
            Family family, Optional<TreeRecord> tree, Splits splits, int count, long seed, Consumer<Integer> each) {
        Space space = family.space();
        List<Space> parts = tree.map(t -> t.leaves().stream()
                        .map(leaf -> space.within(leaf.options()))
                        .toList())
                .orElse(List.of(space));
        SelectedMember best = null;
        int done = 0;
        for (int i = 0; i < parts.size(); i++) {
            String leaf = tree.isPresent() ? tree.get().leaves().get(i).name() : "";
            for (Member member : drawn(parts.get(i), tree.isPresent() ? count : LEAVES * count, seed, i)) {
                each.accept(done++);
                double accuracy =
                        100 * Evaluation.accuracy(family, member, BatchStatistics.INSTANCE, splits.selection());
                if (best == null || accuracy > best.accuracy()) {
                    best = new SelectedMember(space.print(member), leaf, accuracy, 0);
                }
            }
        }
        return new SelectedMember(best.cell(), best.leaf(), best.accuracy(), done);
    }

    private static List<Member> drawn(Space part, int count, long seed, int leaf) {
        SplittableRandom random = RandomStream.EXPERIMENT.random(seed, leaf);
        return Stream.generate(() -> part.sample(random))
                .limit(100L * count)
                .distinct()
                .limit(count)
                .toList();
    }
}
