package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCatalogTest {
    @TempDir
    Path folder;

    @Test
    void listsAndOpensTheEmbeddedData() {
        ImageListing embedded = (ImageListing) DataCatalog.list().get(0);
        ImageParts parts = DataCatalog.open(embedded.name());
        assertThat(embedded.available()).isTrue();
        assertThat(parts.train().size()).isEqualTo(embedded.train());
        assertThat(parts.test().orElseThrow().size()).isEqualTo(embedded.test());
        assertThat(embedded.licence()).isEqualTo("MIT (Zalando SE)");
        DataInspection seen = DataCatalog.inspect(embedded.name());
        assertThat(seen.images()).isEqualTo(12_000);
        assertThat(seen.problems()).isEmpty();
        assertThat(seen.parts()).extracting(DataInspection.Part::name).containsExactly("train", "test");
    }

    @Test
    void refusesWhatIsNeitherNameNorFolder() throws IOException {
        refused(
                "fashion",
                "Unknown data \"fashion\": it must be a folder, or one of [fashion-mnist-10k, fashion-mnist]");
        refused("", "Unknown data \"\"");
        refused("a\0b", "neither the name of a data set nor a folder");
        refused(Files.createFile(folder.resolve("file")).toString(), "is not a folder, but images are needed here");
        refused(Files.createDirectory(folder.resolve("empty")).toString(), "holds no images that Weft knows");
    }

    @Test
    void whatIsInspectedMayBeTextAsWell() throws IOException {
        assertThatThrownBy(() -> DataCatalog.inspect("nowhere.txt"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a file or folder of text, or one of [fashion-mnist-10k, fashion-mnist, tiny-");
        assertThatThrownBy(() -> DataCatalog.inspect(folder.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds no images that Weft knows")
                .hasMessageContaining("and no text: that is files whose names end in .txt");
    }

    @Test
    void listsTheEmbeddedTextAsItIs() {
        TextListing embedded = (TextListing) DataCatalog.list().get(2);
        TextSource text = TextSource.open(embedded.name());
        assertThat(text.characters()).isEqualTo(embedded.characters());
        assertThat(text.distinctCharacters()).isEqualTo(embedded.distinctCharacters());
        refused("tiny-shakespeare", "is text, but images are needed here");
    }

    @Test
    void tellsTextFromImages() throws IOException {
        assertThat(DataCatalog.isText("tiny-shakespeare")).isTrue();
        assertThat(DataCatalog.isText("fashion-mnist-10k")).isFalse();
        assertThat(DataCatalog.isText("a\0b")).isFalse();
        assertThat(DataCatalog.isText(folder.toString())).isFalse();
        Path note = Files.createDirectories(folder.resolve("part")).resolve("notes.txt");
        Files.writeString(note, "text");
        assertThat(DataCatalog.isText(note.toString())).isTrue();
        assertThat(DataCatalog.isText(folder.toString())).isTrue();
        Files.createFile(folder.resolve("part/photo.PNG"));
        assertThat(DataCatalog.isText(folder.toString())).isFalse();
        Files.delete(folder.resolve("part/photo.PNG"));
        Files.createFile(folder.resolve("data_batch_1.bin"));
        Files.createFile(folder.resolve("test_batch.bin"));
        assertThat(DataCatalog.isText(folder.toString())).isFalse();
    }

    private static void refused(String data, String reason) {
        assertThatThrownBy(() -> DataCatalog.open(data))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(reason);
        assertThatThrownBy(() -> DataCatalog.inspect(data)).isInstanceOf(InputException.class);
    }
}
