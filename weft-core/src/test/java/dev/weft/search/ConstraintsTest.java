package dev.weft.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.metric.Direction;
import dev.weft.metric.Metrics;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConstraintsTest {
    @Test
    void readsBoundsAndTheAliasOfTheMedian() {
        Constraints constraints = Constraints.parse(" latencyMillis<=2 , params <= 2e5,accuracy>=0.85");
        assertThat(constraints)
                .hasToString("latencyMillisP50<=2,params<=200000,accuracy>=0.85")
                .isEqualTo(new Constraints(List.of(
                        new Bound("latencyMillisP50", true, 2),
                        new Bound("params", true, 200000),
                        new Bound("accuracy", false, 0.85))));
        assertThat(Constraints.parse("  ")).isEqualTo(Constraints.NONE);
    }

    @Property(tries = 200)
    void printedBoundsReadBack(@ForAll @IntRange(max = 5) int metric, @ForAll boolean upper, @ForAll double limit) {
        Constraints constraints = new Constraints(
                List.of(new Bound(Metrics.BUILT_IN.goals().get(metric).key(), upper, limit)));
        assertThat(Constraints.parse(constraints.toString()).bounds().get(0))
                .satisfies(b ->
                        assertThat(b.limit() == limit && b.upper() == upper).isTrue());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            parms<=2          | Constraint "parms<=2": unknown metric "parms". Known: params, bytes, macs, latencyMillisP50, latencyMillisP99, accuracy, loss, perplexity. Did you mean "params"?
            params<200        | Constraint "params<200" must be METRIC<=NUMBER or METRIC>=NUMBER, for instance latencyMillis<=2.
            params<=2,,macs<=1| Constraint "" must be METRIC<=NUMBER or METRIC>=NUMBER, for instance latencyMillis<=2.
            params<=many      | Constraint "params<=many": the limit must be a number, but got "many".
            params<=NaN       | Constraint "params<=NaN": the limit must be a finite number, but got NaN.
            macs>=Infinity    | Constraint "macs>=Infinity": the limit must be a finite number, but got Infinity.
            """)
    void mistakesAreToldInOneLine(String text, String message) {
        assertThatThrownBy(() -> Constraints.parse(text))
                .isInstanceOf(InputException.class)
                .hasMessage(message);
    }

    @Test
    void limitsThemselvesAreAllowed() {
        assertThat(Bound.parse("params<=5", Metrics.BUILT_IN).holds(5)).isTrue();
        assertThat(Bound.parse("params<=5", Metrics.BUILT_IN).holds(5.1)).isFalse();
        assertThat(Bound.parse("accuracy>=0.5", Metrics.BUILT_IN).holds(0.5)).isTrue();
        assertThat(Bound.parse("accuracy>=0.5", Metrics.BUILT_IN).holds(0.49)).isFalse();
    }

    @Test
    void aBoundOnWhatWasNotMeasuredDoesNotHold() {
        MeasuredMember measured = new MeasuredMember(Member.PLAIN, Map.of("params", 3.0));
        assertThat(Constraints.parse("params<=3").hold(measured)).isTrue();
        assertThat(Constraints.parse("params<=3,macs<=9").hold(measured)).isFalse();
    }

    @Test
    void boundsThatNothingMeetsTogetherAreTold() {
        List<MeasuredMember> seen = List.of(
                new MeasuredMember(Member.PLAIN, Map.of("params", 3.0, "accuracy", 0.5)),
                new MeasuredMember(Member.PLAIN.withContext("task", "1"), Map.of("params", 9.0, "accuracy", 0.9)));
        assertThat(Constraints.parse("params<=4,accuracy>=0.8").unmet(seen, Member::toString))
                .hasMessage("No member satisfies params<=4,accuracy>=0.8 together: none of 2 that were tried."
                        + " Loosen one of the limits.");
        assertThat(Constraints.parse("params<=2").unmet(seen, Member::toString))
                .hasMessage("No member satisfies params<=2: the smallest found is 3, of \"\". Raise the limit.");
    }

    @Test
    void objectivesHaveTheirUsualDirection() {
        assertThat(Objective.of("accuracy").direction()).isEqualTo(Direction.MAXIMIZE);
        assertThat(Objective.of("latencyMillis")).isEqualTo(new Objective("latencyMillisP50", Direction.MINIMIZE));
        assertThatThrownBy(() -> Objective.of("acuracy"))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("Did you mean \"accuracy\"?");
    }

    @Test
    void whatNoMemberCanKeepToIsRefusedWhereItIsWritten() {
        assertThatThrownBy(() -> Constraints.parse("params>=200,latencyMillis<=1,params<=100"))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "A budget must leave numbers between its bounds, but nothing is both params>=200 and params<=100.");
        assertThat(Constraints.parse("params>=100,params<=100").bounds()).hasSize(2);
        assertThat(Constraints.parse("params<=300,params<=100").bounds()).hasSize(2);
    }
}
