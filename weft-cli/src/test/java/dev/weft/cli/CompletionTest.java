package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.WeftCommand;
import dev.weft.recipe.Recipes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompletionTest {
    @TempDir
    Path folder;

    private static List<String> completed(String... words) {
        return Completion.of(Main.commandLine(), List.of(words));
    }

    @Test
    void commandsAndTheirOptions() {
        assertThat(completed("")).containsAll(MainTest.commandNames());
        assertThat(completed()).containsAll(MainTest.commandNames());
        assertThat(completed("tr")).containsExactly("train", "trust");
        assertThat(completed("doctor", "--")).contains("--json", "--help");
        assertThat(completed("train", "--ep")).containsExactly("--epochs");
        assertThat(completed("recipes", "")).contains("show", "time").doesNotContain("words");
        assertThat(completed("completion", "")).containsExactly("bash", "zsh");
        assertThat(completed("nonsense", "")).isNotNull();
    }

    /** Whoever asks for a recipe, a system, data or a member by name is helped to one. */
    @Test
    void valuesByWhatTheyAre() {
        assertThat(completed("train", "")).containsExactlyInAnyOrderElementsOf(Recipes.NAMES);
        assertThat(completed("train", "smoke", "")).isEmpty();
        assertThat(completed("train", "--epochs", "")).isEmpty();
        assertThat(completed("train", "--epochs", "3", "smo")).containsExactly("smoke");
        assertThat(completed("quickstart", "--recipe", "quick")).containsExactly("quickstart");
        assertThat(completed("reproduce", "bi")).containsExactly("bignas");
        assertThat(completed("search", "run", "--strategy", "ns")).containsExactly("nsga2");
        assertThat(completed("diagnose", "run", "--sampler", "s")).containsExactly("sandwich", "single-path");
        assertThat(completed("train", "smoke", "--weights", "")).containsExactly("fresh", "inherited");
        assertThat(completed("train", "smoke", "--data", "fashion")).contains("fashion-mnist-10k");
        for (CommandLine command : Main.commandLine().getSubcommands().values()) {
            command.getCommandSpec().args().stream()
                    .filter(argument -> List.of("RECIPE", "SYSTEM").contains(argument.paramLabel()))
                    .forEach(argument -> assertThat(argument.completionCandidates())
                            .as(command.getCommandName() + " " + argument)
                            .isNotNull());
        }
    }

    @Test
    void membersAreThoseOfTheFamilyThatIsNamed() {
        Path run = Tiny.run(folder);
        Run.weft(
                "search",
                run.toString(),
                "--candidates",
                "12",
                "--name",
                "favourite",
                "--constraint",
                "params<=1000000");
        assertThat(completed("export", run.toString(), "--member", ""))
                .containsExactly("favourite", "largest", "smallest");
        assertThat(completed("evaluate", run.resolve("family.safetensors").toString(), "--member", "f"))
                .containsExactly("favourite");
        assertThat(completed("evaluate", "no such run", "--member", "")).containsExactly("largest", "smallest");
    }

    /** The script in bash itself, with what bash sets when TAB is pressed. */
    @Test
    @Timeout(120)
    void bashIsGivenTheWords() throws Exception {
        Path program = folder.resolve("weft");
        Files.writeString(
                program,
                "#!/bin/sh\nexec %s -cp %s -D%s=./weft %s \"$@\"\n"
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                WeftCommand.quote(System.getProperty("java.class.path")),
                                WeftCommand.PROGRAM,
                                Main.class.getName()));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        String tab = "source <(./weft completion bash); complete -p weft; "
                + "COMP_WORDS=(./weft reproduce %s); COMP_CWORD=2; _weft_complete; printf '<%%s>' \"${COMPREPLY[@]}\"";
        assertThat(bash(tab.formatted("big")))
                .contains("-F _weft_complete weft")
                .endsWith("<bignas>");
        assertThat(bash(tab.formatted("''"))).contains("<bignas>").contains("<tanglenas>");
        assertThat(bash(tab.formatted("nothing"))).endsWith("<>");
    }

    private String bash(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "--norc", "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
