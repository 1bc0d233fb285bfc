package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.recipe.Recipe;
import dev.weft.step.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTrainingsTest {
    @TempDir
    Path folder;

    private Recipe recipe;
    private final AtomicInteger steps = new AtomicInteger();
    private final List<TrainingListener> counting = List.of(new TrainingListener() {
        @Override
        public void stepDone(StepReport report) {
            steps.incrementAndGet();
        }
    });

    @BeforeEach
    void setUp() throws IOException {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.epochs = 2; // of four steps
        recipe = TinyTraining.recipe(TinyTraining.data(folder.resolve("data")), settings.build());
    }

    @Test
    void whatIsDoneIsNotRepeatedAndWhatWasStoppedGoesOnWithTheSameNumbers() throws IOException {
        KeptTrainings kept = new KeptTrainings(folder.resolve("kept"));
        assertThat(kept.train("whole", recipe, 5, () -> false, counting)).isTrue();
        assertThat(steps).hasValue(8);
        assertThat(kept.train("whole", recipe, 5, () -> true, counting))
                .as("done is done, stopped or not")
                .isTrue();
        assertThat(steps).hasValue(8);

        assertThat(kept.train("stopped", recipe, 5, () -> true, counting)).isFalse();
        assertThat(kept.isBegun("stopped")).as("nothing was begun").isFalse();
        AtomicInteger asked = new AtomicInteger();
        assertThat(kept.train("stopped", recipe, 5, () -> asked.incrementAndGet() > 4, counting))
                .isFalse();
        assertThat(kept.isBegun("stopped")).isTrue();
        assertThat(kept.isDone("stopped")).isFalse();
        int before = steps.get();
        assertThat(kept.train("stopped", recipe, 5, () -> false, counting)).isTrue();
        assertThat(steps.get() - before).as("the rest").isBetween(1, 7);
        assertThat(Files.readAllBytes(kept.family("stopped"))).isEqualTo(Files.readAllBytes(kept.family("whole")));
    }

    @Test
    void worksSomethingOutAtTheEndOfAnEpochAndTrainsOn() {
        KeptTrainings kept = new KeptTrainings(folder.resolve("kept"));
        assertThat(kept.atEpoch("one", recipe, 5, 1, () -> false, counting, Trainer::stepsDone))
                .contains(4L);
        assertThat(kept.isDone("one")).isFalse();
        assertThat(kept.train("one", recipe, 5, () -> false, counting)).isTrue();
        assertThat(steps).hasValue(8);
        assertThat(kept.atEpoch("other", recipe, 5, 1, () -> true, counting, Trainer::stepsDone))
                .as("stopped")
                .isEmpty();
    }

    @Test
    void anotherRecipeOrSeedUnderTheSameNameIsRefused() {
        KeptTrainings kept = new KeptTrainings(folder.resolve("kept"));
        kept.atEpoch("one", recipe, 5, 1, () -> false, counting, Trainer::stepsDone);
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.epochs = 3;
        Recipe longer = TinyTraining.recipe(folder.resolve("data"), settings.build());
        for (int done = 0; done < 2; done++) { // on the way, and at the end
            assertThatThrownBy(() -> kept.train("one", longer, 5, () -> false, counting))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("config.yaml has others");
            assertThatThrownBy(() -> kept.train("one", recipe, 6, () -> false, counting))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("with seed 6, but it was begun with seed 5");
            assertThat(kept.train("one", recipe, 5, () -> false, counting)).isTrue();
        }
        assertThat(steps).hasValue(8);
    }

    @Test
    void whatIsPastAnEpochIsNotTakenForIt() {
        KeptTrainings kept = new KeptTrainings(folder.resolve("kept"));
        kept.train("one", recipe, 5, () -> false, counting);
        assertThatThrownBy(() -> kept.atEpoch("one", recipe, 5, 1, () -> false, counting, Trainer::stepsDone))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must not be past epoch 1")
                .hasMessageContaining("at step 8 where that epoch ends with 4");
        assertThat(kept.atEpoch("one", recipe, 5, 2, () -> false, counting, Trainer::stepsDone))
                .contains(8L);
    }

    @Test
    void dataIsLookedForWhereTheRecipeSays() throws IOException {
        KeptTrainings kept = new KeptTrainings(folder.resolve("kept"));
        kept.atEpoch("moved", recipe, 5, 1, () -> false, counting, Trainer::stepsDone);
        Path moved = Files.move(folder.resolve("data"), folder.resolve("elsewhere"));
        Recipe there = recipe.with(recipe.data().withSource(moved.toString()), recipe.train());
        assertThat(kept.train("moved", there, 5, () -> false, counting)).isTrue();
        assertThat(steps).hasValue(8);
    }
}
