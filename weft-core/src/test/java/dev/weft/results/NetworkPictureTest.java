package dev.weft.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.FamilyDefinition;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.model.TinyModels;
import dev.weft.report.RunReport.Block;
import dev.weft.report.RunReport.Stage;
import dev.weft.space.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkPictureTest {
    @Test
    void theLargestMemberIsTheFullNetwork() {
        for (ModelDefinition model : List.of(TinyModels.mobileCnn(), TinyModels.visionTransformer())) {
            NetworkPicture picture = new NetworkPicture(FamilyDefinition.of(model));
            assertThat(picture.full()).isEqualTo(picture.of(model, model.space().largest()));
            assertThat(picture.full().stream().flatMap(s -> s.blocks().stream()))
                    .allMatch(Block::active);
        }
    }

    @Test
    void blocksThatAMemberDoesNotRunAreInactiveAndTheOthersNarrower() {
        ModelDefinition model = Presets.named("mobile-tiny").withInput(TinyModels.input(3, 16));
        NetworkPicture picture = new NetworkPicture(FamilyDefinition.of(model));
        List<Stage> smallest = picture.of(model, model.space().smallest());
        assertThat(smallest).hasSameSizeAs(picture.full());
        List<Block> blocks = smallest.stream().flatMap(s -> s.blocks().stream()).toList();
        assertThat(blocks).anyMatch(b -> !b.active()).anyMatch(b -> b.active() && b.width() < b.maxWidth());
        assertThat(blocks).filteredOn(b -> !b.active()).allMatch(b -> b.width() == 0);
    }

    @Test
    void embeddingsOfALanguageModelAreAsWideAsItsBlocks() {
        ModelDefinition model = TinyModels.languageModel();
        Member smallest = model.space().smallest();
        int width = (int) smallest.options().get("embedDim"); // 16 of 16 or 24
        assertThat(new NetworkPicture(FamilyDefinition.of(model))
                        .of(model, smallest).stream()
                                .filter(stage -> stage.name().matches("wte|wpe|blocks"))
                                .flatMap(stage -> stage.blocks().stream())
                                .filter(Block::active)
                                .map(Block::width))
                .hasSizeGreaterThan(2)
                .containsOnly(width);
    }

    @Test
    void attentionIsTold() {
        ModelDefinition model = TinyModels.visionTransformer();
        List<Stage> stages = new NetworkPicture(FamilyDefinition.of(model)).full();
        assertThat(stages.stream().map(Stage::name)).contains("patch_embed", "blocks", "head");
        assertThat(stages.stream().filter(s -> s.name().equals("blocks")).flatMap(s -> s.blocks().stream()))
                .allMatch(b -> b.kind().equals("attention"));
    }
}
