package dev.weft.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExpectedCostTest {
    static List<ModelDefinition> definitions() {
        return Stream.concat(
                        CountedCostsTest.definitions().stream(),
                        Stream.of(TinyModels.entangledCells(), TinyModels.cellStack()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void equalsTheExactCostOfEveryMember(ModelDefinition definition) {
        Space space = definition.space();
        try (CountedCosts exact = new CountedCosts(definition)) {
            Map<String, ExpectedCost> costs = ExpectedCost.of(FamilyDefinition.of(definition));
            assertThat(costs.keySet()).containsExactlyElementsOf(MemberCosts.METRICS);
            SplittableRandom random = new SplittableRandom(8); // other members than those the tables are checked on
            List<Member> members = Stream.concat(
                            Stream.of(space.largest(), space.smallest()), Stream.generate(() -> space.sample(random)))
                    .limit(80)
                    .toList();
            for (Member member : members) {
                costs.forEach((metric, cost) -> {
                    double counted = exact.of(member).value(metric);
                    assertThat(cost.exact(member)).as(metric + " of " + member).isEqualTo(counted);
                    try (PointerScope scope = new PointerScope()) {
                        double expected =
                                cost.expected(choice -> oneHot(choice, member)).item_double();
                        assertThat(expected)
                                .as(metric + " of one-hot " + member)
                                .isCloseTo(counted, within(1e-6 * counted));
                    }
                });
            }
        }
    }

    @Test
    void isTheMeanOverAllMembersWeightedByHowLikelyTheyAre() {
        ModelDefinition definition = TinyModels.visionTransformer();
        Space space = definition.space();
        Map<String, ExpectedCost> costs = ExpectedCost.of(FamilyDefinition.of(definition));
        try (CountedCosts exact = new CountedCosts(definition)) {
            Map<String, List<Double>> likely = distributions(space, new SplittableRandom(3));
            Map<String, Double> mean = new LinkedHashMap<>();
            double[] total = new double[1];
            everyCombination(space, 0, new LinkedHashMap<>(), 1, likely, (member, probability) -> {
                MemberCosts counted = exact.of(space.canonical(member));
                MemberCosts.METRICS.forEach(m -> mean.merge(m, probability * counted.value(m), Double::sum));
                total[0] += probability;
            });
            assertThat(total[0]).isCloseTo(1, within(1e-9));
            try (PointerScope scope = new PointerScope()) {
                costs.forEach((metric, cost) -> assertThat(cost.expected(choice -> tensor(likely.get(choice.name())))
                                .item_double())
                        .as(metric)
                        .isCloseTo(mean.get(metric), within(1e-6 * mean.get(metric))));
            }
        }
    }

    /** Also of choices that mean something only in deeper members. */
    @Test
    void gradientIsTheSlopeOfTheExpectedCost() {
        ModelDefinition definition = TinyModels.visionTransformer();
        Space space = definition.space();
        ExpectedCost cost = ExpectedCost.of(FamilyDefinition.of(definition)).get("macs");
        Map<String, List<Double>> likely = distributions(space, new SplittableRandom(4));
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            likely.forEach((name, p) -> leaves.put(name, tensor(p).set_requires_grad(true)));
            cost.expected(choice -> leaves.get(choice.name())).backward();
            for (Choice<?> choice : space.choices()) {
                float[] gradient = Tensors.floats(leaves.get(choice.name()).grad());
                assertThat(gradient[gradient.length - 1]).as(choice.name()).isGreaterThan(gradient[0]);
                for (int option = 0; option < gradient.length; option++) {
                    double slope =
                            (moved(cost, likely, choice, option, 0.5) - moved(cost, likely, choice, option, -0.5));
                    assertThat((double) gradient[option])
                            .as(choice.name() + " " + option)
                            .isCloseTo(slope, within(1e-4 * slope + 1e-6 * moved(cost, likely, choice, option, 0)));
                }
            }
        }
    }

    private static double moved(
            ExpectedCost cost, Map<String, List<Double>> likely, Choice<?> moved, int option, double by) {
        Map<String, List<Double>> other = new LinkedHashMap<>(likely);
        List<Double> p = new ArrayList<>(likely.get(moved.name()));
        p.set(option, p.get(option) + by);
        other.put(moved.name(), p);
        return cost.expected(choice -> tensor(other.get(choice.name()))).item_double();
    }

    @Test
    void choiceOfABlockThatDoesNotRunCostsNothing() {
        ModelDefinition definition = TinyModels.visionTransformer();
        ExpectedCost cost = ExpectedCost.of(FamilyDefinition.of(definition)).get("params");
        Member shallow = definition.space().smallest();
        Choice<?> heads = choice(definition.space(), "block4.numHeads");
        assertThat(cost.exact(shallow.with(heads, heads.largest()))).isEqualTo(cost.exact(shallow));
        Member deep = shallow.with(choice(definition.space(), "depth"), 4);
        assertThat(cost.exact(deep.with(heads, heads.largest()))).isGreaterThan(cost.exact(deep));
    }

    @Test
    void plainModelHasOneCost() {
        ModelDefinition definition = TinyModels.mobileCnn();
        definition = definition.at(definition.space().largest());
        try (PointerScope scope = new PointerScope();
                CountedCosts exact = new CountedCosts(definition)) {
            ExpectedCost cost = ExpectedCost.of(FamilyDefinition.of(definition)).get("macs");
            assertThat(cost.exact(Member.PLAIN))
                    .isEqualTo(exact.of(Member.PLAIN).macs());
            assertThat(cost.expected(choice -> null).item_double())
                    .isEqualTo(exact.of(Member.PLAIN).macs());
        }
    }

    private static final Choice<Integer> A = Choice.of("a", 1, 2, 3);
    private static final Choice<Integer> B = Choice.of("b", 1, 2, 5);

    /** At the largest member, b = 5, a changes nothing: only members with a smaller b show that it matters. */
    @Test
    void dependenceThatTheLargestMemberHidesIsFound() {
        Space space = new Space("hidden", List.of(A, B));
        Function<Member, Long> macs = member -> (long) Math.max(member.value(A), member.value(B));
        ExpectedCost cost = ExpectedCost.of(space, member -> Map.of("t", new MemberCosts(0, macs.apply(member), 0)))
                .get("macs");
        for (Member member : space.enumerate(9)) {
            assertThat(cost.exact(member))
                    .as(member.toString())
                    .isEqualTo(macs.apply(member).doubleValue());
        }
    }

    /** Which term a member has, and how much of it, hangs on all choices at once. */
    @Test
    void costThatDoesNotShowInSingleChangesIsRefused() {
        List<Choice<?>> choices = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            choices.add(Choice.of("c" + i, 0, 1));
        }
        Space space = new Space("rugged", choices);
        Function<Member, Map<String, MemberCosts>> terms = member -> {
            int hash = new SplittableRandom(member.toString().hashCode()).nextInt(12);
            return Map.of("t" + hash, new MemberCosts(0, 1 + hash, 0));
        };
        assertThatThrownBy(() -> ExpectedCost.of(space, terms))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The macs of space \"rugged\" must be a sum of terms")
                .hasMessageContaining("c0=");
    }

    @Test
    void termOfTooManyChoicesIsRefused() {
        List<Choice<?>> choices = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            choices.add(Choice.of("c" + i, 1, 2));
        }
        Space space = new Space("tangled", choices);
        assertThatThrownBy(() -> ExpectedCost.of(
                        space,
                        member -> Map.of(
                                "all",
                                new MemberCosts(
                                        0,
                                        member.options().values().stream()
                                                .mapToLong(option -> (Integer) option)
                                                .reduce(1, (a, b) -> a * b),
                                        0))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("all depends on [c0, c1, ")
                .hasMessageContaining("65536 combinations");
    }

    @Test
    void distributionOfAnotherShapeIsRefused() {
        ExpectedCost cost =
                ExpectedCost.of(FamilyDefinition.of(TinyModels.mobileCnn())).get("macs");
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> cost.expected(choice -> tensor(List.of(0.25, 0.25, 0.25, 0.25))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must have shape [")
                    .hasMessageContaining("but has [4]");
        }
    }

    /** Every combination, also those that are no canonical member, and how likely it is. */
    private interface Combination {
        void accept(Member member, double probability);
    }

    private static void everyCombination(
            Space space,
            int index,
            Map<String, Object> picked,
            double probability,
            Map<String, List<Double>> likely,
            Combination body) {
        if (index == space.choices().size()) {
            body.accept(new Member(picked), probability);
            return;
        }
        Choice<?> choice = space.choices().get(index);
        for (int i = 0; i < choice.options().size(); i++) {
            picked.put(choice.name(), choice.options().get(i));
            everyCombination(
                    space,
                    index + 1,
                    picked,
                    probability * likely.get(choice.name()).get(i),
                    likely,
                    body);
        }
        picked.remove(choice.name());
    }

    static Map<String, List<Double>> distributions(Space space, RandomGenerator random) {
        Map<String, List<Double>> likely = new LinkedHashMap<>();
        for (Choice<?> choice : space.choices()) {
            List<Double> parts = choice.options().stream()
                    .map(option -> 0.1 + random.nextDouble())
                    .toList();
            double sum = parts.stream().mapToDouble(Double::doubleValue).sum();
            likely.put(choice.name(), parts.stream().map(p -> p / sum).toList());
        }
        return likely;
    }

    static Tensor tensor(List<Double> values) {
        return Tensor.create(values.stream().mapToDouble(Double::doubleValue).toArray(), values.size());
    }

    static Tensor oneHot(Choice<?> choice, Member member) {
        float[] hot = new float[choice.options().size()];
        hot[choice.options().indexOf(member.value(choice))] = 1;
        return Tensor.create(hot, hot.length);
    }

    static Choice<?> choice(Space space, String name) {
        return space.choices().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
