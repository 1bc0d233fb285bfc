package dev.weft.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ConflictMapTest {
    private static final Dataset DATA = ToyModel.data(24, 3);

    private static ConflictMap map(Family family, List<Member> members, Batches data, int batches) {
        return ConflictMap.of(family, members, data, batches, done -> {});
    }

    /** Equal probabilities at the start, so the sign alone turns the gradient round. */
    @Test
    void membersThatWantTheOppositeHaveCosineMinusOne() {
        ToyModel toy = new ToyModel(List.of(-1, 1), 2, 2, 0);
        try (Family family = Family.of(toy, 1)) {
            List<Member> members = family.space().enumerate(8); // sign slowest, then edge0, then edge1
            ConflictMap map = map(family, members, DATA.batches(8, 1), 2);
            assertThat(map.layers()).containsExactly("edge0.op0", "edge0.op1", "edge1.op0", "edge1.op1");
            assertThat(map.batches()).isEqualTo(2);
            assertThat(map.cosine(ConflictMap.WHOLE, 0, 4)).isCloseTo(-1, within(1e-6));
            assertThat(map.cosine("edge0.op0", 0, 5)).as("edge1 differs").isCloseTo(-1, within(1e-6));
            assertThat(map.cosine("edge0.op0", 0, 1)).isCloseTo(1, within(1e-6));
            assertThat(map.cosine("edge1.op0", 0, 1)).as("not shared").isNaN();
            assertThat(map.cosine(ConflictMap.WHOLE, 0, 3))
                    .as("nothing is shared")
                    .isNaN();
            assertThat(map.spread(ConflictMap.WHOLE, 0, 4)).isCloseTo(0, within(1e-6));
            assertThat(map.lowestCosine("edge0.op0")).isCloseTo(-1, within(1e-6));

            // edge0.op0 is used by 4 members: 2 pairs agree in sign, 4 do not
            ChoiceConflict sign = map.conflict(family.space(), toy.sign(), "edge0.op0");
            assertThat(sign.agree()).isCloseTo(1, within(1e-6));
            assertThat(sign.differ()).isCloseTo(-1, within(1e-6));
            assertThat(sign.gap()).isCloseTo(2, within(1e-6));
            assertThat(sign.standardError()).isCloseTo(0, within(1e-6));
            assertThat(sign.options()).singleElement().satisfies(options -> {
                assertThat(options.first()).isEqualTo("-1");
                assertThat(options.second()).isEqualTo("1");
                assertThat(options.pairs()).isEqualTo(4);
                assertThat(options.cosine()).isCloseTo(-1, within(1e-6));
            });
            assertThat(map.meanCosine("edge0.op0")).isCloseTo((2 - 4) / 6.0, within(1e-6));
            ChoiceConflict edge = map.conflict(family.space(), toy.edge(1), "edge0.op0");
            assertThat(edge.agree()).as("2 pairs, of other signs").isCloseTo(-1, within(1e-6));
            assertThat(edge.differ()).as("4 pairs, 2 of other signs").isCloseTo(0, within(1e-6));
            assertThat(map.conflict(family.space(), toy.edge(0), "edge0.op0").differ())
                    .isNaN();
        }
    }

    /** Two members, two tensors a layer; every number by hand. */
    @Test
    void cosineIsOverTheTensorsThatBothUseWithZerosOutsideTheSlice() {
        Space space = new ToyModel(List.of(-1, 1), 1, 1, 0).space();
        ConflictMap map = new ConflictMap(space.enumerate(2), List.of("conv", "head"));
        Map<String, String> layers = Map.of("conv.weight", "conv", "conv.bias", "conv", "head.weight", "head");
        map.add(
                layers,
                List.of(
                        Map.of("conv.weight", of(3, 4, 0, 0), "conv.bias", of(5)), // a slice; the bias is not shared
                        Map.of("conv.weight", of(3, 0, 4, 0), "head.weight", of(1))));
        assertThat(map.cosine("conv", 0, 1)).isCloseTo(9 / 25.0, within(1e-9));
        assertThat(map.cosine("head", 0, 1)).isNaN();
        assertThat(map.cosine(ConflictMap.WHOLE, 0, 1)).isCloseTo(9 / 25.0, within(1e-9));
        assertThat(map.spread("conv", 0, 1)).isNaN();
        map.add(
                layers,
                List.of(
                        Map.of("conv.weight", of(1, 0, 0, 0), "head.weight", of(3)),
                        Map.of("conv.weight", of(-1, 0, 0, 0), "head.weight", of(0))));
        assertThat(map.cosine("conv", 0, 1)).isCloseTo((9 / 25.0 - 1) / 2, within(1e-9));
        assertThat(map.spread("conv", 0, 1)).isCloseTo((9 / 25.0 + 1) / Math.sqrt(2), within(1e-9));
        assertThat(map.norm(0)).isCloseTo((Math.sqrt(50) + Math.sqrt(10)) / 2, within(1e-6));
    }

    /** A gradient that is exactly zero has cosine 0 and not NaN. */
    @Test
    void zeroGradientHasCosineZero() {
        Space space = new ToyModel(List.of(-1, 1), 1, 1, 0).space();
        ConflictMap map = new ConflictMap(space.enumerate(2), List.of("conv"));
        map.add(
                Map.of("conv.weight", "conv"),
                List.of(Map.of("conv.weight", of(0, 0)), Map.of("conv.weight", of(1, 0))));
        assertThat(map.cosine("conv", 0, 1)).isZero();
    }

    private static Tensor of(float... values) {
        return Tensors.of(values, values.length);
    }

    /** A gap between agreeing and differing pairs that comes from one member alone is no gap: the jackknife says so. */
    @Test
    void standardErrorIsThatOfMembersAndNotOfPairs() {
        double[][] cosines = new double[6][6];
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                cosines[i][j] = i == 0 || j == 0 ? -1 : 0.5;
            }
        }
        double[] gap = new PairTable(cosines).difference((i, j) -> i % 2 == j % 2, (i, j) -> i % 2 != j % 2);
        assertThat(gap[0]).isCloseTo((-2 + 4 * 0.5) / 6 - (-3 + 6 * 0.5) / 9, within(1e-12));
        // without member 0 all are 0.5 and the gap is 0; without 2 or 4: -1/4·… by hand
        double even = (-1 + 3 * 0.5) / 4 - (-3 + 3 * 0.5) / 6; // 2 or 4 left out
        double odd = (-2 + 2 * 0.5) / 4 - (-2 + 4 * 0.5) / 6; // 1, 3 or 5 left out
        double mean = (0 + 2 * even + 3 * odd) / 6;
        double squares = mean * mean + 2 * Math.pow(even - mean, 2) + 3 * Math.pow(odd - mean, 2);
        assertThat(gap[1]).isCloseTo(Math.sqrt(squares * 5 / 6), within(1e-12));
    }

    @Test
    void sampledMembersAreDistinctAndHaveTheExtremes() {
        Space space = TinyModels.mobileCnn().space();
        List<Member> members = ConflictMap.sample(space, 6, 1);
        assertThat(members).hasSize(6).doesNotHaveDuplicates().startsWith(space.smallest(), space.largest());
        assertThat(ConflictMap.sample(space, 6, 1)).isEqualTo(members);
        assertThat(ConflictMap.sample(new ToyModel(List.of(-1, 1), 1, 2, 0).space(), 50, 1))
                .hasSize(4);
        assertThatThrownBy(() -> ConflictMap.sample(space, 1, 1)).hasMessageContaining("2 or more members, but got 1");
    }

    @Test
    void choiceThatMeansNothingToAMemberIsNotCounted() {
        Choice<Integer> depth = Choice.of("depth", 1, 2);
        Choice<Integer> kernel = Choice.of("kernel", 3, 5).activeWhen("depth", 2);
        Space space = new Space("deep", List.of(depth, kernel));
        List<Member> members = List.of(
                space.canonical(space.largest().with(depth, depth.smallest())),
                space.largest(),
                space.canonical(space.largest().with(kernel, kernel.smallest())));
        double[][] cosines = {{1, 0.1, 0.2}, {0.1, 1, 0.3}, {0.2, 0.3, 1}};
        ChoiceConflict found = ChoiceConflict.of(space, kernel, "conv", members, new PairTable(cosines));
        assertThat(found.differ()).isEqualTo(0.3);
        assertThat(found.agree()).isNaN();
    }

    @Test
    void nothingOfTheFamilyChangesAndTheSameSeedGivesTheSameNumbers() {
        ModelDefinition model = TinyModels.convNet();
        Dataset data = images(model);
        try (Family family = Family.of(model, 3)) {
            List<Member> members = ConflictMap.sample(family.space(), 4, 1);
            FrozenFamily untouched = FrozenFamily.of(family, () -> {});
            List<ConflictMap> maps = new ArrayList<>();
            assertThat(FrozenFamily.of(family, () -> {
                        maps.add(map(family, members, data.batches(8, 1), 2));
                        maps.add(map(family, members, data.batches(8, 1), 2));
                    }))
                    .isEqualTo(untouched);
            for (String layer : maps.get(0).layers()) {
                assertThat(maps.get(0).cosine(layer, 0, 3))
                        .as(layer)
                        .isEqualTo(maps.get(1).cosine(layer, 0, 3));
                assertThat(maps.get(0).cosine(layer, 3, 0))
                        .as(layer)
                        .isEqualTo(maps.get(0).cosine(layer, 0, 3));
                assertThat(maps.get(0).cosine(layer, 2, 2)).isCloseTo(1, within(1e-9));
            }
        }
    }

    static Dataset images(ModelDefinition model) {
        byte[] pixels = new byte[24 * 3 * 16 * 16];
        new java.util.SplittableRandom(5).nextBytes(pixels);
        return dev.weft.data.InMemoryImages.of(
                "noise",
                List.of("a", "b", "c"),
                3,
                16,
                16,
                pixels,
                java.util.stream.IntStream.range(0, 24).map(i -> i % 3).toArray(),
                java.util.stream.IntStream.range(0, 24)
                        .mapToObj(String::valueOf)
                        .toList());
    }

    /** A way of sharing that the family file does not know: every weight is read with its sign turned for negative members. */
    @Test
    void familyThatSharesInAWayOfItsOwnIsMeasuredInThatWay() {
        ToyModel plain = new ToyModel(List.of(1), 1, 1, 0);
        UnaryOperator<Weights> turned = source -> new WrappedWeights() {
            @Override
            public Weights source() {
                return source;
            }

            @Override
            public Weight weight(String name, Init init, Axis... axes) {
                Weight stored = source.weight(name, init, axes);
                return new Weight() {
                    @Override
                    public Tensor tensor(Reading reading) {
                        Tensor tensor = stored.tensor(reading);
                        return reading.member().context().containsKey("turned") ? tensor.neg() : tensor;
                    }

                    @Override
                    public List<Integer> shape(Member member) {
                        return stored.shape(member);
                    }
                };
            }
        };
        try (Family family = Family.of(plain, 1, turned)) {
            Member member = family.space().largest();
            ConflictMap map = map(family, List.of(member, member.withContext("turned", "yes")), DATA.batches(8, 1), 1);
            assertThat(map.cosine(ConflictMap.WHOLE, 0, 1)).isCloseTo(-1, within(1e-6));
        }
    }

    @Test
    void oneBackwardPassAMemberAndBatch() {
        List<Long> done = new ArrayList<>();
        try (Family family = Family.of(new ToyModel(List.of(-1, 1), 2, 2, 1), 1)) {
            ConflictMap.of(family, family.space().enumerate(8), DATA.batches(8, 1), 3, done::add);
        }
        assertThat(done).hasSize(24).endsWith(24L);
    }

    @Test
    void refusesOneMemberNoBatchAndABlend() {
        ToyModel toy = new ToyModel(List.of(-1, 1), 1, 1, 0);
        try (Family family = Family.of(toy, 1)) {
            List<Member> members = family.space().enumerate(2);
            assertThatThrownBy(() -> map(family, members.subList(0, 1), DATA.batches(8, 1), 1))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("A conflict map must have 2 or more members, but has 1.");
            assertThatThrownBy(() -> map(family, members, DATA.batches(8, 1), 0))
                    .hasMessageContaining("batches");
        }
        try (Family blended = Family.of(
                toy,
                1,
                List.of(new Blend(new SimplexMap.Dirichlet(), Blend.Norm.MASKED, Blend.Ownership.ENTANGLED, 1)))) {
            List<Member> members = blended.space().enumerate(2);
            assertThatThrownBy(() -> map(
                            blended,
                            List.of(members.get(0), BlendedWeights.blend(members.get(1), 1)),
                            DATA.batches(8, 1),
                            1))
                    .hasMessageContaining("is a mixture of them");
        }
    }
}
