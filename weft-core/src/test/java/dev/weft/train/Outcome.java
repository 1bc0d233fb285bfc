package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.SafetensorsFile;
import dev.weft.run.RunDatabase;
import dev.weft.run.TrainingNumber;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything of a finished run that must not depend on how often it was interrupted. */
record Outcome(
        Map<String, String> family, Map<String, String> notes, Map<String, String> checkpoint, List<Row> metrics) {
    /** A metric without the seconds, which are the machine's. */
    record Row(long step, String role, String name, double value) {
        static Row of(TrainingNumber metric) {
            return new Row(metric.step(), metric.role(), metric.name(), metric.value());
        }
    }

    static Outcome of(Path run, long steps) {
        SafetensorsFile family = SafetensorsFile.open(run.resolve("family.safetensors"));
        Map<String, String> notes = new LinkedHashMap<>(family.metadata());
        notes.remove("weft.sha256");
        try (RunDatabase database = RunDatabase.read(run.resolve("run.db"))) {
            return new Outcome(
                    bytes(family),
                    notes,
                    bytes(SafetensorsFile.open(run.resolve(String.format("checkpoint-%06d.safetensors", steps)))),
                    database.metrics().stream().map(Row::of).toList());
        }
    }

    static Map<String, String> bytes(SafetensorsFile file) {
        Map<String, String> tensors = new LinkedHashMap<>();
        file.names().stream().sorted().forEach(name -> {
            byte[] bytes = new byte[file.bytes(name).remaining()];
            file.bytes(name).get(bytes);
            tensors.put(name, HexFormat.of().formatHex(bytes));
        });
        return tensors;
    }

    void assertSameAs(Outcome other) {
        assertThat(metrics).isEqualTo(other.metrics);
        assertThat(notes).isEqualTo(other.notes);
        assertSame("family", family, other.family);
        assertSame("checkpoint", checkpoint, other.checkpoint);
    }

    /** Names the tensor rather than printing both. */
    private static void assertSame(String what, Map<String, String> actual, Map<String, String> expected) {
        assertThat(actual.keySet()).as(what).isEqualTo(expected.keySet());
        assertThat(actual.keySet().stream()
                        .filter(name -> !actual.get(name).equals(expected.get(name)))
                        .toList())
                .as("tensors of the " + what + " that differ")
                .isEmpty();
    }
}
