package dev.weft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.data.SplitShares;
import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import dev.weft.train.TinyTraining;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitSeedTest {
    @TempDir
    Path folder;

    @Test
    void splitsOfASeedStayTheSameInRunsOfOthers() throws IOException {
        DataSettings open = TinyTraining.dataSettings(TinyTraining.data(folder.resolve("data")));
        String selection = open.open(3).selection().idsSha256();
        assertThat(open.open(4).selection().idsSha256()).isNotEqualTo(selection);
        DataSettings fixed = open.withSplitsOf(3);
        assertThat(fixed.open(4).selection().idsSha256()).isEqualTo(selection);
        assertThat(fixed.withSplitsOf(9)).isEqualTo(fixed);
        assertThat(fixed.withSource("elsewhere").withSplitsOf(9)).isEqualTo(fixed.withSource("elsewhere"));
        assertThat(Yaml.parse(Yaml.write(fixed), "written", DataSettings.class)).isEqualTo(fixed);
    }

    /** Text says how it is cut in its own keys, and fills a batch whatever its length; the tokenizer's file moves with the source. */
    @Test
    void textAnswersForItself() {
        DataSettings text = Yaml.parse(
                "{kind: text, source: a.txt, tokenizer: {kind: hugging-face, file: t.json}, batchSize: 4096}",
                "text",
                DataSettings.class);
        assertThatThrownBy(() -> text.withShares(SplitShares.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("data.selectionFraction and data.reportFraction");
        assertThat(text.shares()).isEmpty();
        assertThat(text.fitted(10)).isEqualTo(text);
        assertThat(text.files()).containsExactly("t.json");
        DataSettings moved = text.withPlaces(name -> "/there/" + name);
        assertThat(moved.source()).isEqualTo("/there/a.txt");
        assertThat(moved.files()).containsExactly("/there/t.json");
    }
}
