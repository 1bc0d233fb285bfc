package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.nn.Initialisation;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.tree.Tree;
import dev.weft.weight.tree.TreeWeights;
import java.math.BigInteger;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Parts of spaces, and trees of them; check 6 of gradient matching (Hu et al. 2022): leaves part the space. */
class SubspaceTest {
    private static final List<String> OPERATIONS =
            List.of("none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3");

    /** All 15,625 cells, also those that are not connected. */
    private static ModelDefinition cells() {
        return new CellNetwork(
                TinyModels.input(1, 8),
                8,
                4,
                2,
                1,
                Collections.nCopies(6, CellOperation.NAS_BENCH_201),
                false,
                CellNetwork.Affine.NOWHERE,
                false,
                Initialisation.UNIFORM_FAN_IN);
    }

    private static int size(Map<String, List<String>> options) {
        return new Subspace(cells(), options).space().count().intValueExact();
    }

    @Test
    void leavesHaveTheMembersOfTheirOptions() {
        assertThat(size(Map.of("edge2-1", OPERATIONS.subList(0, 2)))).isEqualTo(6_250);
        assertThat(size(Map.of("edge2-1", OPERATIONS.subList(2, 5)))).isEqualTo(9_375);
        OPERATIONS.forEach(operation ->
                assertThat(size(Map.of("edge1-0", List.of(operation)))).isEqualTo(3_125));
    }

    @Test
    void everyMemberOfATreeIsOfOneLeaf() {
        List<Tree.Leaf> leaves = List.of(
                leaf("0-0", Map.of("edge2-1", OPERATIONS.subList(0, 2), "edge3-0", List.of("none", "nor_conv_3x3"))),
                leaf("0-1", Map.of("edge2-1", OPERATIONS.subList(0, 2), "edge3-0", OPERATIONS.subList(1, 4))),
                leaf("1-0", Map.of("edge2-1", OPERATIONS.subList(2, 5), "edge1-0", OPERATIONS.subList(0, 3))),
                leaf("1-1", Map.of("edge2-1", OPERATIONS.subList(2, 5), "edge1-0", OPERATIONS.subList(3, 5))));
        try (Family family = Family.ofShapes(cells(), List.of(new Tree(leaves, List.of())))) {
            TreeWeights tree = family.strategy(TreeWeights.class).orElseThrow();
            Set<Member> all = new HashSet<>();
            for (Tree.Leaf leaf : leaves) {
                List<Member> members = tree.space(leaf.name()).enumerate(20_000);
                assertThat(members)
                        .allSatisfy(member -> assertThat(family.leaf(member)).contains(leaf.name()));
                assertThat(Collections.disjoint(all, members)).isTrue();
                all.addAll(members);
            }
            assertThat(all).hasSize(15_625).containsAll(family.space().enumerate(20_000));
        }
    }

    private static Tree.Leaf leaf(String name, Map<String, List<String>> options) {
        return new Tree.Leaf(name, options);
    }

    @Test
    void leavesThatDoNotPartTheSpaceAreRefused() {
        Map<String, List<String>> two = Map.of("edge2-1", OPERATIONS.subList(0, 2));
        assertThatThrownBy(() -> tree(leaf("a", two), leaf("b", Map.of("edge2-1", OPERATIONS.subList(1, 5)))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("one leaf of a tree, but some are of both a and b");
        assertThatThrownBy(() -> tree(leaf("a", two), leaf("b", Map.of("edge2-1", OPERATIONS.subList(3, 5)))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("leaves [a, b] have 12500 of 15625 members");
        assertThatThrownBy(() -> tree(leaf("a", two), leaf("a", two)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a name of its own");
        assertThatThrownBy(() -> new Tree.Leaf("a.b", two)).isInstanceOf(InputException.class);
    }

    private static void tree(Tree.Leaf... leaves) {
        Family.ofShapes(cells(), List.of(new Tree(List.of(leaves), List.of()))).close();
    }

    @Test
    void membersOfAPartAreMembersOfTheWhole() {
        ModelDefinition whole = TinyModels.mobileCnn();
        Choice<?> choice = whole.space().choices().get(0);
        String first = choice.smallest().toString();
        Subspace part = new Subspace(whole, Map.of(choice.name(), List.of(first)));
        assertThat(part.choices()).hasSameSizeAs(whole.space().choices());
        assertThat(part.space().largest()).isEqualTo(whole.space().largest().with(choice, choice.smallest()));
        assertThat(part.at(part.space().largest()))
                .isEqualTo(whole.at(part.space().largest()));
        try (Family large = Family.ofShapes(whole);
                Family small = Family.ofShapes(part)) {
            assertThat(small.weights().tensors().keySet())
                    .isEqualTo(large.weights().tensors().keySet());
            small.weights().tensors().forEach((name, tensor) -> assertThat(tensor.shape())
                    .isEqualTo(large.weights().tensors().get(name).shape()));
        }
    }

    /** A block that the smallest depth does not have: its first option stands for "not there". */
    @Test
    void conditionalChoiceWithoutItsFirstOptionMustMeanSomething() {
        Space space = TinyModels.visionTransformer().space();
        Choice<?> conditional = space.choices().stream()
                .filter(Choice::isConditional)
                .findFirst()
                .orElseThrow();
        Map<String, List<String>> first =
                Map.of(conditional.name(), List.of(conditional.smallest().toString()));
        List<String> others =
                conditional.options().stream().skip(1).map(Object::toString).toList();
        Space with = space.within(Map.of(conditional.name(), others));
        assertThat(with.sample(new java.util.SplittableRandom(1)).options().get(conditional.controller()))
                .isInstanceOfSatisfying(
                        Integer.class, depth -> assertThat(depth).isGreaterThanOrEqualTo(conditional.activeFrom()));
        BigInteger sum = space.within(first).count().add(with.count());
        assertThat(sum).isEqualTo(space.count());
        for (int seed = 0; seed < 50; seed++) {
            assertThat(space.contains(with.sample(new java.util.SplittableRandom(seed))))
                    .isTrue();
        }
    }

    @Test
    void readsBackAndComplains() {
        Map<String, List<String>> options = new LinkedHashMap<>();
        options.put("edge2-1", List.of("none", "nor_conv_3x3"));
        ModelDefinition part = new Subspace(cells(), options);
        assertThat(Json.parse(Json.write(part), "test", ModelDefinition.class)).isEqualTo(part);
        assertThatThrownBy(() -> new Subspace(cells(), Map.of("edge2-1", List.of("none", "conv"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("edge2-1 must be one of");
        assertThatThrownBy(() -> new Subspace(cells(), Map.of("edge9-1", List.of("none"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"edge9-1\" is not a choice");
        assertThatThrownBy(() -> new Subspace(cells(), Map.of("edge2-1", List.of())))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must leave an option");
    }
}
