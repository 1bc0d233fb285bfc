package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.CheckFailedException;
import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class FailuresTest {
    @Command(name = "fails")
    private static final class Fails implements Callable<Integer> {
        @Mixin
        private GlobalOptions options;

        @Option(names = "--count")
        private int count;

        private final Throwable failure;

        Fails(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public Integer call() throws Exception {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        }
    }

    private static Run run(Throwable failure, String... args) {
        CommandLine commandLine = new CommandLine(new Fails(failure));
        Failures.handleIn(commandLine);
        return Run.of(commandLine, args);
    }

    @Test
    void badInputIsOneLineAndExitsWithTwo() {
        Run run = run(new InputException("width must be one of [1, 2], but got 3"));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualToIgnoringNewLines("weft: width must be one of [1, 2], but got 3");
    }

    @Test
    void failedCheckExitsWithOneAndIsNoSurprise() {
        Run run = run(new CheckFailedException("maxAbsError must be at most 1e-4, but is 0.2"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualToIgnoringNewLines("weft: maxAbsError must be at most 1e-4, but is 0.2");
    }

    @Test
    void missingEnvironmentExitsWithThree() {
        assertThat(run(new EnvironmentException("no room")).exitCode()).isEqualTo(3);
        Run link = run(new UnsatisfiedLinkError("no jnitorch"));
        assertThat(link.exitCode()).isEqualTo(3);
        assertThat(link.err()).contains("no jnitorch").contains("weft doctor");
    }

    @Test
    void cancelledWorkExitsWith130() {
        Run run = run(new CancellationException());
        assertThat(run.exitCode()).isEqualTo(130);
        assertThat(run.err()).isEqualToIgnoringNewLines("weft: interrupted");
    }

    @Test
    void whatWasNotExpectedNamesItsKindAndHowToSeeMore() {
        Run run = run(new IllegalStateException("no such tensor\nsecond line"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("weft: IllegalStateException: no such tensor")
                .contains("--verbose")
                .doesNotContain("second line")
                .doesNotContain("\tat ");
        assertThat(run(new OutOfMemoryError("Java heap space")).err())
                .startsWith("weft: OutOfMemoryError: Java heap space");
    }

    @Test
    void verbosePrintsTheTrace() {
        assertThat(run(new InputException("x"), "--verbose").err()).contains("\tat " + FailuresTest.class.getName());
    }

    @Test
    void underJsonAFailureIsOneDocumentToo() {
        Run run = run(new InputException("width \"3\" is unknown"), "--json");
        assertThat(run.json().get("error").asText()).isEqualTo("width \"3\" is unknown");
        assertThat(run.json().get("exitCode").asInt()).isEqualTo(2);
        assertThat(run.err()).startsWith("weft: width");
    }

    @Test
    void underJsonBadUsageIsOneDocumentToo() {
        Run run = run(null, "--count", "many", "--json");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.json().get("error").asText()).contains("--count").contains("many");
        assertThat(run.err().lines()).hasSize(1);
    }
}
