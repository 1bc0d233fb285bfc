package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextSourceTest {
    @TempDir
    Path folder;

    @Test
    void embeddedTextIsTheOneThatItsSourceNoteStates() throws IOException {
        TextSource text = TextSource.open("tiny-shakespeare");
        assertThat(text.characters()).isEqualTo(1_115_394);
        assertThat(text.distinctCharacters()).isEqualTo(65);
        assertThat(text.lines()).isEqualTo(40_000);
        assertThat(text.text()).startsWith("First Citizen:\nBefore we proceed").endsWith("Whiles thou art waking.\n");
        try (InputStream note = TextSource.class.getResourceAsStream("tiny-shakespeare/SOURCE.txt")) {
            assertThat(new String(note.readAllBytes(), StandardCharsets.UTF_8))
                    .contains(text.sha256() + "  input.txt\n");
        }
    }

    @Test
    void aFileIsReadAsItIsButForAByteOrderMark() throws IOException {
        Path file = Files.writeString(folder.resolve("any name"), "\uFEFFone\r\ntwo\r\n\uFEFF\uD83D\uDE00é");
        TextSource text = TextSource.open(file.toString());
        assertThat(text.text()).isEqualTo("one\r\ntwo\r\n\uFEFF\uD83D\uDE00é");
        assertThat(text.characters()).isEqualTo(13);
        assertThat(text.distinctCharacters()).isEqualTo(10);
        assertThat(text.lines()).isEqualTo(3);
        assertThat(text.name()).isEqualTo(file.toString());
    }

    @Test
    void aCompressedFileIsReadToo() throws IOException {
        Path file = Files.write(folder.resolve("a.txt.gz"), gzip("naïve\n"));
        assertThat(TextSource.open(file.toString()).text()).isEqualTo("naïve\n");
    }

    /** Upper case sorts before lower; a/z.txt after a.txt, for '.' is before '/'. */
    @Test
    void aFolderIsJoinedInTheOrderOfItsPaths() throws IOException {
        Files.createDirectories(folder.resolve("a"));
        Files.createDirectories(folder.resolve(".hidden"));
        Files.writeString(folder.resolve("b.txt"), "b without an end");
        Files.writeString(folder.resolve("a/z.txt"), "\uFEFFz\n");
        Files.writeString(folder.resolve("a.txt"), "a");
        Files.writeString(folder.resolve("empty.txt"), "");
        Files.writeString(folder.resolve("C.TXT"), "C\r\n");
        Files.write(folder.resolve("last.txt.gz"), gzip("last"));
        Files.writeString(folder.resolve("read.md"), "no");
        Files.writeString(folder.resolve(".secret.txt"), "no");
        Files.writeString(folder.resolve(".hidden/no.txt"), "no");
        assertThat(TextSource.open(folder.toString()).text()).isEqualTo("C\r\na\nz\nb without an end\nlast");
    }

    @Test
    void namesTheFirstByteThatIsNoText() throws IOException {
        refused(
                write("latin", "\uFEFFno é".getBytes(StandardCharsets.UTF_8), 0xE9, ' ', 0xFF),
                "byte 8 (from 0), 0xE9");
        refused(write("cut", "ab".getBytes(StandardCharsets.UTF_8), 0xF0, 0x9F, 0x98), "byte 2 (from 0), 0xF0");
        refused(write("surrogate", new byte[0], 'a', 0xED, 0xA0, 0x80), "byte 1 (from 0), 0xED");
        refused(write("binary", "abc".getBytes(StandardCharsets.UTF_8), 0, 0xFF), "byte 3 (from 0) is NUL");
        refused(
                write("long", "é".repeat(100_000).getBytes(StandardCharsets.UTF_8), 0xC0),
                "byte 200000 (from 0), 0xC0");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        refused(folder.resolve("none"), "it must be a file or a folder of UTF-8 text, or one of [tiny-shakespeare]");
        refused(Files.createFile(folder.resolve("empty")), "must hold text, but is empty");
        refused(write("mark", new byte[0], 0xEF, 0xBB, 0xBF), "must hold text, but is empty");
        Path sub = Files.createDirectory(folder.resolve("sub"));
        refused(sub, "holds no text: it must have files whose names end in .txt or .txt.gz");
        Files.createFile(sub.resolve("empty.txt"));
        refused(sub, "must hold text, but is empty");
        Files.write(sub.resolve("z.txt"), new byte[] {'a', (byte) 0x80});
        refused(sub, "z.txt must be UTF-8 text, but its byte 1 (from 0), 0x80,");
        refused(Files.writeString(folder.resolve("not.gz"), "plain"), "is not a sound gzip file");
        assertThatThrownBy(() -> TextSource.open("fashion-mnist-10k"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds images, but text is needed here");
        assertThatThrownBy(() -> TextSource.open("a\0b"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("neither the name of a text nor a file or folder");
        assertThatThrownBy(() -> TextSource.open("")).isInstanceOf(InputException.class);
    }

    @Test
    void hasTheFingerprintOfItsText() {
        // printf 'abc\n' | sha256sum
        assertThat(new TextSource("x", "abc\n").sha256())
                .isEqualTo("edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb");
    }

    @Test
    void isShownWithoutItsText() {
        assertThat(new TextSource("x", "abc")).hasToString("TextSource[x, 3 characters]");
    }

    private Path write(String name, byte[] begin, int... bytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(begin);
        for (int b : bytes) {
            all.write(b);
        }
        return Files.write(folder.resolve(name), all.toByteArray());
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(all)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return all.toByteArray();
    }

    private static void refused(Path path, String reason) {
        assertThatThrownBy(() -> TextSource.open(path.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    @Test
    void licencesBesideATextAreNoneOfIt() throws IOException {
        for (String name : new String[] {"LICENSE.txt", "Readme.txt", "NOTICE-2.txt", "licence.txt.gz"}) {
            Files.writeString(folder.resolve(name), "Permission is hereby granted");
        }
        assertThat(DataCatalog.isText(folder.toString())).isFalse();
        Files.writeString(folder.resolve("licensed-premises.txt"), "a play");
        TextSource source = TextSource.open(folder.toString());
        assertThat(source.text()).isEqualTo("a play");
        assertThat(PassedOver.summary(source.passedOver())).isEqualTo("4 files passed over: 4 licence or description");
    }
}
