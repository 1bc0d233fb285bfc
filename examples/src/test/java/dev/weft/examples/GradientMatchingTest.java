package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.recipe.Recipe;
import dev.weft.space.Member;
import dev.weft.tree.TreeListener;
import dev.weft.tree.TreeRecord;
import dev.weft.tree.TreeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GradientMatchingTest {
    @Test
    void supernetSplitsWhereGradientsDisagree(@TempDir Path folder) throws IOException {
        Path pictures = folder.resolve("pictures");
        Pictures.write(pictures, 120);
        Path run = folder.resolve("run");
        String text =
                Files.readString(Path.of("src/test/resources/tiny.yaml")) + "split: {rounds: [1, 2], repeats: 2}\n";
        Recipe read = Yaml.parse(text, "tiny.yaml", Recipe.class);
        Recipe recipe = read.with(read.data().withSource(pictures.toString()), read.train());
        // tag::tree[]
        try (TreeTrainer trainer = TreeTrainer.start(recipe, run, 1)) { // a recipe with a split
            trainer.run(() -> false, new TreeListener() {
                @Override
                public void split(String node, TreeRecord.Split split) {
                    System.out.println(node + " splits by " + split.choice() + " into " + split.groups());
                }
            });
        }
        try (Family family = Family.open(run.resolve("family.safetensors"))) { // used as any other
            Member member = family.space().sample(new SplittableRandom(1));
            System.out.println(member + " is of leaf " + family.leaf(member).orElseThrow());
        }
        // end::tree[]
        TreeRecord tree = TreeRecord.of(run).orElseThrow();
        assertThat(tree.leaves()).hasSize(4);
        assertThat(tree.supernetEpochs()).isEqualTo(1 + 2 + 4 * 2);
    }
}
