package dev.weft.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpaceTest {
    private static final Choice<Integer> DEPTH = Choice.of("depth", 1, 2, 3);
    private static final Choice<Integer> WIDTH = Choice.of("width", 16, 24);
    private static final Choice<Integer> KERNEL = Choice.of("kernel", 3, 5).activeWhen("depth", 2);
    private static final Choice<String> GATE = Choice.of("gate", "relu", "silu").activeWhen("depth", 3);
    private static final Choice<Double> RATIO = Choice.of("ratio", 0.5, 2.0);
    private static final Space SPACE = new Space("net", List.of(DEPTH, WIDTH, KERNEL, GATE, RATIO));

    @Test
    void countIsThatOfTheEnumerationAndLeavesOutWhatMeansNothing() {
        List<Member> all = SPACE.enumerate(100);
        assertThat(all).hasSize(2 * 2 * (1 + 2 + 2 * 2)).doesNotHaveDuplicates().allMatch(SPACE::contains);
        assertThat(SPACE.count()).isEqualTo(BigInteger.valueOf(all.size()));
        assertThat(all.get(0)).isEqualTo(SPACE.smallest());
        assertThat(all.get(all.size() - 1)).isEqualTo(SPACE.largest());
    }

    @Property(tries = 200)
    void countIsThatOfTheEnumeration(@ForAll("spaces") Space space) {
        List<Member> all = space.enumerate(100_000);
        assertThat(space.count()).isEqualTo(BigInteger.valueOf(all.size()));
        assertThat(all).allMatch(space::contains);
        assertThat(new HashSet<>(all)).hasSameSizeAs(all);
    }

    @Property(tries = 200)
    void drawnMembersAreOfTheSpaceAndGoThroughTextAndNumbersUnchanged(
            @ForAll("spaces") Space space, @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Member first = space.sample(random);
        Member second = space.mutate(first, 0.5, random);
        for (Member member : List.of(first, second, space.cross(first, second, random), space.largest())) {
            assertThat(space.contains(member)).isTrue();
            assertThat(space.parse(member.toString())).isEqualTo(member);
            assertThat(space.decode(space.encode(member))).isEqualTo(member);
        }
        assertThat(space.sample(new SplittableRandom(seed))).isEqualTo(first);
        assertThat(space.mutate(first, 0, random)).isEqualTo(first);
        assertThat(space.cross(first, first, random)).isEqualTo(first);
    }

    @Provide
    Arbitrary<Space> spaces() {
        Arbitrary<Integer> counts = Arbitraries.integers().between(1, 4);
        return Combinators.combine(
                        counts.list().ofMaxSize(5), Arbitraries.integers().between(0, 5))
                .as((sizes, from) -> {
                    List<Choice<?>> choices = new ArrayList<>();
                    for (int i = 0; i < sizes.size(); i++) {
                        List<Integer> options = new ArrayList<>();
                        for (int o = 0; o < sizes.get(i); o++) {
                            options.add(o * (i + 1));
                        }
                        Choice<Integer> choice = new Choice<>("c" + i, options);
                        // every second choice depends on the one before or, for its place in the order, behind it
                        int other = (i + from) % 3 == 0 && i + 1 < sizes.size() ? i + 1 : i - 1;
                        choices.add(i % 2 == 1 && from > 0 ? choice.activeWhen("c" + other, from) : choice);
                    }
                    if (from == 3) { // a choice that switches two others, and one that is always on
                        choices.add(Choice.of("kept", "0", "1", "0+1"));
                        choices.add(Choice.of("edge0", "none", "a").switchedBy("kept", List.of("0", "0+1"), "none"));
                        choices.add(
                                Choice.of("edge1", "a", "none", "b").switchedBy("kept", List.of("1", "0+1"), "none"));
                        choices.add(Choice.of("edge2", "none", "a", "b").neverOff("none"));
                    }
                    return new Space("drawn", choices);
                });
    }

    private static final Choice<String> KEPT = Choice.of("kept", "0", "1");
    private static final Space SWITCHED = new Space(
            "cell",
            List.of(
                    KEPT,
                    Choice.of("edge0", "none", "a", "b").switchedBy("kept", List.of("0"), "none"),
                    Choice.of("edge1", "none", "a", "b", "c").switchedBy("kept", List.of("1"), "none")));

    @Test
    void switchedChoiceIsOffExactlyWhereItsControllerDoesNotSwitchItOn() {
        assertThat(SWITCHED.enumerate(100).stream().map(Member::toString))
                .containsExactly(
                        "kept=0,edge0=a,edge1=none",
                        "kept=0,edge0=b,edge1=none",
                        "kept=1,edge0=none,edge1=a",
                        "kept=1,edge0=none,edge1=b",
                        "kept=1,edge0=none,edge1=c");
        assertThat(SWITCHED.count()).isEqualTo(5);
        refused(
                () -> SWITCHED.parse("kept=0,edge0=none,edge1=none"),
                "edge0 must be one of [a, b] with kept=0, but got none.");
        refused(() -> SWITCHED.parse("kept=0,edge0=a,edge1=c"), "edge1 must be one of [none] with kept=0, but got c.");
    }

    /** Each controller's option with its share, each option that goes with it with its share of that; nothing is drawn that is put right. */
    @Test
    void switchedChoicesAreDrawnEvenlyOfWhatGoesWithTheirController() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 6000; i++) {
            counts.merge(SWITCHED.sample(random).toString(), 1, Integer::sum);
        }
        assertThat(counts.get("kept=0,edge0=b,edge1=none")).isBetween(1350, 1650);
        assertThat(counts.get("kept=1,edge0=none,edge1=c")).isBetween(870, 1130);
        counts.clear();
        Member off = SWITCHED.parse("kept=0,edge0=b,edge1=none");
        for (int i = 0; i < 6000; i++) {
            counts.merge(SWITCHED.mutate(off, 0.5, random).toString(), 1, Integer::sum);
        }
        assertThat(counts.get("kept=1,edge0=none,edge1=b")).isBetween(430, 570); // a quarter moves, to three alike
        Member other = SWITCHED.parse("kept=1,edge0=none,edge1=c");
        for (int i = 0; i < 100; i++) { // an edge goes with the parent whose edge it is
            assertThat(SWITCHED.cross(off, other, random)).isIn(off, other);
        }
    }

    @Test
    void partOfASpaceKeepsWhatSwitchesItsOptionsOn() {
        Space part = SWITCHED.within(Map.of("edge0", List.of("a", "b")));
        assertThat(part.choices().get(0).options().toString()).isEqualTo("[0]");
        assertThat(part.count()).isEqualTo(2);
        assertThat(SWITCHED.within(Map.of("edge0", List.of("none"))).count()).isEqualTo(3);
        refused(
                () -> SWITCHED.within(Map.of("edge0", List.of("a"), "edge1", List.of("b"))),
                "must leave an option for every choice");
    }

    @Test
    void choicesReadAsWords() {
        Space space = new Space(
                "s",
                List.of(
                        Choice.of("depth", 1, 2),
                        Choice.of("op", "none", "skip").activeWhen("depth", 2)));
        assertThat(space.inWords()).isEqualTo("depth 1, 2; op none, skip");
    }

    @Test
    void everyMemberIsDrawnWithItsShareOfDraws() {
        Space space = new Space("s", List.of(DEPTH, WIDTH));
        Map<Member, Integer> counts = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 6000; i++) {
            counts.merge(space.sample(random), 1, Integer::sum);
        }
        assertThat(counts).hasSize(6);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(880, 1120)); // 4 sigma of 1000
    }

    @Test
    void mutationRedrawsAboutTheGivenShareOfDecisions() {
        List<Choice<?>> choices = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            choices.add(Choice.of("c" + i, 1, 2));
        }
        Space space = new Space("wide", choices);
        Member mutated = space.mutate(space.smallest(), 0.4, new SplittableRandom(3));
        long changed = choices.stream()
                .filter(c -> !mutated.value(c).equals(c.smallest()))
                .count();
        assertThat(changed).isBetween(5L, 37L); // half of 40 redraws differ
    }

    @Test
    void childTakesEveryDecisionFromAParent() {
        Member child = SPACE.cross(SPACE.smallest(), SPACE.largest(), new SplittableRandom(1));
        for (Choice<?> choice : SPACE.choices()) {
            assertThat(child.value(choice))
                    .isIn(SPACE.smallest().value(choice), SPACE.largest().value(choice));
        }
    }

    @Test
    void canonicalForgetsWhatMeansNothingAndOrdersTheRest() {
        Member given = new Member(
                new LinkedHashMap<>(Map.of("gate", "silu", "ratio", 2.0, "kernel", 5, "width", 24, "depth", 1)));
        assertThat(SPACE.contains(given)).isFalse();
        assertThat(SPACE.canonical(given)).hasToString("depth=1,width=24,kernel=3,gate=relu,ratio=2.0");
        assertThat(SPACE.contains(SPACE.canonical(given))).isTrue();
    }

    @Test
    void memberOfAnotherSpaceIsNotContained() {
        assertThat(SPACE.contains(Member.PLAIN)).isFalse();
        assertThat(SPACE.contains(SPACE.smallest().with(WIDTH, 17))).isFalse();
        assertThat(new Space("a", List.of(WIDTH)).contains(new Member(Map.of("depth", 1))))
                .isFalse();
        assertThatThrownBy(() -> SPACE.encode(SPACE.smallest().with(WIDTH, 17)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("width must be one of [16, 24]");
    }

    @Test
    void contextTravelsWithAMember() {
        Member member = SPACE.largest().withContext("task", "3");
        assertThat(member).hasToString("depth=3,width=24,kernel=5,gate=silu,ratio=2.0,@task=3");
        assertThat(SPACE.parse(member.toString())).isEqualTo(member);
        assertThat(SPACE.mutate(member, 1, new SplittableRandom(1)).context()).containsEntry("task", "3");
        assertThatThrownBy(() -> member.withContext("task", "a, b"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("without commas and blanks, but got \"@task=a, b\"");
    }

    @Test
    void spaceWithoutChoicesHasOneMember() {
        Space none = new Space("plain", List.of());
        assertThat(none.count()).isEqualTo(BigInteger.ONE);
        assertThat(none.enumerate(1)).containsExactly(Member.PLAIN);
        assertThat(none.parse("")).isEqualTo(Member.PLAIN);
        assertThat(none.contains(Member.PLAIN)).isTrue();
    }

    @Test
    void constraintsHoldForEveryMember() {
        Constraint narrow = new Constraint("depth * width is not 48", m -> m.value(DEPTH) * m.value(WIDTH) != 48);
        Space space = new Space("net", SPACE.choices(), List.of(narrow));
        List<Member> all = space.enumerate(100);
        assertThat(all).hasSize(28 - 8 - 4).allMatch(space::contains); // depth 3, width 16 and depth 2, width 24
        assertThat(space.count()).isEqualTo(BigInteger.valueOf(all.size()));
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 200; i++) {
            assertThat(narrow.holds().test(space.sample(random))).isTrue();
            assertThat(narrow.holds().test(space.mutate(space.smallest(), 1, random)))
                    .isTrue();
            assertThat(narrow.holds().test(space.cross(space.smallest(), space.largest(), random)))
                    .isTrue();
        }
        assertThatThrownBy(() -> space.parse("depth=3 width=16 kernel=3 gate=relu ratio=0.5"))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("must satisfy \"depth * width is not 48\".");
    }

    @Test
    void extremesAreTheFirstAndTheLastMemberThatKeepsTheConstraints() {
        Choice<String> first = Choice.of("first", "none", "skip", "conv");
        Choice<String> second = Choice.of("second", "none", "skip", "conv");
        Constraint connected = new Constraint(
                "one is not none and they differ",
                m -> !m.value(first).equals(m.value(second)) && m.value(first).equals("skip"));
        Space space = new Space("net", List.of(first, second), List.of(connected));
        List<Member> all = space.enumerate(9);
        assertThat(all).hasSize(2);
        assertThat(space.smallest()).isEqualTo(all.get(0)).hasToString("first=skip,second=none");
        assertThat(space.largest()).isEqualTo(all.get(1)).hasToString("first=skip,second=conv");
        assertThat(space.parse("smallest")).isEqualTo(all.get(0));
    }

    @Test
    void sizeOfASpaceThatIsTooLargeToCountIsABound() {
        List<Choice<?>> choices = new java.util.ArrayList<>();
        for (int i = 0; i < 10; i++) {
            choices.add(Choice.of("c" + i, 1, 2, 3, 4, 5));
        }
        Constraint some = new Constraint("some", m -> !m.options().get("c0").equals(1));
        assertThat(new Space("large", choices, List.of(some)).size()).isEqualTo("at most 9765625");
        assertThat(new Space("large", choices).size()).isEqualTo("9765625");
        assertThat(new Space("small", choices.subList(0, 2), List.of(some)).size())
                .isEqualTo("20");
    }

    @Test
    void spaceWithoutMembersHasNoExtreme() {
        Space empty = new Space("net", List.of(WIDTH), List.of(new Constraint("never", m -> false)));
        assertThatThrownBy(empty::smallest)
                .isInstanceOf(InputException.class)
                .hasMessage("Space \"net\" must have a member that satisfies never, but the first "
                        + WIDTH.options().size() + " do not. Loosen the constraints, or list more options.");
        assertThatThrownBy(empty::largest).isInstanceOf(InputException.class).hasMessageContaining("the last");
    }

    @Test
    void constraintThatNoDrawMeetsIsNamed() {
        Member only = new Space("s", List.of(DEPTH, WIDTH)).smallest();
        Constraint rare = new Constraint("rare", m -> m.equals(only) || m.value(WIDTH) == 24 && m.value(DEPTH) == 3);
        Space space = new Space("s", List.of(DEPTH, WIDTH), List.of(rare));
        Member middle = new Member(Map.of("depth", 2, "width", 16));
        assertThatThrownBy(() -> space.mutate(middle, 0, new SplittableRandom(1)))
                .isInstanceOf(InputException.class)
                .hasMessage("No member of space \"s\" that satisfies rare was found in 10000 draws. "
                        + "Loosen the constraints.");
    }

    @Test
    void largeSpaceIsNotEnumerated() {
        assertThatThrownBy(() -> SPACE.enumerate(27))
                .isInstanceOf(InputException.class)
                .hasMessage("Space \"net\" must have at most 27 members to be enumerated, but has 28. "
                        + "Sample it instead.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "depth=2                     | every choice must be given, but width, kernel, gate, ratio is missing.",
                "depth=2,width=20            | width must be one of [16, 24], but got 20. Nearest: 16.",
                "depth=99                    | depth must be one of [1, 2, 3], but got 99. Nearest: 3.",
                "depth=two                   | depth must be one of [1, 2, 3], but got two.",
                "depth=NaN                   | depth must be one of [1, 2, 3], but got NaN.",
                "depth=                      | depth must be one of [1, 2, 3], but got .",
                "gate=rely                   | but got rely. Did you mean \"relu\"?",
                "depth=1,depth=1             | depth must be given once.",
                "@task=1,@task=2             | @task must be given once.",
                "dept=1                      | \"dept\" is not a choice. Choices: [depth, width, kernel, gate, ratio].",
                "depth                       | every part must be choice=value, but got \"depth\".",
                "=1                          | every part must be choice=value, but got \"=1\".",
                ",                           | every choice must be given",
                "@=1                         | context must be @name=value",
                "depth=1=2                   | but got 1=2.",
                "``                          | every choice must be given",
            })
    void hostileTextIsRefusedWithItsPart(String text, String message) {
        String more = text.startsWith("@=") ? text + ",depth=1,width=16,kernel=3,gate=relu,ratio=0.5" : text;
        assertThatThrownBy(() -> SPACE.parse(more))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    @Property(tries = 300)
    void anyTextIsAMemberOrAnInputException(@ForAll String text) {
        try {
            assertThat(SPACE.contains(SPACE.parse(text))).isTrue();
        } catch (InputException expected) {
            assertThat(expected).hasMessageContaining("Member \"");
        }
    }

    @Test
    void blanksSeparateAsCommasDo() {
        assertThat(SPACE.parse("  depth=3\twidth=24 ,kernel=5\ngate=silu, ratio=2.0 "))
                .isEqualTo(SPACE.largest());
        assertThat(SPACE.parse(" largest ")).isEqualTo(SPACE.largest());
        assertThat(SPACE.parse("smallest")).isEqualTo(SPACE.smallest());
    }

    @Test
    void brokenChoicesAreRefused() {
        refused(() -> Choice.of("a b", 1), "A choice's name must be letters, digits");
        refused(() -> new Choice<>("a", List.of()), "one or more distinct options, but got []");
        refused(() -> Choice.of("a", 1, 1), "distinct options, but got [1, 1]");
        refused(() -> Choice.of("a", 2, 1), "from the smallest to the largest, but got [2, 1]");
        refused(() -> Choice.of("a", Double.NaN), "finite numbers");
        refused(() -> Choice.of("a", 1.0, Double.POSITIVE_INFINITY), "finite numbers");
        refused(() -> new Choice<Object>("a", List.of(1, 2.0)), "of one kind");
        refused(() -> Choice.of("a", "x,y"), "without commas and blanks");
        refused(() -> Choice.of("a", ""), "without commas and blanks");
    }

    @Test
    void brokenSpacesAreRefused() {
        refused(() -> new Space("s", List.of(DEPTH, Choice.of("depth", 4))), "must differ in name, but two are depth");
        refused(() -> new Space("s", List.of(KERNEL)), "kernel of space \"s\" depends on depth, which must be");
        refused(() -> new Space("s", List.of(RATIO, KERNEL.activeWhen("ratio", 1))), "between integers");
        refused(
                () -> new Space("s", List.of(DEPTH, KERNEL, WIDTH.activeWhen("kernel", 5))),
                "an unconditional choice between integers");
    }

    private static void refused(Runnable body, String message) {
        assertThatThrownBy(body::run).isInstanceOf(InputException.class).hasMessageContaining(message);
    }

    @Test
    void memberWithoutAnOptionIsAProgrammingMistake() {
        assertThatThrownBy(() -> new Member(Map.of("depth", 1)).value(WIDTH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Member \"depth=1\" picks no option for choice width.");
    }

    /** The toy cell of TangleNAS: two kinds of cell with three edges each, an operation an edge. No model of Weft has it yet. */
    @Test
    void toyCellHas4096MembersThatAllEncodeDifferently() {
        List<Choice<?>> edges = new ArrayList<>();
        for (String cell : List.of("normal", "reduction")) {
            for (int edge = 1; edge <= 3; edge++) {
                edges.add(Choice.of(cell + ".edge" + edge, "separable3", "separable5", "dilated3", "dilated5"));
            }
        }
        Space space = new Space("toy-cell", edges);
        assertThat(space.count()).isEqualTo(BigInteger.valueOf(4096));
        assertThat(space.enumerate(5000).stream().map(space::encode).distinct()).hasSize(4096);
    }
}
