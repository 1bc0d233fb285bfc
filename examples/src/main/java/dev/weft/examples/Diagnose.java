package dev.weft.examples;

import dev.weft.data.Batches;
import dev.weft.diagnose.ConflictMap;
import dev.weft.diagnose.GradientDraws;
import dev.weft.diagnose.GradientVariance;
import dev.weft.model.Family;
import dev.weft.pick.FamilyData;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Member;
import java.nio.file.Path;
import java.util.List;

/** Looks at a trained family's gradients: where its members conflict, and how noisy a step is. */
public final class Diagnose {
    private Diagnose() {}

    /** @param args the file of a trained family */
    public static void main(String[] args) {
        // tag::diagnose[]
        try (Family family = Family.open(Path.of(args[0]))) {
            FamilyData data = FamilyData.asTrained(family);
            Batches batches = data.training().batches(data.batchSize(), 1);
            List<Member> members = ConflictMap.sample(family.space(), 8, 1);
            ConflictMap map = ConflictMap.of(family, members, batches, 4, done -> {});
            for (String layer : map.layers()) {
                System.out.printf("%s: mean cosine %.2f%n", layer, map.meanCosine(layer));
            }
            Sampler.SinglePath uniform = new Sampler.SinglePath(1);
            Sampling steps = Sampling.of(random -> uniform.draw(family.space(), random));
            GradientVariance noise = GradientVariance.of(family, GradientDraws.of(steps, batches, 1), 50, 1);
            System.out.printf("variance over squared mean: %.1f%n", noise.noiseToSignal());
        }
        // end::diagnose[]
    }
}
