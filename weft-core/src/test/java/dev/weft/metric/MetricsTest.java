package dev.weft.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final Metric ENERGY = new Metric(
            "energyMillijoules", "Energy", Direction.MINIMIZE, Needs.MACHINE, Form.plain("mJ", 2), Shown.EVERYWHERE);

    @Test
    void numbersAreShownAsTheirMetricSays() {
        assertThat(Metric.ACCURACY.text(0.8612)).isEqualTo("86.1 %");
        assertThat(Metric.LOSS.text(1.234)).isEqualTo("loss 1.2340");
        assertThat(Metric.text(Map.of(Metric.PERPLEXITY, 3.43))).isEqualTo("perplexity 3.430");
        assertThat(ENERGY.form().withUnit(1.5)).isEqualTo("1.50\u00a0mJ");
        assertThat(Metric.MACS.form().number(1234567)).isEqualTo("1,234,567");
        assertThat(Metric.MACS.form().column(2.5e6)).isEqualTo(new Form.Column("million", 1e6, 2));
        assertThat(Metric.BYTES.form().column(2e7)).isEqualTo(new Form.Column("MB", 1e6, 1));
        assertThat(Metric.ACCURACY.test().key()).isEqualTo("testAccuracy");
    }

    @Test
    void whatCannotBeMeasuredIsNotAllowed() {
        for (double never : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            for (Metric metric : List.of(Metric.ACCURACY, Metric.LOSS, Metric.MACS, Metric.column("skill"))) {
                assertThat(metric.form().allows(never)).as(metric.key()).isFalse();
            }
        }
        for (Metric metric : List.of(Metric.ACCURACY, Metric.LOSS, Metric.LATENCY_MILLIS_P50, Metric.BYTES)) {
            assertThat(metric.form().allows(-0.1)).as(metric.key()).isFalse();
            assertThat(metric.form().allows(0.9)).as(metric.key()).isTrue();
        }
        assertThat(Metric.ACCURACY.form().allows(1.1)).isFalse();
        assertThat(Metric.column("skill").form().allows(-0.1)).isTrue();
    }

    @Test
    void metricsAreFoundByNameAndAddedOnce() {
        Metrics metrics = Metrics.BUILT_IN.with(List.of(ENERGY, Metric.MACS));
        assertThat(metrics.all()).hasSize(Metrics.BUILT_IN.all().size() + 1).contains(ENERGY);
        assertThat(metrics.find("latencyMillis")).contains(Metric.LATENCY_MILLIS_P50);
        assertThat(metrics.goal("energyMillijoules", "Objective")).isEqualTo(ENERGY);
        assertThatThrownBy(() -> metrics.goal("energyMilijoules", "Objective"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Objective: unknown metric \"energyMilijoules\". Known: params, ")
                .hasMessageEndingWith("Did you mean \"energyMillijoules\"?");
    }

    @Test
    void whatSaysHowSureAnotherNumberIsIsNoGoal() {
        assertThatThrownBy(() -> Metrics.BUILT_IN.goal("latencySlowdown", "Objective"))
                .isInstanceOf(InputException.class);
    }

    @Test
    void twoOfOneKeyAreRefused() {
        Metric other = new Metric(
                "accuracy", "Accuracy of five", Direction.MAXIMIZE, Needs.EXAMPLES, Form.SHARE, Shown.EVERYWHERE);
        assertThatThrownBy(() -> Metrics.BUILT_IN.with(List.of(other)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"Accuracy\" and \"Accuracy of five\"");
        assertThatThrownBy(() -> Metric.column("a<b")).isInstanceOf(InputException.class);
    }
}
