package dev.weft.lab.mos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.lab.ArmResult;
import dev.weft.lab.Claim;
import dev.weft.lab.Judgement;
import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MosClaimsTest {
    private final MosScale scale = MosScale.full();
    private final MosMembers members = new MosMembers(scale.model());

    /** Losses of every member of an arm, the larger members better by a little; seeds differ a little more. */
    private MosTable table(Map<String, Double> losses, Map<MosSharing, Double> errors, double collapse) {
        List<String> names = List.copyOf(members.evaluated().keySet());
        return new MosTable(
                new MosArms(scale, "text"),
                members,
                (arm, seed) -> {
                    Map<String, Double> values = new HashMap<>(Map.of("parameters", 10.0, "collapse", collapse));
                    String kind = arm.replaceAll("-(narrow|wide|\\dx\\d+)$", "");
                    for (int i = 0; i < names.size(); i++) {
                        values.put(names.get(i), losses.get(kind) - 0.01 * i + 0.0001 * seed);
                    }
                    return new ArmResult(arm, seed, 1, 2, 6, values);
                },
                List.of(1L, 2L, 3L),
                (sharing, seed) -> new ConflictRegression.Outcome(
                        List.of(errors.get(sharing) + 1e-4 * seed, errors.get(sharing)), 5),
                5,
                99);
    }

    private static Map<MosSharing, Double> errors(double experts, double blind) {
        return Map.of(
                MosSharing.STANDARD, 1.0,
                MosSharing.LAYER_WISE, experts,
                MosSharing.NEURON_WISE, experts,
                MosSharing.FIXED_INPUT, blind);
    }

    private static Map<String, Double> losses(double experts, double blind) {
        return Map.of(
                "standard", 2.0,
                "layer-wise", experts,
                "neuron-wise", experts,
                "fixed-input", blind,
                "few-shot", 1.99,
                "few-shot-half", 1.99,
                "alone", 1.9);
    }

    private static WindowSearch.Found found(double report, double collapsed) {
        return new WindowSearch.Found(1, 2, "m", 1.5, 2, report, collapsed, 10, 1, 12);
    }

    @Test
    void everyClaimHoldsWhereExpertsAreBetterAndTheBlindRouterIsNot() {
        assertThat(table(losses(1.95, 2.001), errors(0.1, 1.01), 1e-7).judgements(found(2, 2)))
                .hasSize(11)
                .allSatisfy(j -> assertThat(j.outcome()).as(j.text()).isEqualTo(Outcome.HELD));
    }

    @Test
    void noClaimHoldsWhereExpertsAreWorseAndTheBlindRouterIsBetter() {
        List<Judgement> judged =
                table(losses(2.05, 1.9), errors(0.9, 0.5), 1e-3).judgements(found(2, 2));
        assertThat(judged).allSatisfy(j -> assertThat(j.outcome()).as(j.text()).isEqualTo(Outcome.NOT_HELD));
    }

    @Test
    void controlsAreReportedAndDecideNothing() {
        List<Judgement> judged = table(losses(1.95, 2), errors(0.1, 1), 0).judgements(found(2, 2));
        assertThat(judged).filteredOn(j -> j.kind() == Claim.Kind.REPORT).hasSize(2);
        assertThat(judged).filteredOn(j -> j.kind() == Claim.Kind.CLAIM).hasSize(9);
    }

    @Test
    void searchedMemberThatCollapsesToAnotherLossIsFound() {
        List<Judgement> judged = table(losses(1.95, 2), errors(0.1, 1), 0).judgements(found(2, 2.001));
        Judgement same = judged.get(judged.size() - 1);
        assertThat(same.outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(same.sentence()).contains("at most 1e-05 nats expected; measured 1.0e-03 over 55 members");
    }

    @Test
    void rowsHaveGapAndOrderAgainstTrainingAlone() {
        List<Arm> rows = table(losses(1.95, 2), errors(0.1, 1), 0).rows();
        assertThat(rows)
                .extracting(Arm::name)
                .containsExactly(
                        "standard", "layer-wise", "neuron-wise", "fixed-input", "few-shot-half", "few-shot", "alone");
        Arm layerWise = rows.get(1);
        assertThat(layerWise.cells().get(1).mean()).isCloseTo(0.05, within(1e-9));
        assertThat(layerWise.cells().get(2).values()).containsOnly(1.0);
        assertThat(layerWise.cells().get(3).values()).hasSize(5);
        // Two supernets, three models: their parameters and their time add up.
        assertThat(rows.get(5).cells().get(4).values()).containsOnly(20.0);
        assertThat(rows.get(6).cells().get(4).values()).containsOnly(30.0);
    }

    @Test
    void windowIsTheMiddleFifth() {
        assertThat(WindowSearch.window(1000, 2000)).containsExactly(1400.0, 1600.0);
    }
}
