package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.data.AugmentationPolicy;
import dev.weft.data.Mixing;
import dev.weft.data.RandomResizedCrop;
import dev.weft.io.Setting;
import dev.weft.optim.Averaging;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What docs/imagenet.md says of the settings of large pictures. */
class AugmentedPicturesTest {
    @Test
    void settingsAreWhatTheySay() {
        // tag::pictures[]
        String crop = "{randomResizedCrop: {}, horizontalFlip: true, policy: {kind: rand-augment}}";
        Recipe recipe = Recipes.read(
                "smoke",
                List.of(
                        Setting.of("data.source=imagenet"),
                        Setting.of("data.imageSize=64"),
                        Setting.of("data.centreCrop=0.875"),
                        Setting.of("data.augmentation=" + crop),
                        Setting.of("data.mixing={mixup: 0.2}"),
                        Setting.of("train.average={decay: 0.999}")));
        // end::pictures[]
        DataSettings.Images data = (DataSettings.Images) recipe.data();
        assertThat(data.centreCrop()).isEqualTo(0.875);
        assertThat(data.augmentation().randomResizedCrop())
                .isEqualTo(new RandomResizedCrop(0.08, 1, 0.75, 1.3333333333333333));
        assertThat(data.augmentation().policy()).isEqualTo(new AugmentationPolicy.RandAugment(2, 9));
        assertThat(data.mixing()).isEqualTo(new Mixing(0.2, 0, 1, 0.5));
        assertThat(recipe.train().average()).isEqualTo(new Averaging(0.999, true));
    }
}
