package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
    private static final Path FILE = Path.of("t.csv");

    @TempDir
    private Path folder;

    @Test
    void quotedValuesHoldCommasQuotesAndLineEnds() {
        Csv table = Csv.parse("member,score\r\n\"a=1,b=2\",0.5\r\n\"said \"\"x\"\"\nhere\",\nc,\"\"", FILE);
        assertThat(table.columns()).containsExactly("member", "score");
        assertThat(table.rows())
                .containsExactly(
                        new Csv.Row(2, List.of("a=1,b=2", "0.5")),
                        new Csv.Row(3, List.of("said \"x\"\nhere", "")),
                        new Csv.Row(5, List.of("c", "")));
    }

    @Test
    void emptyLinesAndByteOrderMarkArePassedOver() {
        Csv table = Csv.parse("\uFEFF\nmember,score\n\na,1\n\r\n", FILE);
        assertThat(table.columns()).containsExactly("member", "score");
        assertThat(table.rows()).containsExactly(new Csv.Row(4, List.of("a", "1")));
    }

    @Test
    void whatIsWrittenReadsBack() {
        List<String> values = List.of("a=1,b=2", "say \"x\"", "two\nlines", "plain", "");
        Csv table = Csv.parse(Csv.line(List.of("a", "b", "c", "d", "e")) + Csv.line(values), FILE);
        assertThat(table.rows()).containsExactly(new Csv.Row(2, values));
    }

    @Test
    void packedTablesAreKnownByTheirContent() throws IOException {
        Path packed = folder.resolve("table.csv");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write("member,score\nä,2\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(Csv.read(packed).rows()).containsExactly(new Csv.Row(2, List.of("ä", "2")));
    }

    @Test
    void aRowOfAnotherLengthSaysItsLine() {
        assertThatThrownBy(() -> Csv.parse("member,score\na,1\nwidth=1,depth=2,0.5\n", FILE))
                .isInstanceOf(InputException.class)
                .hasMessage("t.csv, line 3: every row must have as many values as the header has names, 2, but this one"
                        + " has 3. A value with a comma must be in double quotes.");
    }

    @Test
    void quotesThatDoNotFitSayTheirLine() {
        assertThatThrownBy(() -> Csv.parse("a\n\"open\nx", FILE)).hasMessageContaining("t.csv, line 2: a double quote");
        assertThatThrownBy(() -> Csv.parse("a\n\"x\"y", FILE)).hasMessageContaining("but there is 'y'");
    }

    @Test
    void anEmptyFileAndAnUnknownColumnSayWhatToGive() {
        assertThatThrownBy(() -> Csv.parse("\n\n", FILE))
                .hasMessage("t.csv must begin with a header, such as member,score, but is empty.");
        assertThatThrownBy(() -> Csv.parse("member,scores\n", FILE).column("score"))
                .hasMessage("t.csv must have a column \"score\", but has [member, scores]. Did you mean \"scores\"?");
        assertThatThrownBy(() -> Csv.parse("a,b,a\n", FILE)).hasMessageContaining("line 1: the names of the columns");
    }

    @Test
    void aMissingFileIsTheUsersFault() {
        assertThatThrownBy(() -> Csv.read(folder.resolve("none.csv")))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("none.csv: there is no such file or folder.");
    }
}
