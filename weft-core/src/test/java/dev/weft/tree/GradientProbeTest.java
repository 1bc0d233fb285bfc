package dev.weft.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.model.CellNetwork;
import dev.weft.model.CellOperation;
import dev.weft.model.ConvNet;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.nn.Initialisation;
import dev.weft.ops.Tensors;
import dev.weft.recipe.SplitSettings;
import dev.weft.recipe.SplitSettings.Distance;
import dev.weft.recipe.SplitSettings.Row;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.train.TinyTraining;
import dev.weft.weight.blend.SimplexMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks 1, 2, 9, 10 and 12 of gradient matching (Hu et al. 2022). */
class GradientProbeTest {
    static SplitSettings settings(Distance distance, Row row, int repeats) {
        return SplitSettings.builder(List.of(1))
                .repeats(repeats)
                .distance(distance)
                .row(row)
                .build();
    }

    private static List<Map<String, Tensor>> gradients(float[]... rows) {
        return Arrays.stream(rows)
                .map(row -> Map.of("w", Tensor.create(row, 2, row.length / 2)))
                .toList();
    }

    @Test
    void cosineDistanceIsOfDirections() {
        try (PointerScope scope = new PointerScope()) {
            float[] g = {3, -4, 1, 2};
            float[] h = {1, 1, 1, 0}; // at right angles
            float[] opposite = {-3, 4, -1, -2};
            float[] longer = {9, -12, 3, 6};
            float[] other = {1, 2, 3, 4};
            double[][] d = GradientProbe.distances(gradients(g, g, opposite, h, longer, other), Distance.COS);
            assertThat(d[0][1]).isCloseTo(0, within(1e-5));
            assertThat(d[0][2]).isCloseTo(2, within(1e-5));
            assertThat(d[0][3]).isCloseTo(1, within(1e-5));
            assertThat(d[4][5]).isCloseTo(d[0][5], within(1e-6)).isBetween(0.1, 1.9);
            for (int i = 0; i < d.length; i++) {
                for (int j = 0; j < d.length; j++) {
                    assertThat(d[i][j]).isEqualTo(d[j][i]);
                }
            }
        }
    }

    /** Filters (3, 4) and (0, 5), against (3, 4) and (5, 0): 0 and 1 apart, or 50 in squares. */
    @Test
    void otherDistancesAreByFilterAndBySquares() {
        try (PointerScope scope = new PointerScope()) {
            List<Map<String, Tensor>> two = gradients(new float[] {3, 4, 0, 5}, new float[] {3, 4, 5, 0});
            assertThat(GradientProbe.distances(two, Distance.PER_FILTER_COS)[0][1])
                    .isCloseTo(1, within(1e-5));
            assertThat(GradientProbe.distances(two, Distance.MSE)[0][1]).isCloseTo(50, within(1e-9));
            assertThat(GradientProbe.distances(two, Distance.COS)[0][1]).isCloseTo(0.5, within(1e-5));
            List<Map<String, Tensor>> vectors = List.of(
                    Map.of("b", Tensor.create(new float[] {1, 0}, 2)),
                    Map.of("b", Tensor.create(new float[] {0, 1}, 2)));
            assertThat(GradientProbe.distances(vectors, Distance.PER_FILTER_COS)[0][1])
                    .isZero();
        }
    }

