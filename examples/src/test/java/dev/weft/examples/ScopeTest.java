package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.ops.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** What docs/memory.md says of scopes. */
class ScopeTest {
    @Test
    void scopeFreesWhatIsNotKept() {
        // tag::scope[]
        Tensor kept;
        Tensor temporary;
        try (PointerScope scope = new PointerScope()) {
            temporary = torch.ones(1000); // attached to the scope: count 1
            kept = Tensors.keep(temporary.exp()); // attached and retained: count 2
        } // each released once: the temporary is freed
        assertThat(temporary.isNull()).isTrue();
        assertThat(kept.numel()).isEqualTo(1000);
        kept.close(); // released again: freed
        assertThat(kept.isNull()).isTrue();
        // end::scope[]
    }

    @Test
    void scopedBodyHandsItsResultToTheScopeAround() {
        Tensor result;
        try (PointerScope scope = new PointerScope()) {
            result = Tensors.scoped(() -> torch.ones(10).exp());
            assertThat(result.isNull()).isFalse();
        }
        assertThat(result.isNull()).isTrue();
    }

    @Test
    void viewOutlivesTheHandleItWasMadeFrom() {
        Tensor whole = Tensors.of(new float[] {1, 2, 3}, 3);
        Tensor view = Tensors.keep(whole.narrow(0, 1, 1));
        whole.close();
        assertThat(view.item_float()).isEqualTo(2);
        view.close();
    }
}
