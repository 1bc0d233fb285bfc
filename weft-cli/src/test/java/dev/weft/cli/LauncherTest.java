package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code weft}, in a clone with a Maven that only notes that it was called and a Java that only prints what it was given. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final String JAVA =
            "#!/bin/sh\n" + "echo \"LC_ALL=$LC_ALL\"\n" + "for argument; do echo \"<$argument>\"; done\n";

    private record Ended(int exitCode, String out, String err) {}

    @TempDir
    private Path folder;

    private Path jdk;
    private Path bin;

    @BeforeEach
    void makeTools() throws IOException {
        jdk = folder.resolve("jdk");
        script(jdk.resolve("bin/java"), JAVA);
        script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        bin = folder.resolve("bin");
        script(
                bin.resolve("mvn"),
                "#!/bin/sh\necho called >>mvn-calls\nmkdir -p weft-cli/target\n"
                        + "touch weft-cli/target/weft-cli.jar weft-cli/target/a.jar\n"
                        + "printf %s \"$PWD/weft-cli/target/a.jar\" >weft-cli/target/classpath.txt\n");
    }

    private Path clone(String name) throws IOException {
        Path root = folder.resolve(name);
        Files.createDirectories(root.resolve("weft-cli/src/main"));
        Files.createDirectories(root.resolve("recipes"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.writeString(root.resolve("weft-cli/pom.xml"), "<project/>");
        Files.writeString(root.resolve("weft-cli/src/main/A.java"), "class A {}");
        Files.writeString(root.resolve("recipes/smoke.yaml"), "a: 1");
        Files.copy(Path.of("..", "weft"), root.resolve("weft"));
        return root;
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Ended weft(Path root, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(root.resolve("weft").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("WEFT_") || name.startsWith("LC_"));
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME", jdk.toString(),
                        "PATH", bin + ":" + System.getenv("PATH"),
                        "HOME", folder.toString()));
        builder.environment().putAll(environment);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        int exitCode = builder.directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Ended(exitCode, Files.readString(out), Files.readString(err));
    }

    private static long builds(Path root) throws IOException {
        Path calls = root.resolve("mvn-calls");
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    @Test
    void buildsOnceAndHandsArgumentsOnAsTheyAre() throws Exception {
        Path root = clone("a clone ü");
        assertThat(weft(root, Map.of(), "train", "größer als", "*", "").out())
                .contains("<dev.weft.cli.Main>\n<train>\n<größer als>\n<*>\n<>\n")
                .contains("<" + root + "/weft-cli/target/weft-cli.jar:" + root + "/weft-cli/target/a.jar>");
        Ended second = weft(root, Map.of());
        assertThat(second.exitCode()).isZero();
        assertThat(second.err()).isEmpty();
        assertThat(builds(root)).isEqualTo(1);
    }

    @Test
    void startsThroughALink() throws Exception {
        Path root = clone("clone");
        Path link = Files.createSymbolicLink(folder.resolve("weft"), Path.of("clone", "weft"));
        assertThat(weft(link.getParent(), Map.of()).out()).contains("<" + root + "/weft-cli/target/weft-cli.jar:");
    }

    @Test
    void aSourceDatedInTheFutureIsBuiltOnce() throws Exception {
        Path root = clone("clone");
        Path future = root.resolve("recipes/smoke.yaml");
        Files.setLastModifiedTime(future, FileTime.from(Instant.now().plus(Duration.ofDays(1))));
        assertThat(weft(root, Map.of()).exitCode()).isZero();
        assertThat(weft(root, Map.of()).exitCode()).isZero();
        assertThat(builds(root)).isEqualTo(1);

        Files.writeString(root.resolve("weft-cli/src/main/A.java"), "class A { int a; }");
        assertThat(weft(root, Map.of()).err()).contains("a source has changed");
        assertThat(builds(root)).isEqualTo(2);
    }

    @Test
    void newContentIsBuiltAndANewDateIsNot() throws Exception {
        Path root = clone("clone");
        weft(root, Map.of());
        Path source = root.resolve("weft-cli/src/main/A.java");
        Thread.sleep(20);
        Files.writeString(source, Files.readString(source));
        assertThat(weft(root, Map.of()).exitCode()).isZero();
        assertThat(builds(root)).isEqualTo(1);
        Thread.sleep(20);
        Files.delete(source);
        assertThat(weft(root, Map.of()).exitCode()).isZero();
        assertThat(builds(root)).isEqualTo(2);
    }

    @Test
    void aMovedCloneIsBuiltAgain() throws Exception {
        Path root = clone("clone");
        weft(root, Map.of());
        Path moved = Files.move(root, folder.resolve("moved"));
        assertThat(weft(moved, Map.of()).out()).contains("<" + moved + "/weft-cli/target/weft-cli.jar:");
        assertThat(builds(moved)).isEqualTo(2);
    }

    @Test
    void aColonInThePathIsOneLineBeforeABuild() throws Exception {
        Path root = clone("co:lon");
        Ended ended = weft(root, Map.of());
        assertThat(ended.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(ended.err().lines())
                .singleElement()
                .asString()
                .contains("\":\"")
                .contains("co:lon");
        assertThat(root.resolve("target")).doesNotExist();
        assertThat(builds(root)).isZero();
    }

    @Test
    void aLocaleOfAsciiBecomesOneOfUtf8() throws Exception {
        Path root = clone("clone");
        Process locales = new ProcessBuilder("sh", "-c", "locale -a 2>/dev/null").start();
        String known = new String(locales.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!known.toLowerCase(Locale.ROOT).contains(".utf")) { // then there is none to take, and what is set stays
            assertThat(weft(root, Map.of("LC_ALL", "C")).out()).startsWith("LC_ALL=C\n");
            return;
        }
        Map<String, String> none = new HashMap<>(Map.of("LANG", "", "LC_CTYPE", ""));
        for (String ascii : List.of("C", "POSIX", "xx_XX.UTF-8", "")) {
            none.put("LC_ALL", ascii);
            assertThat(weft(root, none).out()).as(ascii).matches("(?is)LC_ALL=[^\n]+\\.utf-?8\n.*");
        }
        String utf8 = known.lines()
                .filter(name -> name.matches("(?i).*\\.utf-?8"))
                .findFirst()
                .orElseThrow();
        assertThat(weft(root, Map.of("LC_ALL", utf8)).out()).startsWith("LC_ALL=" + utf8 + "\n");
    }

    @Test
    void withoutAHomeFolderTheCloneHoldsTheNativeLibraries() throws Exception {
        Path root = clone("clone");
        assertThat(weft(root, Map.of("HOME", "/nonexistent")).out())
                .contains("<-Dweft.cache=" + root + "/target/cache>");
        assertThat(weft(root, Map.of("HOME", "/nonexistent", "WEFT_CACHE", "/elsewhere"))
                        .out())
                .doesNotContain("weft.cache");
        assertThat(weft(root, Map.of()).out()).doesNotContain("weft.cache");
    }

    @Test
    void aCloneThatCannotBeBuiltIsOneLine() throws Exception {
        Path root = clone("clone");
        Files.writeString(root.resolve("target"), "a file where the folder must be");
        Ended ended = weft(root, Map.of());
        assertThat(ended.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(ended.err().lines()).singleElement().asString().contains("must be built in " + root);
    }

    @Test
    void whatIsMissingIsOneLine() throws Exception {
        Path root = clone("clone");
        Ended noJdk = weft(root, Map.of("JAVA_HOME", "/nonexistent"));
        assertThat(noJdk.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(noJdk.err().lines()).singleElement().asString().contains("JAVA_HOME must be");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        Ended old = weft(root, Map.of());
        assertThat(old.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(old.err().lines()).singleElement().asString().contains("version 11");
    }
}
