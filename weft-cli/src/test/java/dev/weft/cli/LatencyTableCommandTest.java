package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.cost.LatencyTable;
import dev.weft.model.ModelDefinition;
import dev.weft.pick.TinyRun;
import dev.weft.recipe.Recipes;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyTableCommandTest {
    @TempDir
    Path folder;

    private Path recipe() {
        return TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 1);
    }

    @Test
    void tableIsReadBackForTheRecipesSpaceAndSaysHowFarItIsOff() {
        Path recipe = recipe();
        Path out = folder.resolve("here.yaml");
        Run done = Run.weft(
                "latency-table",
                recipe.toString(),
                "--members",
                "15",
                "--out",
                out.toString(),
                "--seed",
                "3",
                "--json");
        assertThat(done.exitCode()).as(done.err()).isZero();
        JsonNode told = done.json();
        assertThat(told.get("members").asInt()).isEqualTo(12);
        assertThat(told.get("heldOut").asInt()).isEqualTo(3);
        assertThat(told.get("heldOutMaxErrorMillis").asDouble())
                .isGreaterThanOrEqualTo(told.get("heldOutMeanErrorMillis").asDouble())
                .isPositive();
        ModelDefinition model = Recipes.read(recipe.toString()).model();
        LatencyTable table = LatencyTable.read(out, model.space());
        assertThat(table.exact(model.space().largest())).isPositive();
    }

    @Test
    void tooFewMembersAreRefusedAndNothingIsWritten() {
        Path out = folder.resolve("here.yaml");
        Run few = Run.weft("latency-table", recipe().toString(), "--members", "2", "--out", out.toString());
        assertThat(few.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(few.err()).contains("--members must be from 5 to the number of members");
        assertThat(Files.exists(out)).isFalse();
    }
}
