package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.delta.DeltaSet;
import dev.weft.delta.Fingerprint;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.StoredTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member's file that holds only what changes its base. */
class MemberDeltaTest {
    private static final String TUNED = "classifier.weight";

    @TempDir
    Path folder;

    private final Family base = Family.of(TinyModels.mobileCnn(), 1);
    private final Family tuned = Family.of(TinyModels.mobileCnn(), 1);
    private final Member smallest = tuned.space().smallest();

    /** By far more than rounding, and by far less: a sum of base and difference would round. */
    private void tune(String... names) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            for (String name : names) {
                Tensor weight = tuned.weights().stored().get(name);
                weight.mul_(new Scalar(1e-5)).add_(Tensors.scalar(0.3));
            }
        }
    }

    private Family extracted(Family family) {
        MemberStatistics statistics =
                FamilyTest.calibrate(family, smallest, TinyModels.images(family.definition(), 2, 1));
        Family alone = family.extract(smallest, statistics);
        statistics.close();
        return alone;
    }

    @AfterEach
    void close() {
        base.close();
        tuned.close();
    }

    @Test
    void withItsBaseItIsTheModelByteForByte() throws IOException {
        tune(TUNED, "conv_stem.weight");
        Path whole = folder.resolve("whole.safetensors");
        Path delta = folder.resolve("delta.safetensors");
        Path again = folder.resolve("again.safetensors");
        try (Family alone = extracted(tuned)) {
            alone.note("member", "smallest");
            alone.save(whole);
            int statistics = alone.members().get("model").statistics().tensors().size();
            assertThat(MemberDelta.write(alone, Optional.of(smallest), base, delta))
                    .isEqualTo(2 + statistics);
        }
        try (Family opened = MemberDelta.open(delta, base)) {
            opened.save(again);
        }
        assertThat(again).hasSameBinaryContentAs(whole);
        assertThat(Files.size(delta)).isLessThan(Files.size(whole));
        assertThat(SafetensorsFile.open(delta).names())
                .contains("tensor/" + TUNED)
                .doesNotContain("tensor/conv_head.weight");
    }

    @Test
    void anExtractedBaseServesAsItsFamilyDoes() {
        tune(TUNED);
        Path delta = folder.resolve("delta.safetensors");
        Path again = folder.resolve("again.safetensors");
        try (Family alone = extracted(tuned);
                Family baseAlone = extracted(base)) {
            alone.save(folder.resolve("whole.safetensors"));
            MemberDelta.write(alone, Optional.empty(), baseAlone, delta);
            try (Family opened = MemberDelta.open(delta, baseAlone)) {
                opened.save(again);
            }
            assertThat(again).hasSameBinaryContentAs(folder.resolve("whole.safetensors"));
            assertThatThrownBy(() -> MemberDelta.open(delta, base))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("A model without choices must have a base without choices")
                    .hasMessageContaining("extract BASE --member MEMBER --out FILE");
        }
    }

    @Test
    void whatASharingLeavesOfAnyTypeIsWhole() {
        Kinds kinds = Kinds.builtIn().with(QuantisedBlocks.class, QuantisedBlocks.Packed.class);
        try (Family family = Family.of(
                        TinyModels.languageModel(), 3, List.of(new QuantisedBlocks(List.of(2, 4, 8))), kinds);
                Family other = Family.of(
                        TinyModels.languageModel(), 3, List.of(new QuantisedBlocks(List.of(2, 4, 8))), kinds);
                MemberStatistics none = MemberStatistics.none()) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                other.weights().buffers().values().iterator().next().add_(new Scalar(1));
            }
            Member member = family.space().largest();
            Path delta = folder.resolve("delta.safetensors");
            try (Family alone = other.extract(member, none)) {
                alone.save(folder.resolve("whole.safetensors"));
                assertThat(MemberDelta.write(alone, Optional.of(member), family, delta))
                        .isEqualTo(1);
            }
            assertThat(SafetensorsFile.open(delta).names().stream()
                            .map(name -> SafetensorsFile.open(delta).entry(name).dtype()))
                    .containsExactly("I8");
            try (Family opened = MemberDelta.open(delta, family, kinds)) {
                opened.save(folder.resolve("again.safetensors"));
            }
            assertThat(folder.resolve("again.safetensors")).hasSameBinaryContentAs(folder.resolve("whole.safetensors"));
        }
    }

    @Test
    void itIsADeltaSetToReckonWith() {
        tune(TUNED);
        Path delta = folder.resolve("delta.safetensors");
        try (Family alone = extracted(tuned);
                Family before = extracted(base)) {
            MemberDelta.write(alone, Optional.empty(), before, delta);
            Map<String, Tensor> stored = before.weights().stored();
            try (DeltaSet set = DeltaSet.read(delta, stored);
                    DeltaSet difference =
                            DeltaSet.difference(stored, alone.weights().stored());
                    DeltaSet half = set.times(0.5)) {
                assertThat(set.base()).isEqualTo(Fingerprint.of(stored));
                assertThat(Tensors.floats(set.deltas().get(TUNED).dense()))
                        .isEqualTo(Tensors.floats(difference.deltas().get(TUNED).dense()));
                assertThat(half.deltas().get(TUNED).squaredNorm())
                        .isEqualTo(difference.deltas().get(TUNED).squaredNorm() / 4);
            }
        }
        assertThatThrownBy(() -> DeltaSet.read(delta))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be read with that base");
    }

    // What is refused

    private Path written() {
        tune(TUNED);
        Path delta = folder.resolve("delta.safetensors");
        try (Family alone = extracted(tuned)) {
            MemberDelta.write(alone, Optional.of(smallest), base, delta);
        }
        return delta;
    }

    @Test
    void anotherBaseIsRefused() {
        Path delta = written();
        assertThatThrownBy(() -> MemberDelta.open(delta, tuned))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("with its own base");
        try (Family other = Family.of(TinyModels.convNet(), 1)) {
            assertThatThrownBy(() -> MemberDelta.open(delta, other)).isInstanceOf(InputException.class);
        }
    }

    @Test
    void withoutItsBaseItSaysHowToGiveIt() {
        Path delta = written();
        assertThatThrownBy(() -> Family.open(delta))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds only what changes its base")
                .hasMessageContaining("--base BASE --out FILE");
        assertThatThrownBy(() -> FamilyDescription.of(SafetensorsFile.open(delta), Kinds.builtIn()))
                .hasMessageContaining("--base BASE --out FILE");
        assertThat(MemberDelta.describe(SafetensorsFile.open(delta), Kinds.builtIn())
                        .orElseThrow()
                        .notes())
                .containsKey("member");
    }

    @Test
    void anotherModelIsNoBase() {
        try (Family alone = extracted(tuned);
                Family other = Family.of(TinyModels.convNet(), 1);
                Family wider = Family.of(TinyModels.mobileCnn().at(base.space().largest()), 1)) {
            Path delta = folder.resolve("delta.safetensors");
            assertThatThrownBy(() -> MemberDelta.write(alone, Optional.empty(), wider, delta))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("in the base and")
                    .hasMessageContaining("extract it whole");
            assertThatThrownBy(() -> MemberDelta.write(alone, Optional.of(smallest), other, delta))
                    .isInstanceOf(InputException.class);
            try (Family cells = Family.of(TinyModels.darts(), 1)) { // whose members have a notation of their own
                assertThatThrownBy(() -> MemberDelta.write(alone, Optional.of(smallest), cells, delta))
                        .isInstanceOf(InputException.class);
            }
            assertThat(delta).doesNotExist();
        }
    }

    @Test
    void aFileThatHoldsNoDeltaOfAModelIsRefused() {
        Path whole = folder.resolve("whole.safetensors");
        try (Family alone = extracted(tuned)) {
            alone.save(whole);
        }
        assertThatThrownBy(() -> MemberDelta.open(whole, base))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must hold what changes that base")
                .hasMessageContaining("Open it without one");
        Path plain = folder.resolve("plain.safetensors");
        try (DeltaSet set = DeltaSet.of(Fingerprint.of(base.weights().stored()), Map.of())) {
            set.write(plain);
        }
        assertThatThrownBy(() -> MemberDelta.open(plain, base)).hasMessageContaining("does not");
    }

    @Test
    void aDamagedFileIsRefused() throws IOException {
        Path delta = written();
        byte[] bytes = Files.readAllBytes(delta);
        bytes[bytes.length - 5] ^= 1;
        Files.write(delta, bytes);
        assertThatThrownBy(() -> MemberDelta.open(delta, base))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is damaged");
    }

    /** The written file with one more tensor, or another in place of one. */
    private Path with(String name, Tensor tensor) {
        SafetensorsFile file = SafetensorsFile.open(written());
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        file.names().forEach(other -> tensors.put(other, StoredTensors.data(StoredTensors.copied(file, other))));
        tensors.put(name, StoredTensors.data(tensor));
        Path bad = folder.resolve("bad.safetensors");
        Safetensors.write(bad, tensors, file.metadata());
        return bad;
    }

    @Test
    void aTensorOfAnotherShapeIsRefused() {
        Path bad = with("tensor/" + TUNED, Tensors.zeros(3));
        assertThatThrownBy(() -> MemberDelta.open(bad, base))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(bad.toString())
                .hasMessageContaining(TUNED)
                .hasMessageContaining("must keep its shape");
    }

    @Test
    void aTensorThatIsNoChangeIsRefused() {
        Path bad = with("other/" + TUNED, Tensors.zeros(3));
        assertThatThrownBy(() -> MemberDelta.open(bad, base))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("belongs to no change");
    }

    @Test
    void aTensorThatIsChangedTwiceIsRefused() {
        Path bad = with("delta/" + TUNED, Tensors.zeros(3));
        assertThatThrownBy(() -> MemberDelta.open(bad, base))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("belongs to no change");
    }

    @Test
    void aTensorThatTheModelDoesNotHaveIsRefused() {
        Path bad = with("tensor/stray", Tensors.zeros(3));
        assertThatThrownBy(() -> MemberDelta.open(bad, base))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("stray");
    }

    @Test
    void numbersThatAreNoneAreRefused() {
        Path bad = with("tensor/" + TUNED, Tensors.of(new float[] {Float.NaN}, 1));
        assertThatThrownBy(() -> MemberDelta.open(bad, base))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must hold finite numbers");
    }
}
