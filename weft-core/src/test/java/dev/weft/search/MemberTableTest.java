package dev.weft.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.space.Choice;
import dev.weft.space.Constraint;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberTableTest {
    private static final Choice<Integer> WIDTH = Choice.of("width", 4, 8);
    private static final Choice<String> OP = Choice.of("op", "skip", "conv");
    private static final Space SPACE = new Space(
            "small",
            List.of(WIDTH, OP),
            List.of(new Constraint(
                    "not a wide skip", m -> !(m.value(WIDTH) == 8 && m.value(OP).equals("skip")))));

    @TempDir
    Path folder;

    private Path accuracy;
    private Path latency;

    @BeforeEach
    void write() throws IOException {
        accuracy = folder.resolve("accuracy.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(accuracy))) {
            out.write("""
                    index,arch,top1
                    0,"width=4,op=conv",71.5
                    1,"width=8,op=skip",99
                    2,"width=8,op=conv",80.25
                    3,width=4 op=skip,60
                    """.getBytes(StandardCharsets.UTF_8));
        }
        latency = file("latency.csv", "index,phone,2080ti_1\n2,9.5,1.5\n3,1,0.25\n0,4,0.5\n");
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static MemberTable read(List<Path> files, String... columns) {
        return MemberTable.read(new MemberTable.Source(files, List.of(columns)), SPACE);
    }

    private static Member member(String text) {
        return SPACE.parse(text);
    }

    @Test
    void tablesAreJoinedByTheirIndexAndKeepTheMembersOfTheSpace() {
        MemberTable table = read(List.of(latency, accuracy), "top1", "2080ti_1");
        assertThat(table.columns()).containsExactly("top1", "2080ti_1");
        assertThat(table.column("top1"))
                .containsExactly(
                        Map.entry(member("width=4,op=conv"), 71.5),
                        Map.entry(member("width=8,op=conv"), 80.25),
                        Map.entry(member("width=4,op=skip"), 60.0));
        assertThat(table.value(member("width=4,op=skip"), "2080ti_1")).isEqualTo(0.25);
        assertThat(table.value(member("width=8,op=conv").withContext("task", "b"), "2080ti_1"))
                .isEqualTo(1.5);
    }

    /** A budget by a published latency, an objective by a published accuracy, beside what is measured here. */
    @Test
    void columnsAreMetricsOfASearch() {
        MemberTable table = read(List.of(latency, accuracy), "phone", "top1");
        LinkedHashMap<String, java.util.function.ToDoubleFunction<Member>> functions = new LinkedHashMap<>();
        functions.put("params", m -> m.value(WIDTH));
        Evaluator evaluator = table.over(Evaluator.of(functions));
        assertThat(evaluator.metrics()).extracting(Metric::key).containsExactly("phone", "top1", "params");
        assertThat(evaluator.context("phone")).startsWith("table=latency.csv sha256=");
        assertThat(evaluator.context("params")).isEmpty();
        Metrics known = new Metrics(evaluator.metrics());
        Constraints budget = Constraints.parse("phone<=5", known);
        SearchTask task = new SearchTask(
                SPACE, List.of(Objective.of("top1:max", known), Objective.of("phone", known)), List.of(budget), 1);
        SearchResult found =
                new RandomSearch(3, 100).search(task, Evaluations.inMemory(evaluator), progress -> {}, () -> false);
        assertThat(found.best().get(0).measured().member()).isEqualTo(member("width=4,op=conv"));
        assertThatThrownBy(() -> Constraints.parse("phon<=5", known))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Did you mean \"phone\"?");
    }

    @Test
    void memberThatTheTableLacksIsNamed() throws IOException {
        MemberTable table = read(List.of(file("few.csv", "member,millis\n\"width=4,op=skip\",1\n")), "millis");
        assertThatThrownBy(() -> table.value(member("width=4,op=conv"), "millis"))
                .isInstanceOf(InputException.class)
                .hasMessage("A table must have every member that is asked for, but column millis has no number of "
                        + "\"width=4,op=conv\". Add it, or search without this column.");
    }

    @Test
    void whatIsWrongIsSaidWithItsLine() throws IOException {
        Path unknown = file("unknown.csv", "member,a\nwidth=4 op=skip,1\nwidth=5 op=skip,2\n");
        assertThatThrownBy(() -> read(List.of(unknown), "a"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(unknown + ", line 3: Member \"width=5 op=skip\"");
        Path text = file("text.csv", "member,a\nwidth=4 op=skip,fast\n");
        assertThatThrownBy(() -> read(List.of(text), "a"))
                .isInstanceOf(InputException.class)
                .hasMessage(text + ", line 2: a must be a number, but is \"fast\".");
        Path nan = file("nan.csv", "member,a\nwidth=4 op=skip,NaN\n");
        assertThatThrownBy(() -> read(List.of(nan), "a"))
                .hasMessage(nan + ", line 2: a must be a finite number, but is NaN.");
        Path twice = file("twice.csv", "member,a\nwidth=4 op=skip,1\n\"op=skip,width=4\",1\n");
        assertThatThrownBy(() -> read(List.of(twice), "a"))
                .hasMessageStartingWith(twice + ", line 3: every member must be there once");
        assertThatThrownBy(() -> read(List.of(latency), "phone"))
                .hasMessageContaining("a second table explains")
                .hasMessageEndingWith("Give that table too.");
        Path alien = file("alien.csv", "index,b\n7,1\n");
        assertThatThrownBy(() -> read(List.of(alien, accuracy), "b"))
                .hasMessageStartingWith(alien + ", line 2: index 7 must be in the table");
        assertThatThrownBy(() -> read(List.of(latency, accuracy), "fone"))
                .hasMessageStartingWith("Column fone must be in one of the tables, but is in 0 of them.");
        assertThatThrownBy(() -> new MemberTable.Source(List.of(latency), List.of("params")))
                .hasMessageContaining("Rename it in the table.");
        assertThatThrownBy(() -> new MemberTable.Source(List.of(latency), List.of()))
                .hasMessageContaining("must be given with its columns");
    }
}
