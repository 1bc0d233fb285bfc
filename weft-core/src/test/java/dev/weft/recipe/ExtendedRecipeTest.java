package dev.weft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Setting;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.model.MobileCnn;
import dev.weft.optim.Optimizer;
import dev.weft.sample.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recipe that extends another says only what differs. */
class ExtendedRecipeTest {
    @TempDir
    private Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Recipe read(Path file, String... settings) {
        return Recipes.read(
                file.toString(), List.of(settings).stream().map(Setting::of).toList());
    }

    @Test
    void whatItLeavesOutIsAsInTheRecipeThatItExtends() throws IOException {
        Recipe smoke = Recipes.read("smoke");
        Recipe own = read(file("own.yaml", """
                extends: smoke
                name: own
                train: {epochs: 7, optimizer: {learningRate: 0.25}}
                """));
        TrainSettings train = own.train();
        assertThat(own.name()).isEqualTo("own");
        assertThat(own.model()).isEqualTo(smoke.model());
        assertThat(own.data()).isEqualTo(smoke.data());
        assertThat(train.epochs()).isEqualTo(7);
        assertThat(train.optimizer()).isEqualTo(new Optimizer.Sgd(0.25, 0.9, true, 0));
        assertThat(train.clipping()).isEqualTo(smoke.train().clipping());
        assertThat(train.schedule()).isEqualTo(smoke.train().schedule());
        assertThat(train.threads()).isEqualTo(1);
    }

    @Test
    void anObjectOfAnotherKindAListAndAnEmptyKeyTakeThePlaceOfWhatWasThere() throws IOException {
        Recipe own = read(file("own.yaml", """
                extends: smoke
                model: {resolution: [28]}
                train:
                  optimizer: {kind: adamw, learningRate: 0.001}
                  sampler: {kind: single-path}
                  distillation: {kind: none}
                  clipping:
                """));
        assertThat(own.train().optimizer()).isInstanceOf(Optimizer.AdamW.class);
        assertThat(own.train().sampler()).isEqualTo(new Sampler.SinglePath(1));
        assertThat(own.train().distillation()).isEqualTo(new Distillation.None());
        assertThat(own.train().clipping()).isNull();
        assertThat(((MobileCnn) own.model()).resolution()).containsExactly(28);
    }

    @Test
    void filesBesideItAreExtendedOneByAnotherAndAKeyOfTheCommandWins() throws IOException {
        file("base.yaml", "extends: smoke\nname: base\ntrain: {epochs: 5, labelSmoothing: 0.3}\n");
        Path own = file("own.yaml", "extends: base.yaml\ntrain: {epochs: 6}\n");
        Recipe read = read(own, "train.checkpointEverySteps=9");
        assertThat(read.name()).isEqualTo("base");
        assertThat(read.train().epochs()).isEqualTo(6);
        assertThat(read.train().labelSmoothing()).isEqualTo(0.3);
        assertThat(read.train().checkpointEverySteps()).isEqualTo(9);
    }

    /** What a run keeps stands alone: another base later changes no run that was begun. */
    @Test
    void theResolvedRecipeIsWrittenWithoutTheOneThatItExtends() throws IOException {
        Recipe own = read(file("own.yaml", "extends: smoke\nname: own\n"));
        assertThat(Yaml.write(own)).doesNotContain("extends");
        assertThat(Yaml.parse(Yaml.write(own), "written", Recipe.class)).isEqualTo(own);
    }

    @Test
    void recipesThatExtendEachOtherAreRefused() throws IOException {
        Path one = file("one.yaml", "extends: two.yaml\n");
        file("two.yaml", "extends: one.yaml\n");
        assertThatThrownBy(() -> read(one))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("one.yaml must not extend itself, but does by way of")
                .hasMessageContaining("two.yaml");
    }

    @Test
    void aRecipeThatIsNotThereIsRefusedWithTheNearestName() throws IOException {
        Path own = file("own.yaml", "extends: smokee\n");
        assertThatThrownBy(() -> read(own))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("own.yaml must extend a recipe that comes with Weft or a file beside it")
                .hasMessageContaining("\"smokee\" is neither. Did you mean \"smoke\"?");
        Path number = file("number.yaml", "extends: 3\n");
        assertThatThrownBy(() -> read(number))
                .hasMessageContaining("must have the name of another document in extends");
    }

    @Test
    void anUnknownKeyIsRefusedInWhatIsPutTogether() throws IOException {
        Path own = file("own.yaml", "extends: smoke\ntrain: {epoch: 3}\n");
        assertThatThrownBy(() -> read(own))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("own.yaml, which extends recipe smoke")
                .hasMessageContaining("Unknown key \"epoch\"");
    }
}
