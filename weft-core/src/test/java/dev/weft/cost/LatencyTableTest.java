package dev.weft.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyTableTest {
    private static final Choice<Integer> DEPTH = Choice.of("depth", 1, 2, 3);
    private static final Choice<Double> RATIO = Choice.of("ratio", 2.0, 3.5);
    private static final Choice<Integer> HEADS =
            Choice.of("block2.heads", 3, 4, 6).activeWhen("depth", 2);
    private static final Space SPACE = new Space("timed", List.of(DEPTH, RATIO, HEADS));

    private static final String TEXT = """
            base: 0.5
            choices:
              depth: {1: 0, 2: 1, 3: 2.5}
              ratio: {2.0: 0, 3.5: 0.25}
              block2.heads: {3: 0.125, 4: 4, 6: 8}
            """;

    @TempDir
    Path folder;

    private LatencyTable read(String text) {
        Path file = folder.resolve("table.yaml");
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return LatencyTable.read(file, SPACE);
    }

    private static Member member(String text) {
        return SPACE.parse(text);
    }

    @Test
    void isTheSumOfItsNumbersAndOfBlocksThatRun() {
        LatencyTable table = read(TEXT);
        assertThat(table.exact(member("depth=3,ratio=3.5,block2.heads=4"))).isEqualTo(0.5 + 2.5 + 0.25 + 4);
        assertThat(table.exact(member("depth=1,ratio=2.0,block2.heads=6"))).isEqualTo(0.5);
    }

    /** What is off has a number of its own, so that edges of a cell are a plain sum, and a blend of all of them has an expectation. */
    @Test
    void switchedChoiceCountsAsWhatItPicks() {
        Space cell = new Space(
                "cell",
                List.of(
                        Choice.of("kept", "0", "1"),
                        Choice.of("edge0", "none", "conv").switchedBy("kept", List.of("0"), "none"),
                        Choice.of("edge1", "none", "conv").switchedBy("kept", List.of("1"), "none")));
        Map<String, Map<String, Double>> millis = new java.util.LinkedHashMap<>();
        millis.put("kept", Map.of("0", 0.0, "1", 0.0));
        millis.put("edge0", Map.of("none", 0.0, "conv", 2.0));
        millis.put("edge1", Map.of("none", 0.5, "conv", 4.0));
        LatencyTable table = new LatencyTable(cell, new LatencyTable.Document(1.0, millis), "here");
        assertThat(table.exact(cell.parse("kept=0,edge0=conv,edge1=none"))).isEqualTo(3.5);
        assertThat(table.exact(cell.parse("kept=1,edge0=none,edge1=conv"))).isEqualTo(5);
        try (PointerScope scope = new PointerScope()) {
            assertThat(table.expected(choice -> Tensors.of(new float[] {0.25f, 0.75f}, 2))
                            .item_double())
                    .isEqualTo(1 + 0.75 * 2 + 0.25 * 0.5 + 0.75 * 4);
        }
    }

    @Test
    void expectationIsTheMeanOverAllMembers() {
        LatencyTable table = read(TEXT);
        Map<String, List<Double>> likely = ExpectedCostTest.distributions(SPACE, new SplittableRandom(2));
        double mean = 0;
        for (int d = 0; d < 3; d++) {
            for (int r = 0; r < 2; r++) {
                for (int h = 0; h < 3; h++) {
                    double probability = likely.get("depth").get(d)
                            * likely.get("ratio").get(r)
                            * likely.get("block2.heads").get(h);
                    mean += probability * table.exact(SPACE.decode(List.of(d, r, h)));
                }
            }
        }
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            likely.forEach(
                    (name, p) -> leaves.put(name, ExpectedCostTest.tensor(p).set_requires_grad(true)));
            Tensor expected = table.expected(choice -> leaves.get(choice.name()));
            assertThat(expected.item_double()).isCloseTo(mean, within(1e-9));
            expected.backward();
            double runs = likely.get("depth").get(1) + likely.get("depth").get(2);
            assertThat(Tensors.floats(leaves.get("block2.heads").grad()))
                    .containsExactly(
                            new float[] {(float) (0.125 * runs), (float) (4 * runs), (float) (8 * runs)},
                            within(1e-6f));
        }
    }

    @Test
    void fileReadsBackAsYamlAndAsJson() {
        LatencyTable table = read(TEXT);
        for (String name : List.of("again.yaml", "again.json")) {
            table.write(folder.resolve(name));
            LatencyTable again = LatencyTable.read(folder.resolve(name), SPACE);
            for (Member member : SPACE.enumerate(100)) {
                assertThat(again.exact(member)).as(name + " " + member).isEqualTo(table.exact(member));
            }
        }
    }

    @Test
    void tableMustBeOfTheSpace() {
        assertRefused(() -> read(TEXT.replace("depth:", "dept:")), "table.yaml: dept is no choice of space \"timed\"");
        assertRefused(() -> read(TEXT.replace("depth:", "dept:")), "Did you mean \"depth\"?");
        assertRefused(
                () -> read(TEXT.replace("3.5: 0.25", "3.6: 0.25")),
                "3.6 is no option of ratio. Known: 2.0, 3.5. Did you mean \"3.5\"?");
        assertRefused(
                () -> read(TEXT.replace(", 3.5: 0.25", "")), "every option of ratio must be given, but 3.5 is missing");
        assertRefused(
                () -> read("base: 1\nchoices:\n  ratio: {2.0: 0, 3.5: 1}\n"),
                "every choice of space \"timed\" must be given, but depth, block2.heads is missing");
        assertRefused(() -> read("formatVersion: 2\n" + TEXT), "must have formatVersion 1, but has 2");
        assertRefused(() -> read("base: 1\n"), "but depth, ratio, block2.heads is missing");
        assertRefused(() -> read(TEXT.replace("base: 0.5", "bass: 0.5")), "Did you mean \"base\"?");
        assertRefused(() -> read(TEXT.replace("3.5: 0.25", "3.5: slow")), "choices.ratio.3.5");
        assertRefused(() -> read(TEXT.replace("3.5: 0.25", "3.5: .nan")), "finite");
        assertRefused(() -> read(TEXT.replace("3.5: 0.25", "3.5:")), "but 3.5 is missing");
    }

    private static void assertRefused(ThrowingCallable body, String message) {
        assertThatThrownBy(body).isInstanceOf(InputException.class).hasMessageContaining(message);
    }

    private static Map<Member, Double> measured(ToDoubleFunction<Member> millis) {
        Map<Member, Double> measured = new LinkedHashMap<>();
        SPACE.enumerate(100).forEach(member -> measured.put(member, millis.applyAsDouble(member)));
        return measured;
    }

    @Test
    void fitFindsATableThatIsASum() {
        LatencyTable truth = read(TEXT);
        LatencyFit fit = LatencyFit.of(SPACE, measured(truth::exact));
        assertThat(fit.members()).isEqualTo(14);
        assertThat(fit.rSquared()).isCloseTo(1, within(1e-9));
        assertThat(fit.maxErrorMillis()).isLessThan(1e-9);
        for (Member member : SPACE.enumerate(100)) {
            assertThat(fit.table().exact(member)).as(member.toString()).isCloseTo(truth.exact(member), within(1e-9));
        }
        Member deep = member("depth=3,ratio=2.0,block2.heads=3").with(HEADS, 6);
        assertThat(fit.table().exact(deep) - fit.table().exact(deep.with(HEADS, 4)))
                .isCloseTo(4, within(1e-9));
    }

    /** What is no sum leaves an error; the fitted one is no larger than that of any table near it. */
    @Test
    void fitSaysWhatIsLeftAndLeavesTheLeast() {
        Map<Member, Double> measured =
                measured(member -> 0.3 + member.value(DEPTH) * member.value(RATIO) * (1 + 0.1 * member.value(HEADS)));
        LatencyFit fit = LatencyFit.of(SPACE, measured);
        double mean = measured.values().stream().mapToDouble(m -> m).average().orElseThrow();
        double spread = measured.values().stream()
                .mapToDouble(m -> (m - mean) * (m - mean))
                .sum();
        double left = squares(measured, fit.table());
        assertThat(fit.rSquared()).isBetween(0.7, 0.99).isCloseTo(1 - left / spread, within(1e-9));
        assertThat(fit.maxErrorMillis())
                .isEqualTo(measured.entrySet().stream()
                        .mapToDouble(e -> Math.abs(e.getValue() - fit.table().exact(e.getKey())))
                        .max()
                        .orElseThrow());
        double sumOfErrors = 0;
        double sumOfErrorsOfDepth3 = 0;
        for (Map.Entry<Member, Double> e : measured.entrySet()) {
            double error = e.getValue() - fit.table().exact(e.getKey());
            sumOfErrors += error;
            sumOfErrorsOfDepth3 += e.getKey().value(DEPTH) == 3 ? error : 0;
        }
        // at the least squares, the errors are orthogonal to every number's column
        assertThat(sumOfErrors).isCloseTo(0, within(1e-9));
        assertThat(sumOfErrorsOfDepth3).isCloseTo(0, within(1e-9));
    }

    private static double squares(Map<Member, Double> measured, LatencyTable table) {
        return measured.entrySet().stream()
                .mapToDouble(e -> Math.pow(e.getValue() - table.exact(e.getKey()), 2))
                .sum();
    }

    @Test
    void fitNeedsMembersThatTellOptionsApart() {
        LatencyTable truth = read(TEXT);
        Map<Member, Double> all = measured(truth::exact);
        Map<Member, Double> few = new LinkedHashMap<>();
        all.entrySet().stream().limit(6).forEach(e -> few.put(e.getKey(), e.getValue()));
        assertRefused(() -> LatencyFit.of(SPACE, few), "more than 6 measured members, but got 6");
        Map<Member, Double> without = new LinkedHashMap<>(all);
        without.keySet().removeIf(member -> member.value(HEADS) == 4);
        assertRefused(() -> LatencyFit.of(SPACE, without), "do not tell what block2.heads=4 adds");
        Map<Member, Double> alike = new LinkedHashMap<>(all);
        alike.keySet().removeIf(member -> (member.value(DEPTH) == 3) != (member.value(RATIO) == 3.5));
        assertRefused(() -> LatencyFit.of(SPACE, alike), "do not tell what ratio=3.5 adds");
        all.put(SPACE.largest(), Double.NaN);
        assertRefused(() -> LatencyFit.of(SPACE, all), "of \"" + SPACE.largest() + "\" it is NaN");
    }
}
