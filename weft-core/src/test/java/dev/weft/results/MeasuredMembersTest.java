package dev.weft.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.metric.Metric;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.FamilyDescription.Kept;
import dev.weft.model.TinyModels;
import dev.weft.run.Measurement;
import dev.weft.search.MeasuredMember;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeasuredMembersTest {
    private static final FamilyDefinition MODEL = FamilyDefinition.of(TinyModels.mobileCnn());
    private static final Member LARGEST = MODEL.space().largest();
    private static final Member SMALLEST = MODEL.space().smallest();

    private static List<Measurement> costs(Member member, String machine) {
        return List.of(
                new Measurement(member.toString(), "params", "", 10),
                new Measurement(member.toString(), "bytes", "", 40),
                new Measurement(member.toString(), "macs", "", 100),
                new Measurement(member.toString(), "latencyMillisP50", machine, 1.5),
                new Measurement(member.toString(), "latencyMillisP99", machine, 2));
    }

    /** The largest member is kept by training, with its accuracy, and as the best one by a search, with every number. */
    @Test
    void aMemberOfTwoNamesIsOneWithAllThatIsKnownOfIt() {
        MeasuredMembers members = new MeasuredMembers(
                List.of(),
                List.of(
                        new Kept("largest", LARGEST.toString(), Map.of("accuracy", 0.5)),
                        new Kept("best", LARGEST.toString(), Map.of("accuracy", 0.5, "latencyMillisP50", 1.5)),
                        new Kept("smallest", SMALLEST.toString(), Map.of("accuracy", 0.25))),
                MODEL);
        assertThat(members.all())
                .containsExactly(
                        new MeasuredMembers.Known(
                                new MeasuredMember(LARGEST, Map.of("accuracy", 0.5, "latencyMillisP50", 1.5)),
                                List.of("largest", "best"),
                                Optional.empty()),
                        new MeasuredMembers.Known(
                                new MeasuredMember(SMALLEST, Map.of("accuracy", 0.25)),
                                List.of("smallest"),
                                Optional.empty()));
        assertThat(members.all().get(0).name()).isEqualTo("largest");
    }

    @Test
    void completeOnesHaveTheirQualityAndEveryCostOfTheLatestMachine() {
        List<Measurement> rows = new ArrayList<>(costs(LARGEST, "machine 1"));
        rows.addAll(costs(SMALLEST, "machine 2"));
        rows.add(new Measurement(LARGEST.toString(), "accuracy", "weights", 0.9));
        rows.add(new Measurement(SMALLEST.toString(), MeasuredMembers.MAX_ABS_ERROR, "small.onnx", 1e-6));
        List<Kept> kept = List.of(new Kept("smallest", SMALLEST.toString(), Map.of("accuracy", 0.25)));
        MeasuredMembers members = new MeasuredMembers(rows, kept, MODEL);
        assertThat(members.complete()).extracting(MeasuredMembers.Known::member).containsExactly(SMALLEST);
        MeasuredMembers.Known smallest = members.complete().get(0);
        assertThat(smallest.measured().value(Metric.ACCURACY)).isEqualTo(0.25);
        assertThat(smallest.onnx()).contains("small.onnx");
        assertThat(members.context(Metric.LATENCY_MILLIS_P50)).isEqualTo("machine 2");
    }
}
