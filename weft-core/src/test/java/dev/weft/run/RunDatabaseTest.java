package dev.weft.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDatabaseTest {
    @TempDir
    Path folder;

    @Test
    void everythingIsReadBackInTheOrderOfInsertion() {
        Path file = folder.resolve("run.db");
        List<TrainingNumber> metrics = List.of(
                new TrainingNumber(2, "smallest", "loss", 0.1, 0.5),
                new TrainingNumber(1, "largest", "loss", Double.NaN, 1.5),
                new TrainingNumber(1, "largest", "gradientNorm", Double.POSITIVE_INFINITY, 2.5));
        List<Measurement> members = List.of(
                new Measurement("width=2", "accuracy", "weights=ab,split=selection", 0.75),
                new Measurement("width=1", "accuracy", "weights=ab,split=selection", 0.1),
                new Measurement("width=2", "params", "", 1e300));
        try (RunDatabase database = RunDatabase.open(file)) {
            metrics.forEach(m -> database.metric(m.step(), m.role(), m.name(), m.value(), m.seconds()));
            database.record(members);
            database.event("started", "with \"seed\" 1; DROP TABLE events");
            assertThat(database.metrics()).isEqualTo(metrics);
        }
        try (RunDatabase database = RunDatabase.open(file)) {
            assertThat(database.metrics()).isEqualTo(metrics);
            assertThat(database.members()).isEqualTo(members);
            assertThat(database.members("width=2")).containsExactly(members.get(0), members.get(2));
            assertThat(database.events()).extracting(Event::text).containsExactly("with \"seed\" 1; DROP TABLE events");
            assertThat(database.value("width=2", "params", "")).hasValue(1e300);
            assertThat(database.value("width=2", "params", "other")).isEmpty();
        }
        assertThat(folder.toFile().list()).containsExactly("run.db");
    }

    @Test
    void recordingAgainReplacesTheValueAndKeepsThePlace() {
        try (RunDatabase database = RunDatabase.open(folder.resolve("run.db"))) {
            database.record("a", "accuracy", "", 1);
            database.record("b", "accuracy", "", 2);
            database.record("a", "accuracy", "", 3);
            assertThat(database.members())
                    .containsExactly(new Measurement("a", "accuracy", "", 3), new Measurement("b", "accuracy", "", 2));
        }
    }

    @Test
    void resumingForgetsLaterMetricsOnly() {
        try (RunDatabase database = RunDatabase.open(folder.resolve("run.db"))) {
            for (long step = 0; step < 10; step++) {
                database.metric(step, "largest", "loss", step, step);
            }
            database.record("a", "accuracy", "", 1);
            database.truncateAfter(6);
            database.metric(7, "largest", "loss", 70, 8);
            assertThat(database.metrics())
                    .extracting(TrainingNumber::value)
                    .containsExactly(0., 1., 2., 3., 4., 5., 6., 70.);
            assertThat(database.members()).hasSize(1);
        }
    }

    @Test
    void readerSeesWhatIsFlushedWhileTheWriterGoesOn() {
        Path file = folder.resolve("run.db");
        try (RunDatabase writer = RunDatabase.open(file);
                RunDatabase reader = RunDatabase.read(file)) {
            writer.metric(1, "largest", "loss", 1, 1);
            assertThat(reader.metrics()).isEmpty();
            writer.flush();
            assertThat(reader.metrics()).hasSize(1);
            writer.metric(2, "largest", "loss", 1, 1);
            writer.event("note", "also puts metrics on disk");
            assertThat(reader.metrics()).hasSize(2);
        }
    }

    @Test
    void closingTwiceIsHarmless() {
        RunDatabase database = RunDatabase.open(folder.resolve("run.db"));
        database.close();
        database.close();
    }

    @Test
    void manyMetricsFromManyThreadsAllArrive() throws InterruptedException {
        try (RunDatabase database = RunDatabase.open(folder.resolve("run.db"))) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String role = "role" + t;
                threads.add(new Thread(() -> {
                    for (int i = 0; i < 5_000; i++) {
                        database.metric(i, role, "loss", i, i);
                    }
                    database.record(role, "accuracy", "", 1);
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(database.metrics()).hasSize(20_000);
            assertThat(database.members()).hasSize(4);
        }
    }

    @Test
    void whatIsNoRunDatabaseIsNamed() throws Exception {
        Path garbage = folder.resolve("garbage.db");
        Files.writeString(garbage, "this is not a database, and long enough to be looked at".repeat(50));
        assertThatThrownBy(() -> RunDatabase.open(garbage))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(garbage + " is damaged or not the database of a run");
        assertThatThrownBy(() -> RunDatabase.read(garbage)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> RunDatabase.read(folder.resolve("none.db")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("there is no such file");
        Path newer = folder.resolve("newer.db");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + newer);
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> RunDatabase.open(newer))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is in format 99");
    }

    @Test
    void damagedPagesAreAnInputErrorAtTheLatestWhenRead() throws IOException {
        Path file = folder.resolve("run.db");
        try (RunDatabase database = RunDatabase.open(file)) {
            for (int i = 0; i < 5_000; i++) {
                database.metric(i, "largest", "loss", i, i);
            }
        }
        byte[] bytes = Files.readAllBytes(file);
        java.util.Arrays.fill(bytes, 4096, bytes.length, (byte) 0xA5);
        Files.write(file, bytes);
        assertThatThrownBy(() -> {
                    try (RunDatabase database = RunDatabase.read(file)) {
                        database.metrics();
                    }
                })
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is damaged");
    }

    /** A program that holds the file, as a notebook that has begun to write. */
    private static Connection held(Path file) throws SQLException {
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
        }
        return other;
    }

    @Test
    void whatCannotBeWrittenWaitsAndIsSaidOnce() throws Exception {
        Path file = folder.resolve("held.db");
        List<String> said = new ArrayList<>();
        try (RunDatabase database = RunDatabase.open(file)) {
            database.onTrouble(said::add);
            database.metric(1, "largest", "loss", 0.5, 1);
            database.flush();
            try (Connection other = held(file)) {
                for (int step = 2; step < 30; step++) {
                    database.metric(step, "largest", "loss", 0.5, 1);
                    database.flush();
                }
                database.event("finished", "after step 29");
                assertThat(said).hasSize(1).allSatisfy(line -> assertThat(line)
                        .contains("held.db", "waits in memory", "another program holds it"));
                assertThat(database.metrics()).hasSize(1);
            }
            database.metric(30, "largest", "loss", 0.5, 1);
            assertThat(database.metrics())
                    .extracting(TrainingNumber::step)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 30).boxed().toList());
            assertThat(database.events()).hasSize(1);
            assertThat(said).hasSize(1);
        }
        assertThat(said).hasSize(1);
    }

    @Test
    void whatIsMissingAtTheEndIsSaid() throws Exception {
        Path file = folder.resolve("held to the end.db");
        List<String> said = new ArrayList<>();
        try (Connection ignored = heldAfter(file, said)) {
            assertThat(said).hasSize(2);
            assertThat(said.get(1))
                    .contains(
                            "2 numbers of training, of steps 7 to 8, and 1 events are missing",
                            "nothing else of the run");
        }
        try (RunDatabase read = RunDatabase.read(file)) {
            assertThat(read.metrics()).isEmpty();
        }
    }

    /** As a program that synchronises folders may do it. */
    @Test
    void aFileThatIsDamagedMeanwhileEndsNoTraining() throws Exception {
        Path file = folder.resolve("damaged.db");
        List<String> said = new ArrayList<>();
        RunDatabase database = RunDatabase.open(file);
        database.onTrouble(said::add);
        database.metric(1, "largest", "loss", 0.5, 1);
        database.flush();
        for (String name : List.of("damaged.db", "damaged.db-wal", "damaged.db-shm")) {
            Path each = folder.resolve(name);
            if (Files.exists(each)) {
                Files.write(each, new byte[(int) Files.size(each)]);
            }
        }
        database.metric(2, "largest", "loss", 0.5, 1);
        database.flush();
        assertThat(said).hasSize(1).allSatisfy(line -> assertThat(line).contains("damaged.db", "waits in memory"));
        database.close();
        assertThat(said).hasSize(2);
    }

    private static Connection heldAfter(Path file, List<String> said) throws Exception {
        try (RunDatabase database = RunDatabase.open(file)) {
            database.onTrouble(said::add);
            Connection other = held(file);
            database.metric(7, "largest", "loss", 0.5, 1);
            database.metric(8, "largest", "loss", 0.5, 1);
            database.event("finished", "after step 8");
            return other;
        }
    }
}
