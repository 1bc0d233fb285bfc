package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code ./verify --fast} leaves out is named, so that nothing falls out of it when a class moves. */
class SlowTestsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern BROWSER = Pattern.compile("\\bnew Browser\\(");

    private static List<String> left() throws IOException {
        return Files.readAllLines(ROOT.resolve("tools/slow-tests")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    /** Every test class of the project, as its path below its folder of sources. */
    private static List<Path> tests() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .flatMap(SlowTestsTest::walk)
                    .filter(file -> file.getFileName().toString().endsWith("Test.java"))
                    .toList();
        }
    }

    private static Stream<Path> walk(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path file) {
        String path = file.toString().replace('\\', '/');
        return path.substring(path.indexOf("src/test/java/") + "src/test/java/".length());
    }

    @Test
    void everyClassThatIsLeftOutIsThere() throws IOException {
        List<String> names = tests().stream().map(SlowTestsTest::name).toList();
        assertThat(left()).isNotEmpty().isSorted().doesNotHaveDuplicates();
        assertThat(names).containsAll(left());
        assertThat(left()).as("most of the tests are in").hasSizeLessThan(names.size() / 3);
    }

    /** The fast gate needs no browser. */
    @Test
    void everyTestThatOpensABrowserIsLeftOut() throws IOException {
        List<String> browsers = tests().stream()
                .filter(file -> {
                    try {
                        return BROWSER.matcher(Files.readString(file)).find();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .map(SlowTestsTest::name)
                .filter(name -> !name.endsWith("/SlowTestsTest.java"))
                .toList();
        assertThat(browsers).isNotEmpty();
        assertThat(left()).containsAll(browsers);
    }
}
