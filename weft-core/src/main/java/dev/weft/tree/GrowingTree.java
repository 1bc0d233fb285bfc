package dev.weft.tree;

import dev.weft.recipe.SplitSettings;
import dev.weft.run.RunFolder;
import java.util.List;

/** How far a tree in a run folder is; what changes is in {@value TreeRecord#FILE} before anybody goes on. */
final class GrowingTree {
    private final RunFolder run;
    private TreeRecord record;

    /** The tree that the folder has, or one of which nothing has grown yet. */
    GrowingTree(RunFolder run, SplitSettings split, int epochs) {
        this.run = run;
        this.record = TreeRecord.of(run.path()).orElseGet(() -> TreeRecord.begin(epochs, split.end(0, epochs)));
    }

    TreeRecord record() {
        return record;
    }

    TreeRecord.Node node(String name) {
        return record.node(name);
    }

    /** Keeps what became of a supernet. */
    void keep(TreeRecord.Node changed) {
        record = record.with(changed);
        record.write(run.path());
    }

    /** Keeps a supernet that split, and its children, at once. */
    void keep(TreeRecord.Node split, List<TreeRecord.Node> children) {
        record = record.with(split).with(children);
        record.write(run.path());
    }

    /** How many supernets have split, or stayed whole where they might have. */
    int splits() {
        return (int)
                record.nodes().stream().filter(node -> node.split() != null).count();
    }

    /** The supernets of a level, from 0. */
    List<TreeRecord.Node> level(int level) {
        return record.nodes().stream().filter(node -> depth(node) == level).toList();
    }

    static int depth(TreeRecord.Node node) {
        return node.parent().isEmpty() ? 0 : node.name().split("-").length;
    }
}
