package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FamilyTest {
    @TempDir
    Path folder;

    static List<ModelDefinition> definitions() {
        return List.of(
                TinyModels.mobileCnn(),
                TinyModels.visionTransformer(),
                TinyModels.convNet(),
                TinyModels.cellNetwork(),
                TinyModels.entangledCells(),
                TinyModels.cellStack(),
                TinyModels.darts(),
                TinyModels.entangledDarts(),
                TinyModels.mobileOperations());
    }

    static MemberStatistics calibrate(Family family, Member member, Tensor... batches) {
        Calibration calibration = new Calibration();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            for (Tensor batch : batches) {
                family.forward(batch, new Pass(member, calibration, 0, 0));
            }
        }
        return calibration.statistics();
    }

    static List<Member> someMembers(Family family, int count) {
        SplittableRandom random = new SplittableRandom(7);
        List<Member> members = new ArrayList<>(
                List.of(family.space().smallest(), family.space().largest()));
        while (members.size() < count) {
            members.add(family.space().sample(random));
        }
        return members;
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void aForwardPassLeavesItsOutputAndNothingElse(ModelDefinition definition) {
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(definition, 1)) {
            Tensor images = TinyModels.images(definition, 2, 2);
            Pass pass = new Pass(family.space().largest(), BatchStatistics.INSTANCE, 0.1, 0.1);
            try (Counting caller = new Counting()) {
                Tensor output = family.forward(images, pass);
                assertThat(caller.held).containsExactly(output);
                output.sum().backward(); // what gradients need is still there
            }
        }
    }

    /** A scope that knows what it is to free. */
    private static final class Counting extends PointerScope {
        private final Set<Pointer> held = Collections.newSetFromMap(new IdentityHashMap<>());

        @Override
        public PointerScope attach(Pointer pointer) {
            held.add(pointer);
            return super.attach(pointer);
        }

        @Override
        public PointerScope detach(Pointer pointer) {
            held.remove(pointer);
            return super.detach(pointer);
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void memberInsideTheFamilyEqualsItsExtractedModelBitForBit(ModelDefinition definition) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = Family.of(definition, 1)) {
            Tensor images = TinyModels.images(definition, 4, 2);
            for (Member member : someMembers(family, 40)) {
                MemberStatistics statistics = calibrate(family, member, images, TinyModels.images(definition, 4, 3));
                Tensor inside = family.forward(images, Pass.evaluation(member, statistics));
                try (Family extracted = family.extract(member, statistics)) {
                    assertThat(extracted.space().choices()).isEmpty();
                    Tensor alone = extracted.forward(
                            images,
                            Pass.evaluation(
                                    Member.PLAIN,
                                    extracted.members().get("model").statistics()));
                    TensorAssert.assertThat(alone).as(member.toString()).isBitEqualTo(inside);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void gradientOfTheSmallestIsThatOfItsExtractedModelAndZeroElsewhere(ModelDefinition definition) {
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(definition, 1)) {
            Member smallest = family.space().smallest();
            Tensor images = TinyModels.images(definition, 4, 2);
            family.forward(images, new Pass(smallest, BatchStatistics.INSTANCE, 0, 0))
                    .square()
                    .sum()
                    .backward();
            Family alone = family.extract(smallest, MemberStatistics.none());
            alone.forward(images, new Pass(Member.PLAIN, BatchStatistics.INSTANCE, 0, 0))
                    .square()
                    .sum()
                    .backward();
            for (Map.Entry<String, Tensor> entry : family.weights().tensors().entrySet()) {
                String name = entry.getKey();
                Tensor gradient = entry.getValue().grad();
                if (!alone.weights().tensors().containsKey(name)) {
                    assertThat(gradient.defined()).as(name).isFalse();
                    continue;
                }
                Tensor expected = alone.weights().tensors().get(name).grad();
                if (name.contains("qkv")) { // query, key and value lie end to end
                    gradient = gradient.unflatten(0, new long[] {3, -1});
                    expected = expected.unflatten(0, new long[] {3, -1});
                }
                Tensor slice = gradient;
                for (int d = 0; d < gradient.dim(); d++) {
                    boolean kernel = name.contains("conv") && d >= 2;
                    long offset = kernel ? (gradient.size(d) - expected.size(d)) / 2 : 0;
                    slice = slice.narrow(d, offset, expected.size(d));
                }
                double scale = expected.abs().max().item_float();
                TensorAssert.assertThat(slice).as(name).isCloseTo(expected, 1e-6 * Math.max(1, scale));
                slice.zero_();
                TensorAssert.assertThat(gradient).as(name + " outside").isAllZero();
            }
            alone.close();
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void savedAndOpenedFamilyGivesTheSameOutput(ModelDefinition definition) {
        Path file = folder.resolve("family.safetensors");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = Family.of(definition, 1)) {
            Tensor images = TinyModels.images(definition, 4, 2);
            Member member = family.space().smallest();
            family.name("small", new NamedMember(member, calibrate(family, member, images), Map.of("accuracy", 0.5)));
            family.note("recipe", "test");
            family.save(file);
            try (Family opened = Family.open(file)) {
                assertThat(opened.definition()).isEqualTo(definition);
                assertThat(opened.notes()).containsEntry("recipe", "test");
                NamedMember small = opened.members().get("small");
                assertThat(small.member()).isEqualTo(member);
                assertThat(small.measurements()).containsEntry("accuracy", 0.5);
                TensorAssert.assertThat(opened.forward(images, Pass.evaluation(small.member(), small.statistics())))
                        .isBitEqualTo(family.forward(
                                images,
                                Pass.evaluation(
                                        member, family.members().get("small").statistics())));
                Path alone = folder.resolve("alone.safetensors");
                try (Family extracted = opened.extract(member, small.statistics())) {
                    extracted.save(alone);
                }
                try (Family reopened = Family.open(alone)) {
                    NamedMember only = reopened.members().get("model");
                    TensorAssert.assertThat(reopened.forward(images, Pass.evaluation(Member.PLAIN, only.statistics())))
                            .isBitEqualTo(opened.forward(images, Pass.evaluation(member, small.statistics())));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void damagedFileIsRefused(ModelDefinition definition) throws Exception {
        Path file = folder.resolve("family.safetensors");
        try (Family family = Family.of(definition, 1)) {
            family.save(file);
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 3] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> Family.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("damaged");
    }
}
