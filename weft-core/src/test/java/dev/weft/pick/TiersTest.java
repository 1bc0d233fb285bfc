package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.cost.LatencySettings;
import dev.weft.io.InputException;
import dev.weft.search.Constraints;
import dev.weft.search.Objective;
import dev.weft.search.RandomSearch;
import dev.weft.search.SearchResult;
import dev.weft.space.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TiersTest {
    private static final LatencySettings QUICK = new LatencySettings(1, 1, 1, 1, 5, 0);

    @Test
    void numbersAloneAreFurtherLimitsOfTheFirstBound() {
        assertThat(Tiers.parse("latencyMillis<=0.02;0.05 ; 1e-1").tiers())
                .extracting(Tier::name, tier -> tier.budget().toString())
                .containsExactly(
                        tuple("tier-1", "latencyMillisP50<=0.02"),
                        tuple("tier-2", "latencyMillisP50<=0.05"),
                        tuple("tier-3", "latencyMillisP50<=0.1"));
        assertThat(Tiers.parse("params<=100,macs<=900;macs<=800")
                        .named(List.of("a", "b"))
                        .within(Constraints.parse("accuracy>=0.5"))
                        .tiers())
                .extracting(Tier::name, tier -> tier.budget().toString())
                .containsExactly(
                        tuple("a", "params<=100,macs<=900,accuracy>=0.5"), tuple("b", "macs<=800,accuracy>=0.5"));
    }

    @Test
    void whatIsNoTierIsSaid() {
        assertThatThrownBy(() -> Tiers.parse("latencyMillis<=0.02;"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("one of \"latencyMillis<=0.02;\" is empty");
        assertThatThrownBy(() -> Tiers.parse("0.02;0.05")).hasMessageContaining("Constraint \"0.02\" must be METRIC<=");
        assertThatThrownBy(() -> Tiers.parse("params<=1,macs<=2;3")).hasMessageContaining("which metric it bounds");
        assertThatThrownBy(() -> Tiers.parse("params<=7;7")).hasMessageContaining("budgets that differ");
        assertThatThrownBy(() -> Tiers.parse("params<=7;8").named(List.of("a"))).hasMessageContaining("got 1: a");
        assertThatThrownBy(() -> Tiers.parse("params<=7;8").named(List.of("a", "a")))
                .hasMessageContaining("names and budgets that differ");
        assertThatThrownBy(() -> Tiers.parse("params<=7;8").named(List.of("a", "largest")))
                .hasMessageContaining("not largest");
    }

    @Test
    void oneSearchFindsAMemberForEachTier(@TempDir Path folder) {
        List<Objective> objectives = List.of(Objective.of("accuracy"), Objective.of("params"));
        try (FinishedRun run = FinishedRun.open(TinyRun.train(folder), QUICK)) {
            double least = run.measured(run.family().space().smallest()).value("params");
            double most = run.measured(run.family().space().largest()).value("params");
            Tiers tiers = Tiers.parse("params<=" + least + ";" + most).named(List.of("watch", "phone"));
            SearchResult found = run.search(new RandomSearch(16), objectives, tiers, 5);
            Map<String, Member> members = tiers.members(found);
            assertThat(members).containsOnlyKeys("watch", "phone");
            assertThat(run.measured(members.get("watch")).value("params")).isEqualTo(least);
            run.keep(members);
            assertThat(run.family().members()).containsKeys("watch", "phone");

            Tiers none = Tiers.parse("params<=" + most + ";" + (least - 1)).named(List.of("phone", "ring"));
            assertThatThrownBy(() -> run.search(new RandomSearch(16), objectives, none, 5))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(
                            "Tier ring: params<=" + (long) (least - 1) + " cannot be reached: the cheapest");
        }
    }
}
