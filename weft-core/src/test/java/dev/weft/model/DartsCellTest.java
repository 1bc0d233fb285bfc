package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.CountedCosts;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.CellNetwork.Affine;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Pass;
import dev.weft.nn.ShapeStatistics;
import dev.weft.ops.ImageOps;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The cell space of DARTS (Liu et al. 2019). */
class DartsCellTest {
    /** The cells that second-order DARTS found, as published. */
    private static final String DARTS_V2 =
            "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0),"
                    + " ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)],"
                    + " normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2),"
                    + " ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)],"
                    + " reduce_concat=[2, 3, 4, 5])";

    /** A cell with every operation, pooling of both kinds and a skip also where the resolution is halved. */
    private static final String MIXED =
            "Genotype(normal=[('avg_pool_3x3',0),('max_pool_3x3',1),('dil_conv_5x5',0),('skip_connect',2),"
                    + "('sep_conv_3x3',1),('sep_conv_5x5',3),('skip_connect',0),('dil_conv_3x3',4)],normal_concat=[2,3,4,5],"
                    + "reduce=[('skip_connect',0),('avg_pool_3x3',1),('sep_conv_5x5',1),('dil_conv_3x3',2),"
                    + "('max_pool_3x3',0),('max_pool_3x3',3),('dil_conv_5x5',1),('avg_pool_3x3',4)],reduce_concat=[2,3,4,5])";

    private static CellStack network(int channels, int count, int resolution, Affine affine) {
        List<CellStack.Cell> cells = new ArrayList<>();
        int width = channels;
        for (int i = 0; i < count; i++) {
            boolean reduction = i == count / 3 || i == 2 * count / 3;
            width = reduction ? 2 * width : width;
            cells.add(new CellStack.Cell(reduction ? CellStack.Kind.REDUCTION : CellStack.Kind.NORMAL, width));
        }
        List<List<CellOperation>> edges = Collections.nCopies(14, CellOperation.DARTS);
        return new CellStack(
                cifar(resolution),
                resolution,
                3 * channels,
                cells,
                new CellStack.Wiring(2, 2),
                edges,
                edges,
                false,
                affine,
                0,
                Initialisation.UNIFORM_FAN_IN);
    }

    private static ImageInput cifar(int size) {
        List<Double> half = Collections.nCopies(3, 0.5);
        return new ImageInput(3, size, half, half, List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
    }

    private static long parameters(ModelDefinition definition) {
        try (Family family = Family.ofShapes(definition)) {
            return family.weights().tensors().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
        }
    }

    /** 3.3 million in the paper's table, 3,349,342 in its log: 36 channels, 20 cells, CIFAR-10, without the auxiliary head. */
    @Test
    void publishedCellsHaveThePublishedNumberOfParameters() {
        CellStack definition = network(36, 20, 32, Affine.EVERYWHERE);
        ModelDefinition found = definition.at(definition.space().parse(DARTS_V2));
        assertThat(parameters(found)).isEqualTo(3_349_342);
        assertThat(norms(found)).as("no norm follows a pooling").noneMatch(name -> name.contains("pool"));
        assertThat(norms(network(16, 8, 32, Affine.OUTSIDE_CELLS)))
                .as("in a search one does")
                .anyMatch(name -> name.contains("pool"));
    }

    /** The names of the batch norms that passes of a few random members go through. */
    private static Set<String> norms(ModelDefinition definition) {
        ShapeStatistics norms = new ShapeStatistics();
        SplittableRandom random = new SplittableRandom(1);
        try (PointerScope scope = new PointerScope();
                Family family = Family.ofShapes(definition)) {
            for (int i = 0; i < 8; i++) {
                family.forward(
                        definition.input().shapes(1), new Pass(family.space().sample(random), norms, 0, 0));
            }
            return norms.channels().keySet();
        }
    }

    /** The same of the supernet: 1.930618 million in the log of the published search. */
    @Test
    void supernetHasThePublishedNumberOfParameters() {
        CellStack definition = (CellStack) Presets.named("cell-darts");
        assertThat(parameters(definition.withInput(
                        network(16, 8, 32, Affine.OUTSIDE_CELLS).input())))
                .isEqualTo(1_930_618);
        assertThat(definition.withInput(null))
                .isEqualTo(network(16, 8, 32, Affine.OUTSIDE_CELLS).withInput(null));
    }

    /** For each node two of its inputs and one of seven operations for each: (1·3·6·10 · 7^8)². */
    @Test
    void membersAreCountedInClosedFormAndPickTwoOperationsANode() {
        Space space = TinyModels.darts().space();
        assertThat(space.count())
                .isEqualTo(BigInteger.valueOf(180L * 5_764_801L).pow(2));
        SplittableRandom random = new SplittableRandom(3);
        Set<Member> members = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            Member member = i % 2 == 0 || members.isEmpty()
                    ? space.sample(random)
                    : space.mutate(members.iterator().next(), 0.3, random);
            members.add(member);
            assertThat(space.contains(member)).isTrue();
            for (String kind : List.of("normal", "reduction")) {
                for (int node = 2; node < 6; node++) {
                    String into = kind + ".edge" + node + "-";
                    assertThat(member.options().entrySet().stream()
                                    .filter(entry -> entry.getKey().startsWith(into)
                                            && !entry.getValue().equals("none")))
                            .hasSize(2);
                }
            }
        }
        assertThat(members).hasSize(500);
        assertThat(space.smallest().options()).containsEntry("normal.edge2-0", "skip_connect");
        assertThat(space.largest().options())
                .containsEntry("reduction.node5.inputs", "3+4")
                .containsEntry("reduction.edge5-0", "none")
                .containsEntry("reduction.edge5-4", "sep_conv_5x5");
    }

