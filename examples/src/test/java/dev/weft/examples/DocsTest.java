package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages show is cut from files that are compiled and run, and what they link to is there. */
class DocsTest {
    private static final Path ROOT = root();

    /** The rest of a page stays as it was read. */
    private static final Pattern BLOCK = Pattern.compile("(?m)^```(\\w*)\\n(.*?)^```$", Pattern.DOTALL);

    private static final Pattern SNIPPET = Pattern.compile("<!-- snippet: (\\S+)#(\\S+) -->\\n$");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("weft-bom"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    static List<String> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> top = Files.list(ROOT)) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(file -> ROOT.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void javaIsCutFromFilesThatAreCompiled(String page) throws IOException {
        String text = read(ROOT.resolve(page));
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (block.group(1).equals("java")) {
                Matcher snippet = SNIPPET.matcher(text.substring(0, block.start()));
                assertThat(snippet.find())
                        .as("%s: a line <!-- snippet: FILE#TAG --> before%n%s", page, block.group(2))
                        .isTrue();
                assertThat(block.group(2))
                        .as("%s: %s#%s", page, snippet.group(1), snippet.group(2))
                        .isEqualTo(tagged(ROOT.resolve(snippet.group(1)), snippet.group(2)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(String page) throws IOException {
        Path file = ROOT.resolve(page);
        Matcher link = LINK.matcher(BLOCK.matcher(read(file)).replaceAll(""));
        while (link.find()) {
            String target = link.group(1);
            if (target.startsWith("https://")) {
                continue;
            }
            String[] parts = target.split("#", 2);
            Path to = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
            assertThat(to).as("%s links to %s", page, target).exists();
            if (parts.length == 2) {
                assertThat(anchors(to)).as("%s links to %s", page, target).contains(parts[1]);
            }
        }
    }

    /** The anchors as GitHub makes them of headings. */
    private static TreeSet<String> anchors(Path page) throws IOException {
        return BLOCK.matcher(read(page))
                .replaceAll("")
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(java.util.Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The lines between {@code // tag::NAME[]} and {@code // end::NAME[]}, without their common indentation. */
    private static String tagged(Path file, String tag) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(file)) {
            if (line.strip().equals("// tag::" + tag + "[]")) {
                inside = true;
            } else if (line.strip().equals("// end::" + tag + "[]")) {
                inside = false;
            } else if (inside) {
                lines.add(line);
            }
        }
        assertThat(lines).as("lines of %s tagged %s", file, tag).isNotEmpty();
        return String.join("\n", lines).stripIndent()
                + "\n"; // a last line end would count as a line without indentation
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).replace("\r\n", "\n");
    }
}
