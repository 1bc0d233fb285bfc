package dev.weft.weight.tree;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.InputException;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weights;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Members share weights only with those of their leaf: the leaves of a tree of supernets part the space (few-shot NAS, Zhao et al.
 * 2021; gradient matching, Hu et al. 2022).
 *
 * @param leaves that every member belongs to one of
 * @param sharing how the members of a leaf share beyond slices; may be empty
 */
public record Tree(
        List<Leaf> leaves,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Sharing> sharing) implements Sharing {
    /**
     * Some members, by the options that they may pick.
     *
     * @param options as they print, by choice; choices that are absent keep all of theirs
     */
    public record Leaf(String name, Map<String, List<String>> options) {
        public Leaf {
            if (name == null || !name.matches("[A-Za-z0-9_-]+") || options == null) {
                throw new InputException(
                        "A leaf must have options and a name of letters, digits, '-' and '_', but got name=" + name
                                + ", options=" + options + ".");
            }
            Map<String, List<String>> copy = new LinkedHashMap<>();
            options.forEach((choice, left) -> copy.put(choice, List.copyOf(left)));
            options = Collections.unmodifiableMap(copy);
        }
    }

    public Tree {
        leaves = leaves == null ? List.of() : List.copyOf(leaves);
        sharing = sharing == null ? List.of() : List.copyOf(sharing);
        if (leaves.isEmpty() || leaves.stream().map(Leaf::name).distinct().count() != leaves.size()) {
            throw new InputException("A tree must have leaves, each with a name of its own, but got "
                    + leaves.stream().map(Leaf::name).toList() + ".");
        }
        Sharing.requireOrder(sharing);
        if (sharing.stream().anyMatch(Tree.class::isInstance)) {
            throw new InputException("The leaves of a tree must not be trees: list the leaves of both as one tree.");
        }
    }

    @Override
    public boolean keepsNames() {
        return false;
    }

    @Override
    public void requirePlace(List<Sharing> all, int place) {
        if (all.size() > 1) {
            throw new InputException("sharing must list a tree alone, but got " + all
                    + ". List what its leaves share under sharing of the tree.");
        }
    }

    @Override
    public TreeWeights over(Weights source, Space space) {
        return new TreeWeights(source, this, space);
    }
}
