package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.OperationCounter;
import dev.weft.cost.OperationMacs;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Ops;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The law of blends: where all of the weight is on one option of every choice, a whole network is that member. */
class BlendLawTest {
    private static final double TOLERANCE =
            1e-5; // logits reach 0.3 or more; sums over muted entries are in another order

    @TempDir
    Path folder;

    private static List<Sharing> blend(Blend.Norm norm, Blend.Ownership ownership) {
        return List.of(new Blend(new SimplexMap.Softmax(), norm, ownership, 1));
    }

    private static BlendedWeights blended(Family family) {
        return family.strategy(BlendedWeights.class).orElseThrow();
    }

    static List<ModelDefinition> models() {
        return List.of(
                TinyModels.mobileCnn(),
                TinyModels.visionTransformer(),
                TinyModels.convNet(),
                Presets.named("conv-quick").withInput(TinyModels.input(1, 14)),
                TinyModels.llama(),
                TinyModels.cellNetwork(),
                TinyModels.entangledCells(),
                TinyModels.cellStack(),
                TinyModels.darts(),
                TinyModels.entangledDarts(),
                TinyModels.mobileOperations());
    }

    static List<ModelDefinition> modelsWithBatchNorm() {
        return List.of(models().get(0), models().get(3));
    }

    static List<Arguments> modelsAndOwners() {
        List<Arguments> all = new ArrayList<>();
        for (ModelDefinition model : models()) {
            for (Blend.Ownership owner : Blend.Ownership.values()) {
                all.add(Arguments.of(model, owner));
            }
        }
        return all;
    }

    /** All of the weight on the options of {@code member}; what is not blended is as in it. */
    private static Member pick(Family family, Member member) {
        BlendedWeights weights = blended(family);
        Member largest = family.space().largest();
        for (Choice<?> choice : family.space().choices()) {
            if (!weights.choices().contains(choice)) {
                largest = largest.with(choice, member.value(choice)); // the resolution of images
                continue;
            }
            float[] values = new float[choice.options().size()];
            values[choice.options().indexOf(member.value(choice))] = 200;
            weights.logits(choice).copy_(Tensors.of(values, values.length));
        }
        return BlendedWeights.blend(largest, 0);
    }

    private static Set<Member> members(Family family, int count) {
        SplittableRandom random = new SplittableRandom(3);
        Set<Member> members = new LinkedHashSet<>(
                List.of(family.space().smallest(), family.space().largest()));
        int all = family.space().count().min(BigInteger.valueOf(count)).intValue();
        while (members.size() < all) {
            members.add(family.space().sample(random));
        }
        return members;
    }

