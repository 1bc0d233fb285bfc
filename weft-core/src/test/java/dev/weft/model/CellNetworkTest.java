package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.CountedCosts;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.CellNetwork.Affine;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Initialisation;
import dev.weft.nn.MemberStatistics;
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
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class CellNetworkTest {
    private static final List<CellOperation> ALL = CellOperation.NAS_BENCH_201;
    private static final List<String> EDGES = List.of("1-0", "2-0", "2-1", "3-0", "3-1", "3-2");

    private static CellNetwork published(boolean bias, Affine affine, boolean connected) {
        ImageInput input = new ImageInput(
                3,
                32,
                List.of(0.4914, 0.4822, 0.4465),
                List.of(0.247, 0.2435, 0.2616),
                IntStream.range(0, 10).mapToObj(i -> "class" + i).toList());
        return new CellNetwork(
                input,
                32,
                16,
                3,
                5,
                Collections.nCopies(6, ALL),
                bias,
                affine,
                connected,
                Initialisation.UNIFORM_FAN_IN);
    }

    private static Map<String, Long> sizes(ModelDefinition definition) {
        try (Family shapes = Family.ofShapes(definition)) {
            Map<String, Long> sizes = new LinkedHashMap<>();
            shapes.weights().tensors().forEach((name, tensor) -> sizes.put(name, tensor.numel()));
            return sizes;
        }
    }

    private static long sum(Map<String, Long> sizes, String prefix) {
        return sizes.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static Member member(String... operations) {
        Map<String, Object> picked = new LinkedHashMap<>();
        for (int i = 0; i < EDGES.size(); i++) {
            picked.put("edge" + EDGES.get(i), operations[i]);
        }
        return new Member(picked);
    }

    /** Section 3.2 and check 12 of PA&DA. */
    @Test
    void supernetWithBiasesAndPlainNormsHasThePublishedNumberOfParameters() {
        Map<String, Long> sizes = sizes(published(true, Affine.NOWHERE, true));
        assertThat(sum(sizes, "stem.")).isEqualTo(432);
        assertThat(sum(sizes, "classifier.")).isEqualTo(650);
        assertThat(sum(sizes, "cells.5.") + sum(sizes, "cells.11.")).isEqualTo(71_872);
        assertThat(sum(sizes, "cells.")).isEqualTo(1_619_520 + 71_872);
        assertThat(sum(sizes, "")).isEqualTo(1_692_474);
        ImageInput input = published(true, Affine.NOWHERE, true).input();
        assertThat(Presets.named("cell-nasbench201").withInput(input)).isEqualTo(published(true, Affine.NOWHERE, true));
    }

    /** Check 3 of gradient matching: no biases, affine norms outside cells; any edge has 268,800 of them. */
    @Test
    void supernetWithoutBiasesHasThePublishedNumberOfParametersInItsCells() {
        Map<String, Long> sizes = sizes(published(false, Affine.OUTSIDE_CELLS, true));
        assertThat(sum(sizes, "cells.5.") + sum(sizes, "cells.11.")).isEqualTo(71_680 + 384);
        assertThat(sum(sizes, "cells.")).isEqualTo(1_612_800 + 71_680 + 384);
        assertThat(sizes.entrySet().stream()
                        .filter(entry -> entry.getKey().contains(".edges.2<-1."))
                        .mapToLong(Map.Entry::getValue)
                        .sum())
                .isEqualTo(268_800);
    }

    /** Check 8 of TangleNAS: no more than the largest member's, and one logit an option. */
    @Test
    void entangledSupernetHasTheParametersOfItsLargestMember() {
        CellNetwork own = published(false, Affine.EVERYWHERE, true);
        CellNetwork entangled = new CellNetwork(
                own.input(), 32, 16, 3, 5, own.edges(), false, Affine.EVERYWHERE, true, own.initialisation(), true);
        assertThat(sizes(entangled)).isEqualTo(sizes(own.at(own.space().largest())));
        assertThat(sum(sizes(entangled), "")).isEqualTo(1_531_546);
        assertThat(sum(sizes(own), "") - 1_531_546).isEqualTo(5L * 6 * (16 * 16 + 32 * 32 + 64 * 64 + 2 * 112));
        Member member = member("nor_conv_1x1", "none", "none", "none", "none", "nor_conv_1x1");
        Map<String, Long> one = sizes(entangled.at(member));
        assertThat(one).containsEntry("cells.0.edges.1<-0.3.op.1.weight", 256L);
        assertThat(sum(one, "cells.0.")).isEqualTo(2 * (256 + 32));
    }

    /** The benchmark's own numbers, from its paper: the largest member has 1.531546 million. */
    @Test
    void plainMembersHaveThePublishedNumbersOfParameters() {
        CellNetwork benchmark = published(false, Affine.EVERYWHERE, true);
        assertThat(sum(sizes(benchmark.at(benchmark.space().largest())), "")).isEqualTo(1_531_546);
    }

    /** Check 12 of PA&DA. */
    @Test
    void spaceHasThePublishedMembersAndNeverDrawsADisconnectedOne() {
        Space free = published(true, Affine.NOWHERE, false).space();
        Space connected = published(true, Affine.NOWHERE, true).space();
        assertThat(free.count()).isEqualTo(BigInteger.valueOf(15_625));
        assertThat(free.enumerate(15_625)).hasSize(15_625);
        Set<Member> members = Set.copyOf(connected.enumerate(15_625));
        assertThat(members).hasSize(15_284);
        assertThat(connected.count()).isEqualTo(BigInteger.valueOf(15_284));
        assertThat(free.enumerate(15_625).stream()
                        .filter(member -> members.contains(member) != ruleOfTheBenchmark(member))
                        .toList())
                .isEmpty();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            assertThat(members.contains(connected.sample(random))).isTrue();
        }
        assertThat(connected.smallest()).isEqualTo(member("none", "none", "none", "skip_connect", "none", "none"));
        assertThat(connected.largest())
                .isEqualTo(new Member(
                        EDGES.stream().collect(Collectors.toMap(edge -> "edge" + edge, edge -> "nor_conv_3x3"))));
    }

    /** Edges 0 to 5 in the order of the benchmark; connected if 3, or 1 and 5, or 0 and 4, or 0, 2 and 5 are not none. */
    private static boolean ruleOfTheBenchmark(Member member) {
        boolean[] is = new boolean[6];
        for (int i = 0; i < 6; i++) {
            is[i] = !member.options().get("edge" + EDGES.get(i)).equals("none");
        }
        return is[3] || is[1] && is[5] || is[0] && is[4] || is[0] && is[2] && is[5];
    }

    /** Every weight and bias lies within one over the root of its fan-in, and reaches it; norms start as they do anywhere. */
    @Test
    void publishedStartIsThatOfPyTorchInEveryLayer() {
        CellNetwork definition = (CellNetwork) new CellNetwork(
                        null,
                        8,
                        16,
                        2,
                        1,
                        Collections.nCopies(6, ALL),
                        true,
                        Affine.EVERYWHERE,
                        true,
                        Initialisation.UNIFORM_FAN_IN)
                .withInput(TinyModels.input(3, 8));
        try (Family family = Family.of(definition, 5)) {
            Map<String, Tensor> tensors = family.weights().tensors();
            int layers = 0;
            for (String name : tensors.keySet()) {
                Tensor weight = tensors.get(name);
                if (!name.endsWith(".weight") || weight.dim() == 1) {
                    continue;
                }
                double bound = 1 / Math.sqrt((double) weight.numel() / weight.size(0));
                assertThat(weight.abs().max().item_double()).as(name).isBetween(0.9 * bound, bound * (1 + 1e-6));
                assertThat(weight.square().mean().item_double() / (bound * bound / 3))
                        .as(name)
                        .isBetween(0.75, 1.25);
                Tensor bias = tensors.get(name.replace(".weight", ".bias"));
                if (bias != null) {
                    assertThat(bias.abs().max().item_double()).as(name).isBetween(0.4 * bound, bound * (1 + 1e-6));
                }
                layers++;
            }
            assertThat(layers).isEqualTo(1 + 24 + 3 + 1); // the stem, cells, the block between them, the classifier
        }
    }

    /** Families and run folders of before the setting: what they were trained from has not changed. */
    @Test
    void definitionThatDoesNotSayHowItStartsReadsAsTheStartOfThatTime() {
        ModelDefinition now = Presets.named("cell-quick");
        String text = Json.writeLine(now);
        String before = text.replace(",\"initialisation\":\"uniform-fan-in\"", "");
        assertThat(before).isNotEqualTo(text);
        assertThat(Json.parse(text, "now", ModelDefinition.class)).isEqualTo(now);
        assertThat(Json.parse(before, "before", ModelDefinition.class))
                .isInstanceOfSatisfying(CellNetwork.class, cells -> assertThat(cells.initialisation())
                        .isEqualTo(Initialisation.HE_FAN_OUT));
    }

    /** The network of one member, from libtorch's own operations and the family's tensors. */
    @Test
    void memberIsItsCellsSum() {
        CellNetwork definition = (CellNetwork) new CellNetwork(
                        null,
                        8,
                        4,
                        2,
                        1,
                        Collections.nCopies(6, ALL),
                        true,
                        Affine.NOWHERE,
                        true,
                        Initialisation.UNIFORM_FAN_IN)
                .withInput(TinyModels.input(3, 8));
        Member member = member("skip_connect", "nor_conv_3x3", "avg_pool_3x3", "none", "nor_conv_1x1", "skip_connect");
        try (Family family = Family.of(definition, 5);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<String, Tensor> t = family.weights().tensors();
            Tensor images = TinyModels.images(definition, 3, 2);
            Tensor x = ImageOps.normalise(
                    images, definition.input().mean(), definition.input().std());
            x = norm(conv(x, t, "stem.0", 1, 1));
            x = cell(x, t, "cells.0.edges.");
            Tensor branch = norm(conv(torch.relu(x), t, "cells.1.conv_a.op.1", 2, 1));
            branch = norm(conv(torch.relu(branch), t, "cells.1.conv_b.op.1", 1, 1));
            x = conv(pool(x, 2, 2, 0), t, "cells.1.downsample.1", 1, 0).add(branch);
            x = cell(x, t, "cells.2.edges.");
            Tensor features = torch.relu(norm(x)).mean(new long[] {2, 3});
            Tensor expected =
                    torch.linear(features, t.get("classifier.weight"), new TensorOptional(t.get("classifier.bias")));
            Tensor found = family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0));
            TensorAssert.assertThat(found).isCloseTo(expected, 1e-5);
        }
    }

    private static Tensor cell(Tensor x, Map<String, Tensor> t, String name) {
        Tensor one = x;
        Tensor two = norm(conv(torch.relu(x), t, name + "2<-0.3.op.1", 1, 1)).add(pool(one, 3, 1, 1));
        return norm(conv(torch.relu(one), t, name + "3<-1.2.op.1", 1, 0)).add(two);
    }

    private static Tensor pool(Tensor x, long size, long stride, long padding) {
        // counted with its padding, and then corrected by how much of each window lies inside
        Tensor all = poolWithPadding(x, size, stride, padding);
        Tensor inside = poolWithPadding(torch.ones(x.shape()), size, stride, padding);
        return all.div(inside);
    }

    private static Tensor poolWithPadding(Tensor x, long size, long stride, long padding) {
        long channels = x.size(1);
        Tensor mean =
                torch.full(new long[] {channels, 1, size, size}, new org.bytedeco.pytorch.Scalar(1.0 / (size * size)));
        return torch.conv2d(
                x,
                mean,
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                channels);
    }

    private static Tensor conv(Tensor x, Map<String, Tensor> t, String name, int stride, int padding) {
        Tensor bias = t.get(name + ".bias");
        return torch.conv2d(
                x,
                t.get(name + ".weight"),
                bias == null ? new TensorOptional() : new TensorOptional(bias),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                1);
    }

    private static Tensor norm(Tensor x) {
        Tensor mean = x.mean(new long[] {0, 2, 3}).reshape(1, -1, 1, 1);
        Tensor centred = x.sub(mean);
        Tensor variance = centred.square().mean(new long[] {0, 2, 3}).reshape(1, -1, 1, 1);
        return centred.div(variance.add(new org.bytedeco.pytorch.Scalar(1e-5)).sqrt());
    }

    /** Section 3.1 of PA&DA: absent, not zero. */
    @Test
    void modulesOfOperationsThatAMemberDoesNotPickGetNoGradient() {
        CellNetwork definition = TinyModels.cellNetwork();
        Member member = member("nor_conv_1x1", "nor_conv_3x3", "none", "skip_connect", "nor_conv_3x3", "nor_conv_1x1");
        try (Family family = Family.of(definition, 5);
                PointerScope scope = new PointerScope()) {
            Tensor logits = family.forward(
                    TinyModels.images(definition, 4, 2), new Pass(member, BatchStatistics.INSTANCE, 0, 0));
            logits.square().sum().backward();
            Set<String> with = family.weights().tensors().entrySet().stream()
                    .filter(entry -> entry.getValue().grad().defined())
                    .map(Map.Entry::getKey)
                    .filter(name -> name.contains(".edges."))
                    .collect(Collectors.toSet());
            assertThat(with)
                    .containsExactlyInAnyOrder(
                            "cells.0.edges.1<-0.2.op.1.weight",
                            "cells.0.edges.2<-0.3.op.1.weight",
                            "cells.0.edges.3<-1.3.op.1.weight",
                            "cells.0.edges.3<-2.2.op.1.weight",
                            "cells.2.edges.1<-0.2.op.1.weight",
                            "cells.2.edges.2<-0.3.op.1.weight",
                            "cells.2.edges.3<-1.3.op.1.weight",
                            "cells.2.edges.3<-2.2.op.1.weight");
            assertThat(family.weights().tensors().get("stem.0.weight").grad().defined())
                    .isTrue();
        }
    }

    @Test
    void countedCostsAreThoseOfTheMember() {
        CellNetwork definition = published(true, Affine.NOWHERE, true);
        try (CountedCosts costs = new CountedCosts(definition)) {
            // the smallest member has no convolution in its cells
            assertThat(costs.of(definition.space().smallest()).params()).isEqualTo(432 + 71_872 + 650);
            // residual blocks at 32 and 64 channels, and 15 cells with one 1x1 convolution each
            Member one = member("none", "none", "none", "nor_conv_1x1", "none", "none");
            long cells = 5L * (16 * 16 + 16 + 32 * 32 + 32 + 64 * 64 + 64);
            assertThat(costs.of(one).params()).isEqualTo(432 + 71_872 + 650 + cells);
            long macs = 5L * (16 * 16 * 32 * 32 + 32 * 32 * 16 * 16 + 64 * 64 * 8 * 8);
            assertThat(costs.of(one).macs()
                            - costs.of(definition.space().smallest()).macs())
                    .isEqualTo(macs);
        }
    }

    @Test
    void extractedMemberHoldsItsOwnOperationsAlone() {
        CellNetwork definition = TinyModels.cellNetwork();
        Member member = member("skip_connect", "none", "nor_conv_3x3", "none", "none", "nor_conv_1x1");
        try (Family family = Family.of(definition, 5);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor images = TinyModels.images(definition, 4, 2);
            dev.weft.nn.Calibration calibration = new dev.weft.nn.Calibration();
            family.forward(images, new Pass(member, calibration, 0, 0));
            MemberStatistics statistics = calibration.statistics();
            Family alone = family.extract(member, statistics);
            assertThat(alone.weights().tensors().keySet().stream().filter(name -> name.contains("edges")))
                    .containsExactly(
                            "cells.0.edges.2<-1.3.op.1.weight",
                            "cells.0.edges.3<-2.2.op.1.weight",
                            "cells.2.edges.2<-1.3.op.1.weight",
                            "cells.2.edges.3<-2.2.op.1.weight");
            TensorAssert.assertThat(alone.forward(images, Pass.evaluation(Member.PLAIN, statistics)))
                    .isBitEqualTo(family.forward(images, Pass.evaluation(member, statistics)));
            alone.close();
            statistics.close();
        }
    }

    @Test
    void membersPrintAndParseAsTheBenchmarkWritesThem() {
        Space space = published(true, Affine.NOWHERE, true).space();
        String line = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|";
        Member member = member("nor_conv_3x3", "none", "skip_connect", "avg_pool_3x3", "none", "nor_conv_1x1");
        assertThat(space.print(member)).isEqualTo(line);
        assertThat(space.parse(line)).isEqualTo(member);
        assertThat(space.parse(member.toString())).isEqualTo(member);
        Member task = member.withContext("task", "b");
        assertThat(space.print(task)).isEqualTo(line + ",@task=b");
        assertThat(space.parse(space.print(task))).isEqualTo(task);
        for (Member each : space.enumerate(15_625)) {
            assertThat(space.parse(space.print(each))).isEqualTo(each);
        }
        // of a cell with a fixed edge, only the others are chosen
        CellNetwork part = new CellNetwork(
                null,
                8,
                4,
                1,
                1,
                List.of(List.of(CellOperation.SKIP), ALL, ALL),
                true,
                Affine.NOWHERE,
                true,
                Initialisation.UNIFORM_FAN_IN);
        assertThat(part.space().print(part.space().largest()))
                .isEqualTo("|skip_connect~0|+|nor_conv_3x3~0|nor_conv_3x3~1|");
        assertThat(part.space().parse("|skip_connect~0|+|none~0|nor_conv_3x3~1|"))
                .hasToString("edge2-0=none,edge2-1=nor_conv_3x3");
        assertThatThrownBy(() -> part.space().parse("|none~0|+|none~0|nor_conv_3x3~1|"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("edge1-0 must be one of [skip_connect], but got none");
    }

    @Test
    void whatIsNoCellIsRefusedByTheFormThatItMustHave() {
        Space space = published(true, Affine.NOWHERE, true).space();
        assertThatThrownBy(() -> space.parse("|nor_conv_3x3~0|+|none~0|skip_connect~0|"))
                .isInstanceOf(InputException.class)
                .hasMessage("A cell must be written as |op~0|+|op~0|op~1|+|op~0|op~1|op~2|, but got "
                        + "\"|nor_conv_3x3~0|+|none~0|skip_connect~0|\".");
        assertThatThrownBy(() -> space.parse("|none~0|+|none~0|none~1|+|none~0|none~1|nor_conv_1x2~2|"))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("but got nor_conv_1x2. Did you mean \"nor_conv_1x1\"?");
        assertThatThrownBy(() -> space.parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must satisfy \"the cell's input is connected with its output\"");
        assertThatThrownBy(() -> space.parse("nor_conv_3x3"))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("Or write the whole as |op~0|+|op~0|op~1|+|op~0|op~1|op~2|.");
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        List<List<CellOperation>> edges = Collections.nCopies(6, ALL);
        assertThatThrownBy(() -> new CellNetwork(
                        null,
                        8,
                        4,
                        2,
                        1,
                        Collections.nCopies(5, ALL),
                        true,
                        Affine.NOWHERE,
                        true,
                        Initialisation.UNIFORM_FAN_IN))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("so 1, 3, 6, 10, 15, 21 or 28 of them, but has 5.");
        assertThatThrownBy(() -> new CellNetwork(
                        null, 14, 4, 3, 1, edges, true, Affine.NOWHERE, true, Initialisation.UNIFORM_FAN_IN))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be a multiple of 4 for 3 stages, but is 14");
        assertThatThrownBy(() -> new CellNetwork(
                        null,
                        8,
                        4,
                        1,
                        1,
                        List.of(List.of(CellOperation.CONV_3, CellOperation.NONE)),
                        true,
                        Affine.NOWHERE,
                        true,
                        Initialisation.UNIFORM_FAN_IN))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("but one lists [nor_conv_3x3, none].");
        assertThatThrownBy(
                        () -> new CellNetwork(null, 8, 4, 1, 1, edges, true, null, true, Initialisation.UNIFORM_FAN_IN))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nowhere, outside-cells or everywhere");
        assertThatThrownBy(() -> new CellNetwork(
                        null, 8, 4, 3, 30, edges, true, Affine.NOWHERE, true, Initialisation.UNIFORM_FAN_IN))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("at most 64 cells");
    }
}
