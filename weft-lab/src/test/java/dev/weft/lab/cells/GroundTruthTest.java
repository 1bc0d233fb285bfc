package dev.weft.lab.cells;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.CountedCosts;
import dev.weft.cost.MemberCosts;
import dev.weft.data.Splits;
import dev.weft.lab.cells.GroundTruth.Anchor;
import dev.weft.lab.study.Statistics;
import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.model.Presets;
import dev.weft.recipe.DataSettings;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroundTruthTest {
    private final GroundTruth truth = GroundTruth.load();

    @TempDir
    Path folder;

    @Test
    void theStoredTableIsOfMembersOfTheSpace() {
        assertThat(truth.space().choices())
                .isEqualTo(Presets.named("cell-quick").space().choices());
        assertThat(truth.members()).doesNotHaveDuplicates().allMatch(truth.space()::contains);
        Map<Integer, Long> strata = truth.anchors().subList(0, AnchorMembers.ANCHORS).stream()
                .collect(Collectors.groupingBy(Anchor::convolutions, Collectors.counting()));
        assertThat(strata).containsExactlyInAnyOrderEntriesOf(Map.of(0, 4L, 1, 5L, 2, 5L, 3, 5L, 4, 5L, 5, 4L, 6, 4L));
    }

    @Test
    void costsAreThoseOfTheModel() {
        DataSettings data = truth.recipe().data();
        try (CountedCosts costs = new CountedCosts(truth.recipe().model().withInput(data.input(data.open(7))))) {
            for (Anchor anchor : truth.anchors()) {
                MemberCosts counted = costs.of(anchor.member());
                assertThat(anchor.params()).isEqualTo(counted.params());
                assertThat(anchor.macs()).isEqualTo(counted.macs());
            }
        }
    }

    @Test
    void accuraciesAreSharesOfTheSelectionSplit() {
        Splits splits = truth.recipe().data().open(3);
        assertThat(splits.train().size()).isEqualTo(8000);
        assertThat(splits.selection().size()).isEqualTo(2000);
        assertThat(truth.recipe().data().open(4).record()).isEqualTo(splits.record());
        assertThat(truth.trainings()).isGreaterThanOrEqualTo(3);
        for (Anchor anchor : truth.anchors()) {
            assertThat(anchor.accuracies()).hasSize(truth.trainings()).allSatisfy(accuracy -> {
                assertThat(accuracy).isBetween(0.1, 1.0);
                assertThat(2000 * accuracy).isCloseTo(Math.round(2000 * accuracy), within(1e-9));
            });
        }
    }

    /**
     * The training of the cheapest anchor, which has no convolution, is repeated here, as any other member would be trained. Another
     * processor rounds otherwise, so it need not be a stored one to the bit: it must lie with those stored.
     */
    @Test
    void trainingAnAnchorAgainComesNearTheStoredAccuracy() {
        Anchor cheapest = truth.anchors().get(0);
        try (Trainer trainer =
                Trainer.start(truth.alone(cheapest.member()), folder.resolve("again"), GroundTruth.seed(0))) {
            trainer.run();
        }
        try (Family alone = Family.open(folder.resolve("again/family.safetensors"))) {
            NamedMember only = alone.members().get("largest");
            double deviation = Statistics.standardDeviation(cheapest.accuracies());
            assertThat(only.measurements().get("accuracy")).isCloseTo(cheapest.accuracy(), within(4 * deviation));
        }
    }

    @Test
    void noiseFloorComparesDisjointTrainings() {
        List<Anchor> agreeing = new ArrayList<>();
        List<Anchor> opposed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Member member = truth.members().get(i);
            double up = 0.5 + i / 10.0;
            agreeing.add(new Anchor(member, 0, 1, 1, List.of(up, up + 0.01, up - 0.01, up)));
            // The first two trainings order as the last two do not.
            opposed.add(new Anchor(member, 0, 1, 1, List.of(up, up + 0.01, 1 - up, 1.01 - up)));
        }
        assertThat(new GroundTruth(truth.recipe(), agreeing).noiseFloor(1)).isEqualTo(1);
        assertThat(new GroundTruth(truth.recipe(), agreeing).noiseFloor(2)).isEqualTo(1);
        // Two of six pairs agree; of three ways to take two and two one is opposed and two tie throughout.
        assertThat(new GroundTruth(truth.recipe(), opposed).noiseFloor(1)).isCloseTo(-1.0 / 3, within(1e-12));
        assertThatThrownBy(() -> truth.noiseFloor(3)).isInstanceOf(IllegalArgumentException.class);
    }
}
