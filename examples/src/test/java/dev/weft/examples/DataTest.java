package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.data.DataCatalog;
import dev.weft.data.ImageSplits;
import dev.weft.data.TextSource;
import dev.weft.text.CharacterTokenizer;
import dev.weft.text.Tokenizer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataTest {
    @Test
    void ownFolderOfImages(@TempDir Path folder) {
        Pictures.write(folder, 20);
        // tag::splits[]
        ImageSplits splits = ImageSplits.of(DataCatalog.open(folder.toString()), 10, 1); // 10 to select by, seed 1
        assertThat(splits.train().classes()).containsExactly("dark", "light");
        assertThat(splits.selection().classCounts()).containsExactly(5, 5);
        assertThat(splits.report().size()).isEqualTo(10); // the folder has no test part
        // end::splits[]
        assertThat(splits.train().size()).isEqualTo(20);
    }

    @Test
    void textAsTokens() {
        // tag::tokens[]
        TextSource text = TextSource.open("tiny-shakespeare"); // or a path
        Tokenizer tokenizer = CharacterTokenizer.of(text.text());
        assertThat(tokenizer.vocabularySize()).isEqualTo(65);
        int[] tokens = tokenizer.encode("Whiles thou art waking.");
        assertThat(tokens).hasSize(23);
        assertThat(tokenizer.decode(tokens)).isEqualTo("Whiles thou art waking.");
        // end::tokens[]
    }
}
