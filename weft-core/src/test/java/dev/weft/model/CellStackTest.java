package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.CellNetwork.Affine;
import dev.weft.model.CellStack.Cell;
import dev.weft.model.CellStack.Kind;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Pass;
import dev.weft.ops.ImageOps;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class CellStackTest {
    private static final List<String> EDGES = List.of("edge1-0", "edge2-0", "edge2-1");

    private static Member member(List<String> normal, List<String> reduction) {
        Map<String, Object> picked = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            picked.put("normal." + EDGES.get(i), normal.get(i));
            picked.put("reduction." + EDGES.get(i), reduction.get(i));
        }
        return new Member(picked);
    }

    private static Map<String, List<Long>> shapes(ModelDefinition definition) {
        try (Family family = Family.ofShapes(definition)) {
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            family.weights()
                    .tensors()
                    .forEach((name, tensor) -> shapes.put(
                            name,
                            java.util.Arrays.stream(tensor.shape()).boxed().toList()));
            return shapes;
        }
    }

    private static long sum(Map<String, List<Long>> shapes) {
        return shapes.values().stream()
                .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
                .sum();
    }

    /** Check 10 of TangleNAS. */
    @Test
    void toySpaceHasThePublishedMembersAllDistinct() {
        Space space = Presets.named("cell-stack-toy").space();
        assertThat(space.count()).isEqualTo(BigInteger.valueOf(4096));
        assertThat(Set.copyOf(space.enumerate(5000))).hasSize(4096);
        assertThat(space.enumerate(5000).stream().map(Member::toString).distinct())
                .hasSize(4096);
    }

    /** Check 8 of TangleNAS in closed form: both families of an edge at their largest, whatever the number of kernels; the published head. */
    @Test
    void entangledSupernetStoresOneWeightAFamily() {
        CellStack toy = (CellStack) Presets.named("cell-stack-toy").withInput(TinyModels.input(1, 28));
        long cells = 0;
        for (long c : new long[] {32, 32, 64}) {
            cells += 3 * (3 * 25 * c + 3 * c * c); // two depthwise 5×5 and one dilated one, a pointwise each
        }
        cells += 32 * 32 + 64 * 32 + 64 * 64; // preprocessing: the stem has 32, a cell's output two nodes
        long head = 1152 * 128 + 128 + 128 * 3 + 3;
        assertThat(sum(shapes(toy))).isEqualTo(32 * 9 + 64 + cells + head);
        CellStack own = new CellStack(
                toy.input(),
                28,
                toy.stem(),
                toy.cells(),
                toy.wiring(),
                toy.normal(),
                toy.reduction(),
                false,
                toy.affine(),
                128,
                toy.initialisation());
        long small = 0;
        for (long c : new long[] {32, 32, 64}) {
            small += 3 * (3 * 9 * c + 3 * c * c);
        }
        assertThat(sum(shapes(own)) - sum(shapes(toy))).isEqualTo(small);
        Map<String, List<Long>> member = shapes(toy.at(toy.space().smallest()));
        assertThat(member).containsEntry("cells.0.edges.1<-0.dil_conv.op.1.weight", List.of(32L, 1L, 3L, 3L));
        assertThat(member.keySet()).noneMatch(name -> name.contains("sep_conv"));
    }

    /** The network of one member, from libtorch's own operations and the family's tensors. */
    @Test
    void memberIsItsCells() {
        CellStack definition = TinyModels.cellStack();
        Member member = member(
                List.of("sep_conv_3x3", "dil_conv_5x5", "dil_conv_3x3"),
                List.of("dil_conv_3x3", "sep_conv_5x5", "sep_conv_3x3"));
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
            for (int i = 0; i < 3; i++) {
                String name = "cells." + i + ".";
                boolean normal = i == 1;
                int stride = normal ? 1 : 2;
                Tensor zero = norm(conv(torch.relu(x), t.get(name + "preprocess.1.weight"), 1, 0, 1, 1));
                String edges = name + "edges.";
                Tensor one = normal
                        ? separable(zero, t, edges + "1<-0.sep_conv.op.", 3, 1)
                        : dilated(zero, t, edges + "1<-0.dil_conv.op.", 3, 2);
                Tensor two = normal
                        ? dilated(zero, t, edges + "2<-0.dil_conv.op.", 5, 1)
                                .add(dilated(one, t, edges + "2<-1.dil_conv.op.", 3, 1))
                        : separable(zero, t, edges + "2<-0.sep_conv.op.", 5, stride)
                                .add(separable(one, t, edges + "2<-1.sep_conv.op.", 3, 1));
                x = torch.zeros(one.size(0), 2 * one.size(1), one.size(2), one.size(3));
                x.narrow(1, 0, one.size(1)).copy_(one);
                x.narrow(1, one.size(1), one.size(1)).copy_(two);
            }
            assertThat(x.shape()).containsExactly(3, 16, 2, 2);
            Tensor features = x.amax(new long[] {2, 3}, false);
            Tensor hidden = torch.relu(linear(features, t, "fc"));
            TensorAssert.assertThat(family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0)))
                    .isCloseTo(linear(hidden, t, "classifier"), 1e-5);
        }
    }

    private static Tensor linear(Tensor x, Map<String, Tensor> t, String name) {
        return torch.linear(x, t.get(name + ".weight"), new TensorOptional(t.get(name + ".bias")));
    }

    private static Tensor separable(Tensor x, Map<String, Tensor> t, String name, int k, int stride) {
        return part(part(x, t, name, 1, k, stride, 1), t, name, 5, k, 1, 1);
    }

    private static Tensor dilated(Tensor x, Map<String, Tensor> t, String name, int k, int stride) {
        return part(x, t, name, 1, k, stride, 2);
    }

    private static Tensor part(
            Tensor x, Map<String, Tensor> t, String name, int first, int k, int stride, int dilation) {
        Tensor kernels = t.get(name + first + ".weight")
                .narrow(2, (5 - k) / 2, k)
                .narrow(3, (5 - k) / 2, k)
                .contiguous();
        Tensor y = conv(torch.relu(x), kernels, stride, dilation * (k - 1) / 2, dilation, kernels.size(0));
        return norm(conv(y, t.get(name + (first + 1) + ".weight"), 1, 0, 1, 1));
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

    /** Whatever operations a cell mixes, what it does to the resolution is the same, also of odd sizes. */
    @Test
    void everyOperationHalvesOddResolutionsAlike() {
        CellStack definition = (CellStack) Presets.named("cell-stack-quick").withInput(TinyModels.input(1, 14));
        try (Family family = Family.of(definition, 5);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor images = TinyModels.images(definition, 2, 3);
            for (CellOperation operation : CellOperation.SEPARABLE) {
                List<String> all = Collections.nCopies(3, operation.published());
                Tensor y = family.forward(images, new Pass(member(all, all), BatchStatistics.INSTANCE, 0, 0));
                assertThat(y.shape()).containsExactly(2, 3);
            }
        }
    }

    @Test
    void definitionReadsBackAsItWasWritten() {
        ModelDefinition toy = Presets.named("cell-stack-toy");
        assertThat(Json.parse(Json.writeLine(toy), "toy", ModelDefinition.class))
                .isEqualTo(toy);
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        List<List<CellOperation>> edges = Collections.nCopies(3, CellOperation.SEPARABLE);
        List<Cell> normal = List.of(new Cell(Kind.NORMAL, 4));
        assertThatThrownBy(() -> cells(8, normal, edges, edges))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("none of a kind that no cell is, but reduction has 3.");
        assertThatThrownBy(() -> cells(8, normal, edges.subList(0, 2), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("but normal has 2.");
        assertThatThrownBy(() -> cells(
                        8, normal, List.of(List.of(CellOperation.SEPARABLE_3, CellOperation.DILATED_3)), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("but one of normal lists [sep_conv_3x3, dil_conv_3x3].");
        assertThatThrownBy(() -> cells(1, normal, edges, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("2×2 pixels or more after the last of 1 cells");
        assertThatThrownBy(() -> new Cell(null, 4))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a kind (normal or reduction)");
    }

    private static CellStack cells(
            int resolution, List<Cell> cells, List<List<CellOperation>> normal, List<List<CellOperation>> reduction) {
        return new CellStack(
                null,
                resolution,
                0,
                cells,
                new CellStack.Wiring(1, 0),
                normal,
                reduction,
                true,
                Affine.NOWHERE,
                8,
                Initialisation.UNIFORM_FAN_IN);
    }
}
