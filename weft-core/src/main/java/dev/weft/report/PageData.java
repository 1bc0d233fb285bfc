package dev.weft.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.report.RunReport.BlendedChoice;
import dev.weft.report.RunReport.Curve;
import dev.weft.report.RunReport.Quality;
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
            double p50,
            @JsonInclude(JsonInclude.Include.NON_NULL) MemberResult.Export exported,
            List<List<Integer>> blocks) {}

    static PageData of(RunReport report) {
        return new PageData(
                report.quality(),
                report.curves(),
                report.blends(),
                report.sampled(),
                report.members().stream().map(PageData::row).toList(),
                report.network());
    }

    private static Row row(MemberResult m) {
        return new Row(
                m.member(),
                m.name(),
                m.onFront(),
                m.quality(),
                m.cost().latencyMillisP50(),
                m.exported(),
                m.network().stream()
                        .flatMap(stage -> stage.blocks().stream())
                        .map(block -> block.active() ? List.of(block.width(), block.kernel()) : List.<Integer>of())
                        .toList());
    }
}