    private static double gap(Family family, Member member, Tensor images) {
        Tensor alone = family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0));
        Tensor mixed = family.forward(images, new Pass(pick(family, member), BatchStatistics.INSTANCE, 0, 0));
        assertThat(alone.abs().max().item_double()).isGreaterThan(0.1); // or nothing would be compared
        return mixed.sub(alone).abs().max().item_double();
    }

    @ParameterizedTest
    @MethodSource("modelsAndOwners")
    void blendOfOneMemberWithMaskedNormsIsThatMember(ModelDefinition model, Blend.Ownership owner) {
        try (Family family = Family.of(model, 1, blend(Blend.Norm.MASKED, owner));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            perturb(family);
            Tensor images = TinyModels.examples(model, 4, 2);
            for (Member member : members(family, owner == Blend.Ownership.ENTANGLED ? 60 : 15)) {
                try (PointerScope inner = new PointerScope()) {
                    assertThat(gap(family, member, images))
                            .as(member.toString())
                            .isLessThan(TOLERANCE);
                }
            }
        }
    }

    static List<ModelDefinition> modelsAndThoseOfSplitHeads() {
        List<ModelDefinition> all = new ArrayList<>(models());
        all.add(TinyModels.languageModel());
        return all;
    }

    /** GDAS: value and multiply-adds are those of the drawn member, also where heads split the width, and the logits have a gradient. */
    @ParameterizedTest
    @MethodSource("modelsAndThoseOfSplitHeads")
    void drawOfGdasIsTheDrawnMemberAndCostsWhatItCosts(ModelDefinition model) {
        for (Blend.Norm norm : Blend.Norm.values()) {
            List<Sharing> gdas = List.of(new Blend(new SimplexMap.Gdas(null), norm, Blend.Ownership.ENTANGLED, 1));
            Set<List<OperationMacs>> costs = new LinkedHashSet<>();
            try (Family family = Family.of(model, 1, gdas)) {
                try (NoGradGuard guard = new NoGradGuard()) {
                    perturb(family);
                }
                for (long seed = 0; seed < 4; seed++) {
                    try (PointerScope scope = new PointerScope()) {
                        Tensor examples = TinyModels.examples(model, 4, 2);
                        Member blend = BlendedWeights.blend(family.space().largest(), seed);
                        Member drawn = blended(family).drawn(blend);
                        Member member = new Member(drawn.options());
                        List<OperationMacs> macs = new ArrayList<>();
                        List<OperationMacs> membersMacs = new ArrayList<>();
                        MemberStatistics statistics = FamilyTest.calibrate(family, member, examples);
                        Tensor found = counted(family, Pass.evaluation(drawn, statistics), examples, macs);
                        Tensor expected = counted(family, Pass.evaluation(member, statistics), examples, membersMacs);
                        TensorAssert.assertThat(found).as(drawn.toString()).isBitEqualTo(expected);
                        assertThat(macs).isEqualTo(membersMacs);
                        costs.add(macs);
                        found.square().sum().backward();
                        for (Choice<?> choice : blended(family).choices()) {
                            Tensor gradient = blended(family).logits(choice).grad();
                            if (gradient.defined()) {
                                assertThat(gradient.sum().abs().item_double()) // a softmax does not see a shift
                                        .isLessThan(1e-4
                                                + 1e-4 * gradient.abs().max().item_double());
                            }
                        }
                        assertThat(blended(family).choices().stream()
                                        .map(choice ->
                                                blended(family).logits(choice).grad())
                                        .anyMatch(gradient -> gradient.defined()
                                                && gradient.abs().max().item_double() > 0))
                                .isTrue();
                    }
                }
            }
            assertThat(costs).hasSizeGreaterThan(1);
        }
    }

    private static Tensor counted(Family family, Pass pass, Tensor examples, List<OperationMacs> macs) {
        try (OperationCounter counter = new OperationCounter(Bundle.of("examples", examples))) {
            List<Tensor> outputs = new ArrayList<>();
            Ops.record(counter, () -> outputs.add(family.forward(examples, pass)));
            macs.addAll(counter.operations());
            return outputs.get(0);
        }
    }

    /** Heads that split the width cut the blend's, which is the largest: a narrower member's heads are narrower. */
    @Test
    void whereHeadsSplitTheWidthABlendOfOneMemberOfTheFullWidthIsThatMemberAndNoNarrowerOneIs() {
        LanguageModel model = TinyModels.languageModel();
        try (Family family = Family.of(model, 1, blend(Blend.Norm.MASKED, Blend.Ownership.ENTANGLED));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            perturb(family);
            family.weights().tensors().forEach((name, tensor) -> {
                if (name.endsWith("qkv.weight")) {
                    tensor.mul_(new Scalar(20)); // fresh ones attend to all alike, however they are cut
                }
            });
            Tensor tokens = TinyModels.examples(model, 4, 2);
            Member smallest = family.space().smallest();
            Member wide = smallest.with(
                    family.space().choices().get(0),
                    family.space().largest().value(family.space().choices().get(0)));
            assertThat(gap(family, wide, tokens)).isLessThan(TOLERANCE);
            assertThat(gap(family, smallest, tokens)).isGreaterThan(1e-3);
        }
    }

    /** Vectors begin as constants (1 and 0), under which a forgotten bias would not show. */
    private static void perturb(Family family) {
        family.weights().tensors().forEach((name, tensor) -> {
            if (tensor.dim() == 1) {
                SplittableRandom random = new SplittableRandom(name.hashCode());
                float[] noise = new float[(int) tensor.numel()];
                for (int i = 0; i < noise.length; i++) {
                    noise[i] = (float) (0.2 * random.nextGaussian());
                }
                tensor.add_(Tensors.of(noise, noise.length));
            }
        });
    }

    /** As published: layer norm over the full width is another function than over the member's. */
    @Test
    void withFullNormsABlendOfOneNarrowTransformerIsNotThatMember() {
        ModelDefinition model = TinyModels.visionTransformer();
        try (Family family = Family.of(model, 1, blend(Blend.Norm.FULL, Blend.Ownership.ENTANGLED));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            perturb(family);
            Tensor images = TinyModels.examples(model, 4, 2);
            assertThat(gap(family, family.space().smallest(), images)).isGreaterThan(100 * TOLERANCE);
            assertThat(gap(family, family.space().largest(), images)).isLessThan(TOLERANCE);
        }
    }

    /**
     * A batch norm that is not blended lets its shift through in muted channels; but whatever reads them next is muted along that
     * axis. So a blend of <em>one</em> member is that member with full norms too, and a blend of several is not.
     */
    @ParameterizedTest
    @MethodSource("modelsWithBatchNorm")
    void batchNormsDifferOnlyInBlendsOfSeveralMembers(ModelDefinition model) {
        try (Family full = Family.of(model, 1, blend(Blend.Norm.FULL, Blend.Ownership.ENTANGLED));
                Family masked = Family.of(model, 1, blend(Blend.Norm.MASKED, Blend.Ownership.ENTANGLED));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            perturb(full);
            perturb(masked);
            Tensor images = TinyModels.examples(model, 4, 2);
            for (Member member : members(full, 10)) {
                assertThat(gap(full, member, images)).as(member.toString()).isLessThan(TOLERANCE);
            }
            List<Tensor> outputs = new ArrayList<>();
            for (Family family : List.of(full, masked)) {
                blended(family).choices().forEach(c -> blended(family).logits(c).zero_());
                Member even = BlendedWeights.blend(family.space().largest(), 0);
                outputs.add(family.forward(images, new Pass(even, BatchStatistics.INSTANCE, 0, 0)));
            }
            assertThat(outputs.get(0).sub(outputs.get(1)).abs().max().item_double())
                    .isGreaterThan(0.01);
        }
    }

    /** Check 13: layers past the exit get no gradient at all. */
    @Test
    void blendOfOneDepthGivesNoGradientToTheLayersBehindIt() {
        ModelDefinition model = TinyModels.visionTransformer();
        try (Family family = Family.of(model, 1, blend(Blend.Norm.MASKED, Blend.Ownership.ENTANGLED));
                PointerScope scope = new PointerScope()) {
            Tensor images = TinyModels.examples(model, 4, 2);
            Member three =
                    family.space().parse(family.space().largest().toString().replace("depth=4", "depth=3"));
            Member blend = picked(family, three);
            family.forward(images, new Pass(blend, BatchStatistics.INSTANCE, 0, 0))
                    .square()
                    .sum()
                    .backward();
            family.weights().tensors().forEach((name, tensor) -> {
                if (name.startsWith("blocks.3.")) {
                    TensorAssert.assertThat(tensor.grad()).as(name).isAllZero();
                } else if (name.startsWith("blocks.2.")) {
                    assertThat(tensor.grad().abs().max().item_double()).as(name).isGreaterThan(0);
                }
            });
        }
    }

    private static Member picked(Family family, Member member) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return pick(family, member);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void familyWithBlendsIsReadBackWithItsLogits(ModelDefinition model) {
        Path file = folder.resolve("family.safetensors");
        try (Family family = Family.of(model, 1, blend(Blend.Norm.MASKED, Blend.Ownership.ENTANGLED));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            family.save(file);
            Tensor images = TinyModels.examples(model, 4, 2);
            Member blend = BlendedWeights.blend(family.space().largest(), 9);
            Pass pass = new Pass(blend, BatchStatistics.INSTANCE, 0, 0);
            try (Family read = Family.open(file)) {
                assertThat(read.sharing()).isEqualTo(family.sharing());
                TensorAssert.assertThat(read.forward(images, pass)).isBitEqualTo(family.forward(images, pass));
                assertThat(blended(read).parts()).isEqualTo(blended(family).parts());
            }
        }
    }

    @Test
    void blendHasNoStandAloneModelButItsMembersHave() {
        ModelDefinition model = TinyModels.mobileCnn();
        try (Family family = Family.of(model, 1, blend(Blend.Norm.MASKED, Blend.Ownership.ENTANGLED));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Member blend = BlendedWeights.meanBlend(family.space().largest());
            assertThatThrownBy(() -> family.extract(blend, MemberStatistics.none()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("BlendedWeights.strongest");
            Member member = blended(family).strongest(blend);
            Tensor images = TinyModels.examples(model, 3, 5);
            MemberStatistics statistics = FamilyTest.calibrate(family, member, images);
            try (Family alone = family.extract(member, statistics)) {
                assertThat(alone.weights().tensors().keySet()).noneMatch(name -> name.startsWith("blend."));
                MemberStatistics own = alone.members().get("model").statistics();
                TensorAssert.assertThat(alone.forward(images, Pass.evaluation(Member.PLAIN, own)))
                        .isBitEqualTo(family.forward(images, Pass.evaluation(member, statistics)));
            }
        }
    }

    /** Check 8, in closed form for the published toy space on CIFAR-10. */
    @Test
    void entangledWeightsCostTheLargestMemberAndSeparateOnesTheirProduct() {
        ModelDefinition model = Presets.named("conv-macro")
                .withInput(new ImageInput(
                        3,
                        32,
                        List.of(0.5, 0.5, 0.5),
                        List.of(0.5, 0.5, 0.5),
                        List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")));
        int[][] widths = {{3}, {8, 16, 32}, {16, 32, 64}, {32, 64, 128}, {64, 128, 256}};
        int[] kernels = {3, 5, 7};
        long fixed = 9216L * 256 + 256 + 256 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10 + 256;
        long largest = fixed + 256 * 256 * 49;
        long separate = fixed;
        for (int i = 1; i < 5; i++) {
            largest += (long) last(widths[i]) * (last(widths[i - 1]) * 49 + 1);
            for (int out : widths[i]) {
                separate += out;
                for (int in : widths[i - 1]) {
                    for (int k : kernels) {
                        separate += (long) out * in * k * k;
                    }
                }
            }
        }
        for (int in : widths[4]) {
            separate += 256L * in * 49;
        }
        assertThat(parameters(model, List.of())).isEqualTo(largest);
        assertThat(parameters(model, blend(Blend.Norm.FULL, Blend.Ownership.ENTANGLED)))
                .isEqualTo(largest + 8 * 3);
        assertThat(parameters(model, blend(Blend.Norm.FULL, Blend.Ownership.SEPARATE)))
                .isEqualTo(separate + 8 * 3);
    }

    private static int last(int[] values) {
        return values[values.length - 1];
    }

    private static long parameters(ModelDefinition model, List<Sharing> sharing) {
        try (Family shapes = Family.ofShapes(model, sharing)) {
            return shapes.weights().tensors().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
        }
    }
}
