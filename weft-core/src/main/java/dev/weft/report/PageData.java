package dev.weft.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.metric.Metric;
import dev.weft.report.RunReport.BlendedChoice;
import dev.weft.report.RunReport.Curve;
import dev.weft.report.RunReport.Stage;
import java.util.List;

/** What the scripts of a run's page read. What the page holds as text already is left out. */
record PageData(
        Quality quality,
        List<Curve> curves,
        List<BlendedChoice> blends,
        List<BlendedChoice> sampled,
        List<Row> members,
        List<Stage> network) {
    /** What members are chosen by. */
    record Quality(String name, String unit, boolean higherIsBetter) {}

    /**
     * A member.
     *
     * @param blocks width and kernel size of each block of the network, in order; empty for one that it leaves out
     */
    record Row(
            String member,
            @JsonInclude(JsonInclude.Include.NON_NULL) String name,
            boolean onFront,
            double quality,
            double latency,
            @JsonInclude(JsonInclude.Include.NON_NULL) MemberResult.Export exported,
            List<List<Integer>> blocks) {}

    static PageData of(RunReport report) {
        return new PageData(
                new Quality(
                        report.measured().quality().label(),
                        report.measured().quality().form().unit(),
                        report.measured().quality().higherIsBetter()),
                report.training().curves(),
                report.training().blends(),
                report.training().sampled(),
                report.measured().members().stream()
                        .map(m -> row(m, report.measured().quality()))
                        .toList(),
                report.measured().network());
    }

    private static Row row(MemberResult m, Metric quality) {
        return new Row(
                m.member(),
                m.name(),
                m.onFront(),
                m.value(quality),
                m.latency(),
                m.exported(),
                m.network().stream()
                        .flatMap(stage -> stage.blocks().stream())
                        .map(block -> block.active() ? List.of(block.width(), block.kernel()) : List.<Integer>of())
                        .toList());
    }
}