    @Test
    void membersAreWrittenAsGenotypesAndReadBack() {
        Space space = TinyModels.darts().space();
        Member published = space.parse(DARTS_V2);
        assertThat(space.print(published)).startsWith("Genotype(normal=[('sep_conv_3x3',0),('sep_conv_3x3',1),");
        assertThat(published.options())
                .containsEntry("normal.node5.inputs", "0+2")
                .containsEntry("reduction.node3.inputs", "1+2")
                .containsEntry("reduction.edge3-1", "max_pool_3x3")
                .containsEntry("reduction.edge3-0", "none");
        assertThat(space.parse(space.print(published) + ",@task=3")).isEqualTo(published.withContext("task", "3"));
        assertThat(space.print(space.parse(MIXED))).isEqualTo(MIXED);
        assertThat(space.parse(DARTS_V2.replace("[2, 3, 4, 5]", "range(2, 6)").replace('\'', '"')))
                .isEqualTo(published);
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 100; i++) {
            Member member = space.sample(random);
            assertThat(space.parse(space.print(member))).isEqualTo(member);
            assertThat(space.parse(member.toString())).isEqualTo(member);
            assertThat(space.decode(space.encode(member))).isEqualTo(member);
        }
    }

    @Test
    void genotypeOfAnotherFormIsRefused() {
        Space space = TinyModels.darts().space();
        refused(
                space,
                MIXED.replace("('avg_pool_3x3',0),('max", "('none',0),('max"),
                "normal.edge2-0 must be one of [skip_connect");
        refused(space, MIXED.replace("('avg_pool_3x3',0),('max", "('nor_conv_3x3',0),('max"), "but got nor_conv_3x3");
        refused(space, MIXED.replace("('skip_connect',2)", "('skip_connect',3)"), "into node 3 of its normal cell");
        refused(space, MIXED.replace("('skip_connect',2)", "('skip_connect',0)"), "but has them from [0, 0]");
        refused(
                space,
                MIXED.replace("normal_concat=[2,3,4,5]", "normal_concat=[3,4,5]"),
                "must be written as Genotype(");
        refused(space, MIXED.replace(",reduce=", ",reduced="), "of its reduce cell");
        refused(space, "Genotype(", "of its normal cell, but has them from []");
    }

    private static void refused(Space space, String text, String message) {
        assertThatThrownBy(() -> space.parse(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    /** The network of one member, from libtorch's own operations and the family's tensors. */
    @Test
    void memberIsItsCells() {
        CellStack definition = TinyModels.darts();
        Member member = definition.space().parse(MIXED);
        try (Family family = Family.of(definition, 5);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<String, Tensor> t = family.weights().tensors();
            Tensor images = TinyModels.images(definition, 3, 2);
            Tensor x = ImageOps.resize(images, 8, 8);
            x = ImageOps.normalise(
                    x, definition.input().mean(), definition.input().std());
            x = norm(conv(x, t.get("stem.0.weight"), 1, 1, 1, 1))
                    .mul(t.get("stem.1.weight").reshape(1, -1, 1, 1))
                    .add(t.get("stem.1.bias").reshape(1, -1, 1, 1));
            Tensor earlier = x;
            for (int i = 0; i < 3; i++) {
                String name = "cells." + i + ".";
                boolean reduction = i > 0; // the second and the third of three
                Tensor zero = i == 2
                        ? halved(earlier, t, name + "preprocess0")
                        : norm(conv(torch.relu(earlier), t.get(name + "preprocess0.op.1.weight"), 1, 0, 1, 1));
                Tensor one = norm(conv(torch.relu(x), t.get(name + "preprocess1.op.1.weight"), 1, 0, 1, 1));
                Tensor next =
                        reduction ? reduction(zero, one, t, name + "edges.") : normal(zero, one, t, name + "edges.");
                earlier = x;
                x = next;
            }
            assertThat(x.shape()).containsExactly(3, 32, 2, 2);
            Tensor features = x.mean(new long[] {2, 3});
            Tensor expected =
                    torch.linear(features, t.get("classifier.weight"), new TensorOptional(t.get("classifier.bias")));
            TensorAssert.assertThat(family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0)))
                    .isCloseTo(expected, 1e-5);
        }
    }

    private static Tensor normal(Tensor zero, Tensor one, Map<String, Tensor> t, String name) {
        Tensor two = norm(averagePool(zero, 1)).add(norm(maxPool(one, 1)));
        Tensor three = part(zero, t, name + "3<-0.dil_conv_5x5.op.", 1, 1, 2).add(two);
        Tensor four = separable(one, t, name + "4<-1.sep_conv_3x3.op.", 1)
                .add(separable(three, t, name + "4<-3.sep_conv_5x5.op.", 1));
        Tensor five = zero.add(part(four, t, name + "5<-4.dil_conv_3x3.op.", 1, 1, 2));
        return torch.cat(new TensorVector(two, three, four, five), 1);
    }

    private static Tensor reduction(Tensor zero, Tensor one, Map<String, Tensor> t, String name) {
        Tensor two = halved(zero, t, name + "2<-0.skip_connect").add(norm(averagePool(one, 2)));
        Tensor three = separable(one, t, name + "3<-1.sep_conv_5x5.op.", 2)
                .add(part(two, t, name + "3<-2.dil_conv_3x3.op.", 1, 1, 2));
        Tensor four = norm(maxPool(zero, 2)).add(norm(maxPool(three, 1)));
        Tensor five = part(one, t, name + "5<-1.dil_conv_5x5.op.", 1, 2, 2).add(norm(averagePool(four, 1)));
        return torch.cat(new TensorVector(two, three, four, five), 1);
    }

    private static Tensor halved(Tensor x, Map<String, Tensor> t, String name) {
        Tensor relu = torch.relu(x);
        Tensor even = conv(relu, t.get(name + ".conv_1.weight"), 2, 0, 1, 1);
        Tensor odd = conv(
                relu.narrow(2, 1, x.size(2) - 1).narrow(3, 1, x.size(3) - 1),
                t.get(name + ".conv_2.weight"),
                2,
                0,
                1,
                1);
        return norm(torch.cat(new TensorVector(even, odd), 1));
    }

    private static Tensor separable(Tensor x, Map<String, Tensor> t, String name, int stride) {
        return part(part(x, t, name, 1, stride, 1), t, name, 5, 1, 1);
    }

    private static Tensor part(Tensor x, Map<String, Tensor> t, String name, int first, int stride, int dilation) {
        Tensor kernels = t.get(name + first + ".weight");
        Tensor y = conv(torch.relu(x), kernels, stride, dilation * (kernels.size(2) / 2), dilation, kernels.size(0));
        return norm(conv(y, t.get(name + (first + 1) + ".weight"), 1, 0, 1, 1));
    }

    /** The greatest of 3×3 pixels, by hand. */
    private static Tensor maxPool(Tensor x, int stride) {
        return window(x, stride, Double.NEGATIVE_INFINITY).amax(new long[] {2}, false);
    }

    /** The mean of the pixels of 3×3 that there are, by hand. */
    private static Tensor averagePool(Tensor x, int stride) {
        Tensor sum = window(x, stride, 0).sum(2);
        Tensor count = window(torch.ones_like(x), stride, 0).sum(2);
        return sum.div(count);
    }

    /** (B, C, 9, H', W'): each pixel's neighbourhood, with {@code border} around the image. */
    private static Tensor window(Tensor x, int stride, double border) {
        long height = x.size(2);
        long width = x.size(3);
        Tensor padded = torch.full_like(x, new Scalar(border))
                .repeat(1, 1, 2, 2)
                .narrow(2, 0, height + 2)
                .narrow(3, 0, width + 2)
                .contiguous();
        padded.narrow(2, 1, height).narrow(3, 1, width).copy_(x);
        Tensor[] shifted = new Tensor[9];
        for (int i = 0; i < 9; i++) {
            shifted[i] = padded.narrow(2, i / 3, height).narrow(3, i % 3, width);
        }
        Tensor all = torch.stack(new TensorVector(shifted), 2);
        if (stride == 1) {
            return all;
        }
        Tensor rows = torch.arange(new Scalar(0), new Scalar(height), new Scalar(stride))
                .to(torch.ScalarType.Long);
        return all.index_select(3, rows).index_select(4, rows);
    }

    private static Tensor conv(Tensor x, Tensor kernels, long stride, long padding, long dilation, long groups) {
        return torch.conv2d(
                x,
                kernels,
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {dilation, dilation},
                groups);
    }

    private static Tensor norm(Tensor x) {
        Tensor centred = x.sub(x.mean(new long[] {0, 2, 3}).reshape(1, -1, 1, 1));
        Tensor variance = centred.square().mean(new long[] {0, 2, 3}).reshape(1, -1, 1, 1);
        return centred.div(variance.add(new Scalar(1e-5)).sqrt());
    }

    /** What a member keeps is all that its plain model has; parameters and multiply-adds by hand for cells of pooling and skips. */
    @Test
    void costsAreThoseOfWhatIsKept() {
        CellStack definition = TinyModels.darts();
        Member member = definition
                .space()
                .parse("Genotype(normal=[" + edges("skip_connect") + "],normal_concat=[2,3,4,5],reduce=["
                        + edges("max_pool_3x3") + "],reduce_concat=[2,3,4,5])");
        // stem of 6; cells of 2 (8×8), 4 (to 4×4) and 8 (to 2×2) channels; three classes
        long stem = 3 * 9 * 6;
        long first = 6 * 2 + 6 * 2;
        long second = 6 * 4 + 8 * 4;
        long third = 8 * 8 + 16 * 8;
        long weights = stem + 2 * 6 + first + second + third + 32 * 3 + 3;
        // preprocessing runs before a cell halves; what comes from before a reduction is halved by two halves of the
        // channels
        long macs = 64 * (stem + first + second) + 16 * third + 32 * 3;
        try (CountedCosts costs = new CountedCosts(definition)) {
            assertThat(costs.of(member).params()).isEqualTo(weights);
            assertThat(costs.of(member).macs()).isEqualTo(macs);
        }
    }

    private static String edges(String operation) {
        return String.join(",", Collections.nCopies(4, "('" + operation + "',0),('" + operation + "',1)"));
    }

    @Test
    void definitionReadsBackAndTheTinyOneHasAllChoices() {
        ModelDefinition darts = Presets.named("cell-darts");
        assertThat(Json.parse(Json.writeLine(darts), "darts", ModelDefinition.class))
                .isEqualTo(darts);
        List<String> names = darts.choices().stream().map(Choice::name).toList();
        assertThat(names).hasSize(2 * (3 + 14)); // of two inputs a node keeps both
        assertThat(names.subList(0, 4))
                .containsExactly("normal.edge2-0", "normal.edge2-1", "normal.node3.inputs", "normal.edge3-0");
        Map<String, List<Long>> plain = new LinkedHashMap<>();
        try (Family family =
                Family.ofShapes(TinyModels.darts().at(TinyModels.darts().space().parse(MIXED)))) {
            family.weights()
                    .tensors()
                    .forEach((name, tensor) -> plain.put(
                            name, Arrays.stream(tensor.shape()).boxed().toList()));
        }
        assertThat(plain).containsEntry("cells.0.edges.3<-0.dil_conv_5x5.op.1.weight", List.of(2L, 1L, 5L, 5L));
        assertThat(plain.keySet()).noneMatch(name -> name.contains("3<-1") && name.startsWith("cells.0"));
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        CellStack darts = TinyModels.darts();
        List<List<CellOperation>> always = Collections.nCopies(14, List.of(CellOperation.SKIP));
        assertThatThrownBy(() -> of(darts, 8, always))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("keeps 2 edges into each node")
                .hasMessageContaining("into node 3 of normal");
        assertThatThrownBy(() -> of(darts, 8, always.subList(0, 6)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("so 2, 5, 9, 14, 20 or 27 of them, but normal has 6.");
        assertThatThrownBy(() -> of(darts, 10, darts.normal()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("with 2 reduction cells the resolution must be a multiple of 2^2, but is 10");
        assertThatThrownBy(() -> new CellStack.Wiring(3, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("inputs of 1 or 2");
    }

    private static CellStack of(CellStack darts, int resolution, List<List<CellOperation>> normal) {
        return new CellStack(
                darts.input(),
                resolution,
                darts.stem(),
                darts.cells(),
                darts.wiring(),
                normal,
                darts.reduction(),
                false,
                darts.affine(),
                0,
                darts.initialisation());
    }
}
