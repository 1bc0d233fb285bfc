package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void agreementIsFullOnlyWhenItIs() {
        assertThat(Figures.agreement(1.0)).isEqualTo("100\u00a0%");
        assertThat(Figures.agreement(0.99999)).isEqualTo("99.9\u00a0%");
    }

    @Test
    void largeCountsAreReadable() {
        assertThat(Figures.large("5038848")).isEqualTo("5,038,848");
        assertThat(Figures.large("235929600")).isEqualTo("2.35\u00a0×\u00a010⁸");
        assertThat(Figures.large("1" + "0".repeat(30))).isEqualTo("1.00\u00a0×\u00a010³⁰");
        assertThat(Figures.large("uncounted")).isEqualTo("uncounted");
    }

    @Test
    void threeSignificantDigits() {
        assertThat(Figures.significant(0.04123)).isEqualTo("0.0412");
        assertThat(Figures.significant(1.236)).isEqualTo("1.24");
        assertThat(Figures.significant(1234)).isEqualTo("1234");
        assertThat(Figures.significant(0)).isEqualTo("0");
        assertThat(Figures.scientific(1.94e-6)).isEqualTo("1.9e-6");
        assertThat(Figures.scientific(2e-12)).isEqualTo("2.0e-12");
    }
}
