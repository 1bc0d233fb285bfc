package dev.weft.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import org.junit.jupiter.api.Test;

class RandomSearchTest implements SearchContract {
    @Override
    public SearchSettings search() {
        return new RandomSearch(40, 3000);
    }

    @Test
    void findsAsManyAsAsked() {
        SearchTask task = new SearchTask(TestSpaces.stages(), OBJECTIVES, Constraints.parse("macs<=400000"), 1);
        assertThat(search().search(task, Evaluations.inMemory(new TestSpaces.Noted()))
                        .measured())
                .hasSize(40);
    }

    @Test
    void aBudgetThatOnlyTheSmallestMemberMeetsIsNotRefused() {
        double smallest = TestSpaces.stageValues(TestSpaces.stages().smallest()).get("macs");
        SearchTask task = new SearchTask(TestSpaces.stages(), OBJECTIVES, Constraints.parse("macs<=" + smallest), 1);
        assertThat(new RandomSearch(5)
                        .search(task, Evaluations.inMemory(new TestSpaces.Noted()))
                        .measured())
                .extracting(MeasuredMember::member)
                .containsExactly(TestSpaces.stages().smallest());
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> new RandomSearch(10, 5)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new RandomSearch(0)).isInstanceOf(InputException.class);
    }
}
