package dev.weft.lab.mos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.LanguageModel;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.Recipe;
import dev.weft.train.Sampler;
import java.util.List;
import org.junit.jupiter.api.Test;

class MosMembersTest {
    @Test
    void rulePicksExtremesAndMiddles() {
        LanguageModel model = MosScale.full().model();
        MosMembers members = new MosMembers(model);
        assertThat(members.evaluated().keySet()).containsExactly("1x32", "1x256", "2x64", "2x128", "3x32", "3x256");
        assertThat(members.alone()).containsExactly("1x32", "2x128", "3x256");
        assertThat(members.evaluated()).containsEntry("1x32", model.space().smallest());
        assertThat(members.evaluated()).containsEntry("3x256", model.space().largest());
        // The second block's width means something at depth 2, the third's does not.
        assertThat(members.evaluated().get("2x128"))
                .hasToString("depth=2,block1.mlpRatio=2.0,block2.mlpRatio=2.0,block3.mlpRatio=0.5");
    }

    @Test
    void smokeHasSixMembersToo() {
        assertThat(new MosMembers(MosScale.smoke().model()).evaluated()).hasSize(6);
    }

    @Test
    void fewShotHalvesPartTheSpace() {
        MosScale scale = MosScale.full();
        MosArms arms = new MosArms(scale, "tiny-shakespeare");
        Space narrow = recipe(arms, "few-shot-narrow").model().space();
        Space wide = recipe(arms, "few-shot-wide").model().space();
        List<Member> all = scale.model().space().enumerate(1000);
        assertThat(all).hasSize(84).allSatisfy(member -> {
            assertThat(narrow.contains(member)).isNotEqualTo(wide.contains(member));
            assertThat(narrow.contains(member)).isEqualTo(arms.part(member) == MosArms.Part.NARROW);
        });
        assertThat(recipe(arms, "few-shot-half-wide").train().epochs()).isEqualTo(scale.epochs() / 2);
    }

    @Test
    void armsDifferInWhatIsComparedOnly() {
        MosArms arms = new MosArms(MosScale.full(), "tiny-shakespeare");
        Recipe standard = recipe(arms, "standard");
        Recipe layerWise = recipe(arms, "layer-wise");
        assertThat(layerWise.train()).isEqualTo(standard.train());
        assertThat(layerWise.model()).isEqualTo(standard.model());
        assertThat(standard.sharing()).isEmpty();
        assertThat(recipe(arms, "fixed-input").sharing()).hasSize(1).isNotEqualTo(layerWise.sharing());
        Recipe alone = recipe(arms, "alone-3x256");
        assertThat(alone.model().choices()).isEmpty();
        assertThat(alone.train())
                .isEqualTo(standard.train()
                        .with(new Sampler.Largest(), standard.train().distillation()));
    }

    private static Recipe recipe(MosArms arms, String name) {
        return arms.all().stream()
                .filter(arm -> arm.name().equals(name))
                .findFirst()
                .orElseThrow()
                .recipe();
    }
}
