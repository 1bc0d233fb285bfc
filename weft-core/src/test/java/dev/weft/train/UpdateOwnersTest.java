package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.architecture.ArchitectureSettings.Order;
import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.loss.Distillation;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.optim.Reptile;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Space;
import dev.weft.step.Update;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What decision 22 promises: the updates of one training differ in name, and no parameter has two of them. */
class UpdateOwnersTest {
    private static final Kinds KINDS = Kinds.builtIn().with(ClaimedWeights.class, ClaimingSampler.class);

    @TempDir
    Path folder;

    private TinyTraining.Settings settings;
    private int open;

    @BeforeEach
    void setUp() {
        settings = TinyTraining.settings();
        settings.distillation = new Distillation.None();
        open = ClaimedWeights.OPEN.get();
    }

    /** Brings an update that is called as one of a sharing. */
    @JsonTypeName("claiming")
    public record ClaimingSampler() implements Sampler {
        @Override
        public Sampling start(Sampling.Setup setup) {
            return sampling(new ClaimedWeights("claimed", "", false).claim());
        }

        @Override
        public boolean drawsLargest() {
            return false;
        }

        @Override
        public int membersPerStep(Space space) {
            return 1;
        }
    }

    private void step(Sampling sampling, Sharing... sharing) {
        try (Family family = Family.of(TinyTraining.boundModel(), 1, List.of(sharing))) {
            new TrainingStep(family, settings.build(), BatchStatistics.INSTANCE, null, sampling, 0).close();
        }
    }

    private static Sampling sampling(Update... updates) {
        return new Sampling() {
            @Override
            public List<TrainingMember> draw(long step, Batch batch, RandomGenerator random) {
                return List.of();
            }

            @Override
            public List<Update> updates() {
                return List.of(updates);
            }

            @Override
            public void close() {
                List.of(updates).forEach(Update::close);
            }
        };
    }

    @Test
    void twoUpdatesOfOneNameAreRefusedAndClosed() {
        Sharing gains = new ClaimedWeights("gains", "", true);
        assertThatThrownBy(() -> step(sampling(), gains, gains))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Two updates of one training are called \"gains\". Give each a name of its own.");
        assertThat(ClaimedWeights.OPEN).hasValue(open);
        assertThatThrownBy(() -> step(sampling(), new ClaimedWeights(WeightsUpdate.NAME, "", true)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"weights\"");
        assertThatCode(() -> step(sampling(), gains, new ClaimedWeights("others", "", true)))
                .doesNotThrowAnyException();
        assertThat(ClaimedWeights.OPEN).hasValue(open);
    }

    @Test
    void twoOwnersOfOneParameterAreRefused() {
        assertThatThrownBy(() -> step(sampling(), new ClaimedWeights("gains", "classifier.weight", true)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "A parameter must be moved by one update, but classifier.weight is owned by [weights, gains]."
                                + " Let the strategy that stores it say hasOwnUpdate.");
        assertThat(ClaimedWeights.OPEN).hasValue(open);
        try (Update own = new ClaimedWeights("drawn", "classifier.bias", false).claim()) {
            assertThatThrownBy(() -> step(sampling(own)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("classifier.bias is owned by [weights, drawn]");
        }
    }

    private void start(Path run) throws Exception {
        Recipe recipe = new Recipe(
                "tiny",
                "for tests",
                TinyTraining.model(),
                settings.sharing,
                null,
                TinyTraining.dataSettings(TinyTraining.data(folder.resolve("data"))),
                settings.build());
        Trainer.start(recipe, run, 1, KINDS).close();
    }

    private void assertRefused(Class<? extends Exception> by, String message) {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> start(run)).isInstanceOf(by).hasMessageContaining(message);
        assertThat(run).doesNotExist();
        assertThat(ClaimedWeights.OPEN).hasValue(open);
    }

    /** Two updates are kept under one name otherwise, and one of them overwrites the other's memory. */
    @Test
    void anUpdateThatIsCalledAsThatOfTheBlendIsRefusedBeforeAnythingIsWritten() {
        settings.sampler = new Sampler.Blend();
        settings.architecture = TinyTraining.architecture(Order.FIRST);
        settings.sharing = new ArrayList<>(TinyTraining.blended(new SimplexMap.Dirichlet()));
        settings.sharing.add(new ClaimedWeights("blend", "", false));
        assertRefused(IllegalStateException.class, "\"blend\"");
        settings.sharing.set(1, new ClaimedWeights("gains", BlendedWeights.LOGITS, false));
        assertRefused(IllegalStateException.class, "is owned by [blend, gains]");
    }

    @Test
    void aSamplersUpdateIsCheckedBeforeAnythingIsWritten() {
        settings.sampler = new ClaimingSampler();
        settings.sharing = List.of(new ClaimedWeights("claimed", "", false));
        assertRefused(IllegalStateException.class, "\"claimed\"");
    }

    /** Members would run a second time for their gradients, at weights that have moved, and be told of twice. */
    @Test
    void membersThatStepOnTheirOwnHaveNoGradientsForOthers() {
        settings.sampler = new Sampler.SinglePath(2);
        settings.reptile = new Reptile(2, 0.05, 0, null, false);
        settings.sharing = List.of(new ClaimedWeights("gains", "", true));
        assertRefused(
                InputException.class,
                "Training with train.reptile must have no update beside the weights' that moves by the members'"
                        + " gradients, for its members step on their own, but has [gains]. Leave out");
        settings.sharing = List.of(new ClaimedWeights("gains", "", false));
        assertThatCode(() -> start(folder.resolve("run"))).doesNotThrowAnyException();
    }
}
