package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Llama2cTest {
    @TempDir
    Path folder;

    @Test
    void familyIsSavedAndOpenedWithItsTokenizer() {
        Path file = folder.resolve("stories.safetensors");
        try (PointerScope scope = new PointerScope();
                Family family = Stories.family()) {
            family.save(file);
            try (Family opened = Family.open(file)) {
                assertThat(opened.definition()).isEqualTo(family.definition());
                Tensor tokens = Tensor.create(new long[] {1, 403, 407, 261, 378}, 1, 5);
                Pass pass = Pass.evaluation(Member.PLAIN, MemberStatistics.none());
                TensorAssert.assertThat(opened.forward(tokens, pass)).isBitEqualTo(family.forward(tokens, pass));
            }
        }
    }

    @Test
    void modelHasTheSizesOfTheHeader() {
        try (Family family = Stories.family()) {
            LanguageModel model = (LanguageModel) family.definition();
            assertThat(model.input().contextLength()).isEqualTo(512);
            assertThat(model.groupSize()).isEqualTo(2);
            assertThat(family.weights().tensors().values().stream()
                            .mapToLong(Tensor::numel)
                            .sum())
                    .isEqualTo(260_032); // the file's numbers, without the two tables that are not read
        }
    }

    @Test
    void fileThatIsCutShortOrOfAnotherKindIsOneClearMessage() throws IOException {
        byte[] bytes = Files.readAllBytes(Stories.MODEL);
        refused(
                Arrays.copyOf(bytes, bytes.length - 4),
                "must be a llama2.c checkpoint of 1056540 bytes, as its header says");
        refused(Arrays.copyOf(bytes, bytes.length + 4), "but has 1056544");
        refused(Arrays.copyOf(bytes, 20), "holds no sizes of one");
        refused(new byte[0], "holds no sizes of one");
        refused(Files.readAllBytes(Stories.TOKENIZER), "holds no sizes of one");
        byte[] heads = bytes.clone();
        ByteBuffer.wrap(heads).order(ByteOrder.LITTLE_ENDIAN).putInt(12, 7); // 7 heads do not divide 64
        refused(heads, "holds no sizes of one");
        assertThatThrownBy(() -> Llama2c.read(folder.resolve("none.bin"), Stories.TOKENIZER, 0))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Cannot read ");
    }

    private void refused(byte[] bytes, String message) throws IOException {
        Path file = Files.write(folder.resolve("model.bin"), bytes);
        assertThatThrownBy(() -> Llama2c.read(file, Stories.TOKENIZER, 0))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }
}
