package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.recipe.RunSettings;
import dev.weft.train.StoredRun;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FamilyDataTest {
    @TempDir
    static Path folder;

    private static Path run;

    @BeforeAll
    static void train() {
        run = TinyRun.train(folder);
    }

    @Test
    void whatTheFamilyWasTrainedOnIsCutAsInTraining() {
        RunSettings settings = StoredRun.settings(run);
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            String sameFolder = folder.resolve("data/../data").toString();
            for (FamilyData data : new FamilyData[] {FamilyData.asTrained(family), FamilyData.of(family, sameFolder)}) {
                assertThat(data.training().idsSha256())
                        .isEqualTo(settings.splits().train().idsSha256());
                assertThat(data.selection().orElseThrow().idsSha256())
                        .isEqualTo(settings.splits().selection().idsSha256());
                assertThat(data.report().idsSha256())
                        .isEqualTo(settings.splits().report().idsSha256());
                assertThat(data.calibrationBatches()).isEqualTo(4);
                assertThat(data.batchSize()).isEqualTo(30);
                assertThat(data.match()).isEqualTo(FamilyData.Match.VERIFIED);
                assertThat(data.remark()).isEmpty();
            }
        }
    }

    @Test
    void otherDataIsReportedOnItsTestPartAndSelectsNothing() {
        Path other = TinyRun.data(folder.resolve("other"), 7);
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            FamilyData data = FamilyData.of(family, other.toString());
            assertThat(data.match()).isEqualTo(FamilyData.Match.OTHER);
            assertThat(data.remark().orElseThrow()).contains("other data");
            assertThatThrownBy(data::requireAsTrained).isInstanceOf(InputException.class);
            assertThatThrownBy(() -> FamilyData.asTrained(family, other.toString()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("under the same names");
            assertThat(data.report().size()).isEqualTo(60);
            assertThat(data.training().size()).isEqualTo(360);
            assertThat(data.selection()).isEmpty();
            assertThatThrownBy(() -> FamilyData.of(family, "fashion-mnist-10k"))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("8x8 grey")
                    .hasMessageContaining("28x28 grey");
            assertThatThrownBy(() -> FamilyData.of(family, "nowhere")).isInstanceOf(InputException.class);
        }
    }

    @Test
    void aFileOfAnEarlierVersionIsOpenedWithARemark() {
        Path old = folder.resolve("old.safetensors");
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            String origin = family.notes().get("origin");
            assertThat(origin).contains(",\"splits\":{");
            family.note("origin", origin.replaceFirst(",\"splits\":.*", "}"));
            family.save(old);
        }
        try (Family family = Family.open(old)) {
            FamilyData data = FamilyData.asTrained(family);
            assertThat(data.match()).isEqualTo(FamilyData.Match.UNVERIFIED);
            assertThat(data.remark().orElseThrow()).contains("could not be verified");
            assertThat(data.selection()).isPresent();
        }
    }

    @Test
    void aFamilyThatDoesNotSayAsksForTheData() {
        try (Family family = Family.of(TinyModels.visionTransformer(), 1)) {
            assertThatThrownBy(() -> FamilyData.asTrained(family))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("--data");
        }
    }
}
