package dev.weft.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.space.Choice;
import dev.weft.space.Space;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordsTest {
    private record Rates(double weights) {}

    private record Size(List<Integer> budgets, int batchSize, Rates rates) implements StudySize {}

    private final Words words = new Words(
            new Size(List.of(8, 32), 64, new Rates(0.004)),
            Map.of("space", new Space("tiny", List.of(new Choice<>("width", List.of(4, 8)))), "data", "a {b} $1"));

    @Test
    void bracesStandForSizesAndWords() {
        assertThat(words.in("batches of {batchSize}, {rates.weights} or {rates.weights:%.4f}, budgets {budgets}"))
                .isEqualTo("batches of 64, 0.004 or 0.0040, budgets 8, 32");
        assertThat(words.in("{space}")).isEqualTo("2 members: width 4, 8");
        assertThat(words.in("{data}; 5 %")).as("text is taken as it is").isEqualTo("a {b} $1; 5 %");
    }

    @Test
    void namesThatMeanNothingAreRefused() {
        for (String name : List.of("batchsize", "rates.logits", "batchSize.most")) {
            assertThatThrownBy(() -> words.in("{" + name + "}"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("batchSize");
        }
    }
}
