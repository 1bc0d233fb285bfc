package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.CountedCosts;
import dev.weft.loss.Distillation;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.model.Subspace;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import dev.weft.sample.fair.FairSampler;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.level.LevelDistribution;
import dev.weft.sample.level.LevelMembers;
import dev.weft.space.Space;
import dev.weft.weight.generator.MemberGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpdateShareTest {
    @TempDir
    Path folder;

    private Path data;
    private final TinyTraining.Settings settings = TinyTraining.settings();

    @BeforeEach
    void setUp() throws IOException {
        data = TinyTraining.data(folder.resolve("data"));
        settings.epochs = 1;
        settings.distillation = new Distillation.None();
    }

    private double share(ModelDefinition model, Sampler sampler, long seed) {
        settings.sampler = sampler;
        Recipe recipe = new Recipe(
                "tiny", "", model, settings.sharing, null, TinyTraining.dataSettings(data), settings.build());
        try (Trainer trainer =
                Trainer.start(recipe, folder.resolve(sampler.getClass().getSimpleName()), 1)) {
            return UpdateShare.of(trainer, new SplittableRandom(seed));
        }
    }

    @Test
    void stepThatTrainsTheLargestTrainsEverySlice() {
        assertThat(share(TinyTraining.model(), new Sampler.Sandwich(1), 1)).isEqualTo(1);
    }

    @Test
    void slicesOfRandomMembersAreTheirPartOfTheLargest() {
        Sampler.Memoryless sampler = new Sampler.SinglePath(1);
        Space space = TinyTraining.model().space();
        SplittableRandom same = new SplittableRandom(7);
        double params = 0;
        double largest;
        try (CountedCosts costs = new CountedCosts(TinyTraining.boundModel())) {
            for (int i = 0; i < 32; i++) {
                params += costs.of(sampler.draw(space, same).get(0).member()).params();
            }
            largest = costs.of(space.largest()).params();
        }
        assertThat(share(TinyTraining.model(), sampler, 7))
                .isCloseTo(params / 32 / largest, within(1e-9))
                .isLessThan(0.95);
    }

    @Test
    void pathsTrainAFifthOfTheOperationsAndFiveThatShareNoneTrainAll() {
        ModelDefinition cells = Presets.named("cell-tiny");
        assertThat(share(cells, new FairSampler(false), 1)).isEqualTo(1);
        assertThat(share(cells, new Sampler.SinglePath(1), 1)).isBetween(0.15, 0.6);
    }

    /** A leaf whose edges are all down to one operation has one member: every step trains all that it uses, and what it stores beside is not asked. */
    @Test
    void whatNoMemberOfASubspaceUsesIsNoneOfItsEntries() {
        ModelDefinition cells = Presets.named("cell-tiny");
        Map<String, List<String>> one = new LinkedHashMap<>();
        cells.space().choices().forEach(choice -> one.put(choice.name(), List.of("nor_conv_3x3")));
        assertThat(share(new Subspace(cells, one), new Sampler.SinglePath(1), 1))
                .isEqualTo(1);
        Map<String, List<String>> half = new LinkedHashMap<>();
        cells.space().choices().forEach(choice -> half.put(choice.name(), List.of("nor_conv_1x1", "nor_conv_3x3")));
        assertThat(share(new Subspace(cells, half), new Sampler.Largest(), 1)).isBetween(0.6, 0.99);
    }

    /** In these cells a node keeps two edges, so an option is seldom in a member that is the largest for the rest. */
    @Test
    void optionsAreLookedForWhereTheLargestMemberCannotHaveThem() {
        ModelDefinition cells = Presets.named("cell-darts-tiny");
        ModelDefinition bound = cells.withInput(TinyTraining.boundModel().input());
        Sampler.Memoryless sampler = new Sampler.SinglePath(1);
        SplittableRandom same = new SplittableRandom(7);
        double params = 0;
        try (CountedCosts costs = new CountedCosts(bound)) {
            for (int i = 0; i < 32; i++) {
                params += costs.of(sampler.draw(cells.space(), same).get(0).member())
                        .params();
            }
        }
        long all;
        try (Family family = Family.of(bound, 1)) {
            all = family.parameters().values().stream().mapToLong(Tensor::numel).sum();
        }
        assertThat(share(cells, sampler, 7)).isCloseTo(params / 32 / all, within(1e-9));
    }

    /** Their weights are the largest's under a mask, or slices; either way only the member's own entries move. */
    @ParameterizedTest
    @EnumSource(MemberGenerator.View.class)
    void generatedMembersTrainWhatTheMembersTheyStandForUse(MemberGenerator.View view) {
        Optimizer adam = new Optimizer.Adam(0.01, 0.9, 0.999, 1e-8, 0);
        settings.sharing = List.of(new MemberGenerator("macs", 16, null, view));
        CostLevelSampler sampler = new CostLevelSampler(
                "macs",
                new CostLevelSampler.Levels(4, null),
                new LevelDistribution.Uniform(),
                new LevelMembers.Generator(30, adam),
                1);
        assertThat(share(TinyTraining.model(), sampler, 1)).isBetween(0.2, 0.98);
    }

    @Test
    void plainModelIsTrainedWhole() {
        ModelDefinition plain =
                TinyTraining.model().at(TinyTraining.model().space().smallest());
        assertThat(share(plain, new Sampler.Largest(), 1)).isEqualTo(1);
    }
}
