package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.trust.TrustReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustTest {
    @Test
    void scoresAreJudgedByTheTruth() {
        List<Double> scores = List.of(61.0, 64.5, 66.0, 70.5, 70.0, 71.0, 73.5, 72.0, 74.0, 75.0);
        List<Double> truths = List.of(80.1, 83.0, 84.2, 86.9, 88.0, 87.7, 89.0, 90.3, 90.1, 90.9);
        // tag::trust[]
        TrustReport report =
                TrustReport.of(scores, truths, 0); // a number for each member, in the same order, and a seed
        System.out.println(report.conclusions().get(0));
        for (TrustReport.Part part : report.parts()) { // all, best half, best tenth
            System.out.println(part.name() + ": τ " + part.quality().tau().text() + ", " + part.verdict());
        }
        // end::trust[]
        assertThat(report.conclusions().get(0)).startsWith("Scores tell weak members from good ones");
        assertThat(report.parts().get(0).quality().tau().value()).isEqualTo(37 / 45.0);
    }
}
