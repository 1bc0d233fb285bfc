package org.example.outside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelDefinition;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import dev.weft.weight.Sharing;
import dev.weft.weight.SharingContract;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sharing with choices of its own, whole numbers that nothing trains, a beginning from data, and something that remains. */
class CodedMatricesTest {
    private static final Kinds KINDS = OutsideKinds.KINDS;

    @TempDir
    Path folder;

    @Nested
    class ContractOfIt implements SharingContract {
        @Override
        public Sharing sharing() {
            return new CodedMatrices("fc1", List.of(2, 4, 8));
        }

        @Override
        public ModelDefinition model() {
            return new Perceptron(
                    new ImageInput(1, 6, List.of(0.5), List.of(0.25), List.of("a", "b", "c")), List.of(4, 8, 16));
        }

        @Override
        public Kinds kinds() {
            return KINDS;
        }
    }

    private Recipe recipe() throws Exception {
        return Recipes.read(Example.coded(folder, 3).toString(), List.of(), KINDS);
    }

    @Test
    void buffersAreInCheckpointsAndStayAsTheyBegan() throws Exception {
        Path straight = folder.resolve("straight");
        Path stopped = folder.resolve("stopped");
        try (Trainer trainer = Trainer.start(recipe(), straight, 1, KINDS)) {
            Tensor codes = trainer.family().weights().buffers().get("fc1.weight.codes");
            assertThat(codes.scalar_type().intern()).isEqualTo(ScalarType.Char);
            assertThat(Tensors.floats(trainer.family().weights().buffers().get("fc1.weight.reach"))[0])
                    .as("seen of the calibration batches")
                    .isPositive();
            trainer.run(() -> false, List.of());
        }
        try (Trainer trainer = Trainer.start(recipe(), stopped, 1, KINDS)) {
            trainer.run(() -> trainer.stepsDone() >= 7, List.of());
        }
        try (Trainer trainer = Trainer.resume(stopped, Optional.empty(), KINDS)) {
            trainer.run(() -> false, List.of());
        }
        try (Family first = Family.open(straight.resolve("family.safetensors"), KINDS);
                Family second = Family.open(stopped.resolve("family.safetensors"), KINDS)) {
            Map<String, Tensor> stored = first.weights().stored();
            assertThat(stored).containsKeys("fc1.weight.codes", "fc1.weight.scale", "fc2.weight");
            assertThat(stored).doesNotContainKey("fc1.weight");
            stored.forEach((name, tensor) -> assertThat(
                            Tensors.bytes(second.weights().stored().get(name)))
                    .as(name)
                    .isEqualTo(Tensors.bytes(tensor)));
            Member coarse = first.member("hidden=8,fc1.bits=2");
            assertThat(first.plan().alone(coarse).sharing()).containsExactly(new PackedMatrices("fc1"));
        }
    }
}
