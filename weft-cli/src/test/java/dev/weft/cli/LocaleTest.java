package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.run.RunDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is stored and printed on a machine in Tehran, Cairo, Istanbul or Berlin is what is stored and printed elsewhere. */
@Timeout(300)
class LocaleTest {
    /** Digits of other scripts, the letters that Turkish has of i and I, and a decimal comma between digits and a unit. */
    private static final Pattern OF_A_LOCALE =
            Pattern.compile("(?![0-9])\\p{Nd}|[\u0130\u0131]|[\u066b\u066c]|\\b\\d+,\\d+ (ms|s|MiB|%)");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"fa,IR,", "ar,EG,nu-arab", "tr,TR,", "de,DE,"})
    void theLanguageOfTheMachineIsInNothingThatIsWritten(String language, String country, String extensions)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-Duser.language=" + language,
                        "-Duser.country=" + country,
                        "-Duser.extensions=" + (extensions == null ? "" : extensions),
                        "-Duser.timezone=Asia/Tehran",
                        "-Dstdout.encoding=UTF-8",
                        LocaleChild.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        requirePlain("what was printed", said);
        Path run = folder.resolve("my run");
        List<Path> written;
        try (Stream<Path> files = Files.walk(run)) {
            written = files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(yaml|json|html|csv)"))
                    .toList();
        }
        assertThat(written).hasSizeGreaterThanOrEqualTo(3);
        for (Path file : written) {
            requirePlain(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        }
        try (RunDatabase database = RunDatabase.read(run.resolve("run.db"))) {
            requirePlain("events of run.db", database.events().toString());
            requirePlain("metrics of run.db", database.metrics().toString());
            requirePlain("members of run.db", database.members().toString());
        }
    }

    private static void requirePlain(String where, String text) {
        assertThat(OF_A_LOCALE
                        .matcher(text)
                        .results()
                        .map(found -> found.group())
                        .toList())
                .as(where)
                .isEmpty();
    }

    /** The pattern finds what the locales above would write. */
    @Test
    void digitsAndLettersOfALocaleAreFound() {
        assertThat(String.format(Locale.forLanguageTag("fa-IR"), "threads=%d", 1))
                .containsPattern(OF_A_LOCALE);
        assertThat(String.format(Locale.forLanguageTag("ar-EG-u-nu-arab"), "%.2f", 1.5))
                .containsPattern(OF_A_LOCALE);
        assertThat("REPORTING".toLowerCase(Locale.forLanguageTag("tr-TR"))).containsPattern(OF_A_LOCALE);
        assertThat(String.format(Locale.GERMANY, "%.1f ms", 1.5)).containsPattern(OF_A_LOCALE);
        assertThat(String.format(Locale.ROOT, "threads=%d, %.2f ms, reporting", 1, 1.5))
                .doesNotContainPattern(OF_A_LOCALE);
    }
}