    /** An option that cuts a weight off has no gradient there: 1 from every other, not a number that is not one. */
    @ParameterizedTest
    @EnumSource(
            value = Distance.class,
            names = {"COS"})
    void optionThatCutsAWeightOffIsAtRightAnglesToAll(Distance distance) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> none = new HashMap<>(Map.of("w", new Tensor()));
            Map<String, Tensor> some = Map.of("w", Tensor.create(new float[] {3, 4}, 1, 2));
            Map<String, Tensor> zeros = Map.of("w", Tensor.create(new float[] {0, 0}, 1, 2));
            double[][] d = GradientProbe.distances(List.of(none, some, zeros), distance);
            assertThat(d[0][1]).isEqualTo(1);
            assertThat(d[2][1]).isEqualTo(1);
            assertThat(d[0][2]).isEqualTo(1);
        }
    }

    @Test
    void probeChangesNothing() {
        try (Family family = Family.of(TinyModels.convNet(), 3)) {
            Choice<?> width = choice(family, "conv1.width");
            byte[] random = random();
            Map<String, List<Float>> before = values(family);
            double[][] distances = probe(family, 3).distances(width, width.options(), batches(family), 5);
            assertThat(distances[0][1]).isGreaterThan(1e-3);
            assertThat(values(family)).isEqualTo(before);
            assertThat(random()).isEqualTo(random);
            family.weights().tensors().values().forEach(tensor -> {
                assertThat(tensor.grad().defined()).isFalse();
                assertThat(tensor.requires_grad()).isTrue();
            });
        }
    }

    @Test
    void sameSeedGivesTheSameMatrixAndOptionsMayComeInAnyOrder() {
        try (Family family = Family.of(TinyModels.convNet(), 3)) {
            Choice<?> kernel = choice(family, "conv2.kernel");
            double[][] once = probe(family, 4).distances(kernel, List.of(3, 5, 7), batches(family), 5);
            assertThat(probe(family, 4).distances(kernel, List.of(3, 5, 7), batches(family), 5))
                    .isDeepEqualTo(once);
            double[][] permuted = probe(family, 4).distances(kernel, List.of(7, 3, 5), batches(family), 5);
            int[] place = {2, 0, 1};
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    assertThat(permuted[i][j]).isEqualTo(once[place[i]][place[j]]);
                }
            }
            assertThat(probe(family, 4).distances(kernel, List.of(3, 5, 7), batches(family), 6))
                    .isNotEqualTo(once);
        }
    }

    /** What a kernel of 3 holds of conv2 (8, 6, 7, 7) and its bias; conv1, and the layers after, are whole. */
    @Test
    void slicesAreComparedWhereEveryOptionReads() {
        ConvNet model = TinyModels.convNet();
        try (Family family = Family.of(model, 3)) {
            long all = family.weights().tensors().entrySet().stream()
                    .filter(entry -> !entry.getKey().startsWith("classifier"))
                    .mapToLong(entry -> entry.getValue().numel())
                    .sum();
            GradientProbe probe = probe(family, 1);
            assertThat(probe.comparedEntries(choice(family, "conv2.kernel"))).isEqualTo(all - 8 * 6 * (49 - 9));
            // A width of 4 instead of 6: filters and biases of conv1, and what conv2 reads of them.
            assertThat(probe.comparedEntries(choice(family, "conv1.width")))
                    .isEqualTo(all - 2 * (3 * 25 + 1) - 8 * 2 * 49);
        }
    }

    /** All that a wider kernel adds is zero, so its gradient at what all read is that of the narrow one. */
    @Test
    void optionsThatComputeTheSameAreNotApart() {
        try (Family family = Family.of(TinyModels.convNet(), 3)) {
            Tensor kernels = family.weights().tensors().get("conv2.weight");
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor narrow = kernels.narrow(2, 1, 5).narrow(3, 1, 5).clone();
                kernels.mul_(new Scalar(0));
                kernels.narrow(2, 1, 5).narrow(3, 1, 5).copy_(narrow);
                family.weights().tensors().get("classifier.weight").mul_(new Scalar(20)); // far above epsilon
            }
            Choice<?> kernel = choice(family, "conv2.kernel");
            double[][] d = probe(family, 3).distances(kernel, List.of(3, 5, 7), batches(family), 5);
            assertThat(d[1][2]).isCloseTo(0, within(1e-5));
            assertThat(d[0][1]).isGreaterThan(1e-2);
            assertThat(Partition.closest(d, 2, 1, false).groups()).isEqualTo(List.of(List.of(0), List.of(1, 2)));
        }
    }

    /** The rest is one that exists with every option; where none does, the message says so. */
    @Test
    void comparedMembersDifferInTheChoiceAlone() {
        try (Family family = Family.of(TinyModels.visionTransformer(), 3)) {
            Choice<?> conditional = family.space().choices().stream()
                    .filter(Choice::isConditional)
                    .findFirst()
                    .orElseThrow();
            SplittableRandom random = new SplittableRandom(2);
            List<Member> seen = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                List<Member> members = probe(family, 1).members(conditional, conditional.options(), random);
                for (int o = 0; o < members.size(); o++) {
                    Object option = conditional.options().get(o);
                    assertThat(members.get(o)).isEqualTo(members.get(0).with(conditional, option));
                    assertThat(family.space().contains(members.get(o))).isTrue();
                }
                seen.add(members.get(0));
            }
            assertThat(seen.stream().distinct().count()).isGreaterThan(5);
        }
    }

    private static Family cells(boolean blended) {
        return Family.of(
                TreeFixture.cells().withInput(TinyModels.input(1, 8)),
                3,
                blended ? TinyTraining.blended(new SimplexMap.Softmax()) : List.of());
    }

    /** What the members share in all cells: one edge has a 1×1 and a 3×3 convolution of 4 channels in the first stage and 8 in the second. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void operationsOfTheEdgeAreLeftOutInEveryCell(boolean blended) {
        try (Family family = cells(blended)) {
            long all = family.weights().tensors().entrySet().stream()
                    .filter(entry -> !entry.getKey().matches("(stem|lastact|classifier|blend)\\..*"))
                    .mapToLong(entry -> entry.getValue().numel())
                    .sum();
            assertThat(probe(family, 1).comparedEntries(choice(family, "edge2-1")))
                    .isEqualTo(all - 10 * (4 * 4 + 8 * 8));
        }
    }

    /** The numbers of the benchmark's supernet: 16 channels, five cells a stage, no bias, norms without scale in cells. */
    @Test
    void vectorOfThePublishedSupernetHasThePublishedLength() {
        CellNetwork published = new CellNetwork(
                TinyModels.input(3, 32),
                32,
                16,
                3,
                5,
                Collections.nCopies(6, CellOperation.NAS_BENCH_201),
                false,
                CellNetwork.Affine.OUTSIDE_CELLS,
                true,
                Initialisation.UNIFORM_FAN_IN);
        try (Family family = Family.of(published, 1)) {
            for (Choice<?> edge : family.space().choices()) {
                assertThat(probe(family, 1).comparedEntries(edge)).isEqualTo(1_416_064);
            }
        }
    }

    /** Two operations that compute the same are not apart, and stay together. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tiedOperationsStayTogether(boolean blended) {
        try (Family family = cells(blended)) {
            tie(family, "3<-0");
            Choice<?> edge = choice(family, "edge3-0");
            double[][] d = probe(family, 3).distances(edge, edge.options(), batches(family), 5);
            int one = edge.options().indexOf("nor_conv_1x1");
            int three = edge.options().indexOf("nor_conv_3x3");
            assertThat(d[one][three]).isCloseTo(0, within(1e-5));
            assertThat(d[one][0]).isGreaterThan(0.01);
            List<List<Integer>> groups = Partition.closest(d, 2, 2, false).groups();
            assertThat(groups).anyMatch(group -> group.containsAll(List.of(one, three)));
        }
    }

    /** The 3×3 convolution of an edge becomes the 1×1 one in its middle, in every cell. */
    private static void tie(Family family, String edge) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            family.weights().tensors().get("classifier.weight").mul_(new Scalar(200)); // far above epsilon
            family.weights().tensors().forEach((name, tensor) -> {
                if (name.contains(edge + ".3.op.")) {
                    tensor.mul_(new Scalar(0));
                    Tensor one = family.weights().tensors().get(name.replace(".3.op.", ".2.op."));
                    tensor.narrow(2, 1, 1).narrow(3, 1, 1).copy_(one);
                }
            });
        }
    }

    /** Nothing flows but over the last edge: with none on it, what is before has no gradient at all. */
    @Test
    void noneThatCutsTheCellIsAtRightAnglesToAllElse() {
        try (Family family = cells(false);
                PointerScope scope = new PointerScope()) {
            Choice<?> edge = choice(family, "edge3-0");
            Member cut = family.space()
                    .parse("|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|")
                    .with(edge, "none");
            Batch batch = batches(family).batch(0);
            GradientProbe probe = probe(family, 1);
            List<Map<String, Tensor>> gradients = List.of(
                    upstream(probe.gradients(batch, cut, edge)),
                    upstream(probe.gradients(batch, cut.with(edge, "nor_conv_3x3"), edge)),
                    upstream(probe.gradients(batch, cut.with(edge, "skip_connect"), edge)));
            gradients.get(0).values().stream().filter(Tensor::defined).forEach(tensor -> assertThat(
                            tensor.abs().sum().item_double())
                    .isZero());
            assertThat(gradients.get(1).values()).anyMatch(Tensor::defined);
            double[][] d = GradientProbe.distances(gradients, Distance.COS);
            assertThat(d[0][1]).isEqualTo(1);
            assertThat(d[0][2]).isEqualTo(1);
            assertThat(d[1][2]).isNotEqualTo(1);
        }
    }

    /** The block between the cells: only the second one reads what it makes. */
    private static Map<String, Tensor> upstream(Map<String, Tensor> gradients) {
        Map<String, Tensor> some = new LinkedHashMap<>(gradients);
        some.keySet().removeIf(name -> !name.startsWith("cells.1."));
        return some;
    }

    @ParameterizedTest
    @EnumSource(Row.class)
    void probeOfABlendChangesNothing(Row row) {
        try (Family family = cells(true)) {
            Choice<?> edge = choice(family, "edge1-0");
            Map<String, List<Float>> before = values(family);
            byte[] random = random();
            GradientProbe probe = new GradientProbe(family, TreeFixture.train(), settings(Distance.COS, row, 2), 0.5);
            double[][] d = probe.distances(edge, edge.options(), batches(family), 5);
            assertThat(d[0][4]).isBetween(1e-4, 2.0);
            assertThat(values(family)).isEqualTo(before);
            assertThat(random()).isEqualTo(random);
            assertThat(probe.distances(edge, edge.options(), batches(family), 5))
                    .isDeepEqualTo(d);
        }
    }

    static Choice<?> choice(Family family, String name) {
        return family.space().choices().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static GradientProbe probe(Family family, int repeats) {
        return new GradientProbe(family, TreeFixture.train(), settings(null, null, repeats), 0);
    }

    /** A function of the step. */
    static Batches batches(Family family) {
        return new Batches() {
            @Override
            public long stepsPerEpoch() {
                return 1;
            }

            @Override
            public Batch batch(long step) {
                long[] labels =
                        IntStream.range(0, 6).mapToLong(i -> (i + step) % 3).toArray();
                return new Batch(
                        TinyModels.images(family.definition(), 6, step),
                        Tensor.create(labels, 6),
                        IntStream.range(0, 6).boxed().toList());
            }
        };
    }

    static Map<String, List<Float>> values(Family family) {
        Map<String, List<Float>> values = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, tensor) -> {
            List<Float> list = new ArrayList<>();
            for (float value : Tensors.floats(tensor)) {
                list.add(value);
            }
            values.put(name, list);
        });
        return values;
    }

    static byte[] random() {
        try (PointerScope scope = new PointerScope()) {
            Tensor state = torch.globalContext()
                    .defaultGenerator(new org.bytedeco.pytorch.Device("cpu"))
                    .get_state();
            byte[] bytes = new byte[Math.toIntExact(state.nbytes())];
            new org.bytedeco.javacpp.BytePointer(state.data_ptr())
                    .capacity(bytes.length)
                    .get(bytes);
            return bytes;
        }
    }
}
