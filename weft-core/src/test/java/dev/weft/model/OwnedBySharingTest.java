package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.Exporter;
import dev.weft.ops.Bundle;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Sharing;
import dev.weft.weight.WeightNames;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.lowrank.LowRank;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a sharing may own: buffers of any type, choices, a beginning from data, what remains after extraction, and something between a
 * model's layers. The three kinds here know no model class, and no model knows them.
 */
class OwnedBySharingTest {
    private static final Kinds KINDS = Kinds.builtIn()
            .with(QuantisedBlocks.class, QuantisedBlocks.Packed.class, BottleneckAdapters.class, MaskedByBuffer.class);
    private static final ModelDefinition MODEL = TinyModels.visionTransformer();
    private static final Sharing QUANTISED = new QuantisedBlocks(List.of(2, 4, 8));
    private static final Sharing ADAPTERS = new BottleneckAdapters(2);
    private static final Sharing MASKS = new MaskedByBuffer(0.6);

    @TempDir
    Path folder;

    private static Family family(Sharing... sharing) {
        List<Bundle> calibration = List.of(images(3, 1), images(3, 2));
        return Family.of(MODEL, 5, List.of(sharing), KINDS, new FirstValues(Map.of(), calibration));
    }

    private static Bundle images(int count, long seed) {
        return Bundle.of("image", TinyModels.images(MODEL, count, seed));
    }

    private static List<Member> members(Family family) {
        SplittableRandom random = new SplittableRandom(3);
        List<Member> members = new ArrayList<>(
                List.of(family.space().smallest(), family.space().largest()));
        for (int i = 0; i < 6; i++) {
            members.add(family.space().sample(random));
        }
        return members;
    }

