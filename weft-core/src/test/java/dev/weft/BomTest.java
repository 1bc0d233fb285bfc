package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bom has no parent to take versions from, so they are written twice. */
class BomTest {
    private static final Path BOM = Path.of("..", "weft-bom", "pom.xml");
    private static final Path PARENT = Path.of("..", "pom.xml");

    @ParameterizedTest
    @ValueSource(strings = {"javacpp.version", "pytorch.version", "openblas.version"})
    void bomAndParentAgreeOn(String property) throws IOException {
        assertThat(values(property, BOM)).hasSize(1).isEqualTo(values(property, PARENT));
    }

    @Test
    void bomHasTheVersionOfTheParent() throws IOException {
        assertThat(values("version", BOM).get(0))
                .isEqualTo(values("version", PARENT).get(0));
    }

    @Test
    void bomKnowsEveryPlatformOfTheBuild() throws IOException {
        List<String> classifiers = values("classifier", BOM);
        assertThat(values("weft.platform", PARENT)).hasSize(4).allSatisfy(platform -> assertThat(classifiers)
                .filteredOn(platform::equals)
                .hasSize(3));
    }

    private static List<String> values(String tag, Path pom) throws IOException {
        return Pattern.compile("<" + Pattern.quote(tag) + ">(.+?)</")
                .matcher(Files.readString(pom))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