    private static Tensor run(Family family, Member member) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return family.forward(TinyModels.images(MODEL, 4, 9), Pass.evaluation(member, MemberStatistics.none()));
        }
    }

    /** Members answer as their stand-alone models do, bit for bit, also after both went through files. */
    private void assertLaw(Family family) {
        Path file = folder.resolve("family.safetensors");
        family.save(file);
        try (Family opened = Family.open(file, KINDS)) {
            assertThat(opened.sharing()).isEqualTo(family.sharing());
            assertThat(opened.space()).isEqualTo(family.space());
            for (Member member : members(family)) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor inside = run(family, member);
                    TensorAssert.assertThat(run(opened, member)).isBitEqualTo(inside);
                    Path alone = folder.resolve("alone.safetensors");
                    try (Family extracted = opened.extract(member, MemberStatistics.none())) {
                        TensorAssert.assertThat(run(extracted, Member.PLAIN)).isBitEqualTo(inside);
                        extracted.save(alone);
                    }
                    try (Family read = Family.open(alone, KINDS)) {
                        TensorAssert.assertThat(run(read, Member.PLAIN)).isBitEqualTo(inside);
                    }
                }
            }
        }
    }

    private static Map<String, Tensor> copies(Map<String, Tensor> tensors) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        tensors.forEach(
                (name, tensor) -> copies.put(name, Tensors.keep(tensor.detach().clone())));
        return copies;
    }

    /** One step of gradient descent of all that the optimiser of the weights trains; returns the names of what has moved. */
    private static List<String> step(Family family) {
        List<String> moved = new ArrayList<>();
        Map<String, Tensor> before = copies(family.weights().stored());
        try (PointerScope scope = new PointerScope()) {
            Tensor outputs = family.forward(
                    TinyModels.images(MODEL, 4, 3),
                    Pass.evaluation(family.space().largest(), MemberStatistics.none()));
            outputs.square().sum().backward();
            try (NoGradGuard guard = new NoGradGuard()) {
                family.parameters().values().forEach(parameter -> {
                    if (parameter.grad().defined()) {
                        parameter.sub_(parameter.grad().mul(new Scalar(0.01)));
                        parameter.mutable_grad().reset();
                    }
                });
            }
            family.weights().stored().forEach((name, tensor) -> {
                if (!tensor.equal(before.get(name))) {
                    moved.add(name);
                }
            });
        }
        before.values().forEach(Tensor::close);
        return moved;
    }

    @Test
    void bitsOfABlockAreAChoiceOfTheFamilyLikeAnyOther() {
        try (Family family = family(QUANTISED)) {
            List<String> names =
                    family.space().choices().stream().map(Choice::name).toList();
            assertThat(names).contains("bits0", "bits1");
            assertThat(MODEL.space().choices())
                    .noneMatch(choice -> choice.name().startsWith("bits"));
            Member largest = family.space().largest();
            Member coarse = family.member(family.space().print(largest).replace("bits0=8", "bits0=2"));
            assertThat(coarse.options()).containsEntry("bits0", 2).containsEntry("bits1", 8);
            try (PointerScope scope = new PointerScope()) {
                assertThat(run(family, coarse).equal(run(family, largest))).isFalse();
            }
        }
    }

    @Test
    void codesAreStoredNeverTrainedAndRemainOfAMemberAtItsBits() {
        try (Family family = family(QUANTISED)) {
            Map<String, Tensor> buffers = family.weights().buffers();
            Tensor codes = buffers.get("blocks.0.mlp.fc1.weight.codes");
            assertThat(codes.scalar_type().intern()).isEqualTo(torch.ScalarType.Char);
            assertThat(codes.requires_grad()).isFalse();
            assertThat(codes.abs().max().item_int()).isEqualTo(127);
            assertThat(family.parameters())
                    .doesNotContainKeys("blocks.0.mlp.fc1.weight", "blocks.0.mlp.fc1.weight.codes");
            assertThat(Tensors.floats(buffers.get("blocks.0.mlp.fc1.weight.reach"))[0])
                    .as("seen of the calibration batches")
                    .isPositive();
            assertThat(step(family)).isNotEmpty().noneMatch(buffers::containsKey);
            assertLaw(family);
            Member two =
                    family.member(family.space().print(family.space().largest()).replace("bits0=8", "bits0=2"));
            try (Family extracted = family.extract(two, MemberStatistics.none())) {
                assertThat(extracted.sharing())
                        .containsExactly(new QuantisedBlocks.Packed(Map.of("0", 2, "1", 8, "2", 8, "3", 8)));
                Tensor kept = extracted.weights().buffers().get("blocks.0.mlp.fc1.weight.codes");
                assertThat(kept.abs().max().item_int()).isLessThanOrEqualTo(2);
                assertThat(extracted.weights().tensors()).doesNotContainKey("blocks.0.mlp.fc1.weight");
            }
        }
    }

    @Test
    void codesAreExportedAsCodes() {
        try (Family family = family(QUANTISED);
                PointerScope scope = new PointerScope()) {
            Member member =
                    family.member(family.space().print(family.space().largest()).replace("bits0=8", "bits0=4"));
            Path file = folder.resolve("codes.onnx");
            var result = Exporter.export(
                    family,
                    member,
                    MemberStatistics.none(),
                    List.of(images(5, 1), images(2, 2)),
                    ExportOptions.onnx(file));
            assertThat(file).exists();
            assertThat(result.check().toString()).isNotEmpty();
        }
    }

    @Test
    void adapterIsInsertedTrainedAndStaysApart() {
        try (Family plain = Family.of(MODEL, 5);
                Family family = family(ADAPTERS)) {
            assertThat(plain.weights().tensors().keySet()).noneMatch(name -> name.contains("adapter"));
            assertThat(family.weights().tensors().keySet().stream().filter(name -> name.contains("adapter")))
                    .hasSize(4 * MODEL_BLOCKS);
            assertThat(step(family)).contains("blocks.0.attn.adapter.down.weight", "blocks.1.mlp.adapter.up.weight");
            assertLaw(family);
            try (Family extracted = family.extract(family.space().smallest(), MemberStatistics.none())) {
                assertThat(extracted.sharing()).containsExactly(ADAPTERS);
            }
        }
    }

    private static final int MODEL_BLOCKS = (int) new FamilyDefinition(MODEL, List.of(QUANTISED))
            .space().choices().stream()
                    .filter(choice -> choice.name().startsWith("bits"))
                    .count();

    @Test
    void maskIsStoredAsBooleansAndNothingOfItRemains() {
        try (Family family = family(MASKS)) {
            Tensor mask = family.weights().buffers().get("blocks.0.mlp.fc1.weight.mask");
            assertThat(mask.scalar_type().intern()).isEqualTo(torch.ScalarType.Bool);
            double kept = mask.to(torch.ScalarType.Float).mean().item_double();
            assertThat(kept).isBetween(0.4, 0.8);
            assertThat(step(family)).isNotEmpty().noneMatch(name -> name.endsWith(".mask"));
            assertLaw(family);
            try (Family extracted = family.extract(family.space().largest(), MemberStatistics.none())) {
                assertThat(extracted.sharing()).isEmpty();
                assertThat(extracted.weights().buffers()).isEmpty();
                Tensor weight = extracted.weights().tensors().get("blocks.0.mlp.fc1.weight");
                assertThat(weight.eq(new Scalar(0)).sum().item_long()).isPositive();
            }
        }
    }

    @Test
    void kindsStandOverOneAnother() {
        try (Family family = family(MASKS, QUANTISED, ADAPTERS)) {
            assertThat(step(family)).isNotEmpty();
            assertLaw(family);
        }
    }

    @Test
    void whatRemainsStandsOverNothingThatGoes() {
        try (Family family = family(ADAPTERS, MASKS)) {
            assertThatThrownBy(() -> family.extract(family.space().largest(), MemberStatistics.none()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must be listed last");
        }
    }

    @Test
    void familyOverOtherValuesReadsTheSameBuffers() {
        try (Family family = family(QUANTISED);
                Family aside = family.with(Map.of());
                PointerScope scope = new PointerScope()) {
            Member member = family.space().smallest();
            TensorAssert.assertThat(run(aside, member)).isBitEqualTo(run(family, member));
        }
    }

    @Test
    void fileWithABufferOfAnotherTypeIsRefused() {
        Map<String, Tensor> stored = Map.of("mask", Tensors.of(new float[] {1, 0}, 2));
        try (SharedWeights weights = SharedWeights.of(stored::get, "family.safetensors")) {
            assertThatThrownBy(() -> weights.buffer("mask", () -> torch.zeros(2).to(torch.ScalarType.Bool)))
                    .isInstanceOf(InputException.class)
                    .hasMessage("family.safetensors: tensor mask must be [2] of BOOL, but is [2] of Float.");
        }
    }

    @Test
    void namesOfWeightsAndBuffersAreApart() {
        try (SharedWeights weights = SharedWeights.initialised(1)) {
            weights.buffer("a", () -> torch.zeros(2));
            weights.weight("b", Init.ones(), Axis.fixed(2));
            assertThatThrownBy(() -> weights.weight("a", Init.ones(), Axis.fixed(2)))
                    .hasMessageContaining("a is a buffer");
            assertThatThrownBy(() -> weights.buffer("b", () -> torch.zeros(2))).hasMessageContaining("b is a weight");
        }
    }

    /** Query, key and value lie in one stored matrix, and a pattern can be for one of them. */
    @Test
    void partsOfAStoredMatrixAreTargetsOfTheirOwn() {
        assertThat(WeightNames.part("qkv.weight", Axis.part(2, 3, Dim.of(4)), Axis.fixed(4)))
                .isEqualTo("qkv.weight[2]");
        Sharing query = new LowRank("attn\\.qkv\\.weight\\[0\\]", 2, 4, 1, new MemberEncoding.Scaled(), false, false);
        try (Family plain = Family.of(MODEL, 5);
                Family family = Family.of(MODEL, 5, List.of(query));
                PointerScope scope = new PointerScope()) {
            Member member = family.space().smallest();
            try (NoGradGuard guard = new NoGradGuard()) {
                family.weights().tensors().forEach((name, tensor) -> {
                    if (name.endsWith("low_rank.basis")) {
                        tensor.fill_(new Scalar(0.5));
                    }
                });
            }
            List<Tensor> before = plain.weightsOf(Reading.of(member));
            List<Tensor> after = family.weightsOf(Reading.of(member));
            long differ = 0;
            for (int i = 0; i < before.size(); i++) {
                differ += before.get(i).equal(after.get(i)) ? 0 : 1;
            }
            long blocks = family.weights().tensors().keySet().stream()
                    .filter(name -> name.endsWith("low_rank.basis"))
                    .count();
            assertThat(blocks).isEqualTo(MODEL_BLOCKS);
            assertThat(differ).as("queries of the blocks that the member runs").isBetween(1L, blocks);
        }
    }
}
