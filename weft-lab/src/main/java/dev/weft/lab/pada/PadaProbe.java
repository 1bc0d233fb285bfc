package dev.weft.lab.pada;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.diagnose.ExampleGradients;
import dev.weft.diagnose.GradientDraws;
import dev.weft.diagnose.GradientVariance;
import dev.weft.diagnose.ImportanceSampling;
import dev.weft.lab.cells.CellRanking;
import dev.weft.lab.cells.CellScores;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.optim.Clipping;
import dev.weft.sample.ImportanceDistribution;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import dev.weft.trust.RankCorrelation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * What was measured of an arm at frozen weights: a kept document.
 *
 * @param variance {@code tr Var} of the gradient that the arm applies, members and batches drawn as it draws them then
 * @param squaredMean {@code ‖mean‖²} of it
 * @param sampling what the sampler says of its distributions
 * @param scores of some members, for the curve of the ranking
 * @param exact of one fixed member on fixed examples; of arms that draw uniformly, and null for the others
 */
record PadaProbe(
        int epoch,
        double variance,
        double squaredMean,
        Map<String, Double> sampling,
        CellScores scores,
        @JsonInclude(JsonInclude.Include.NON_NULL) Exact exact) {
    private static final long SEED = 2302;
    private static final double TAU = 0.9;

    /**
     * Enumerated variances of the reweighted gradient of one example, over the uniform one.
     *
     * @param optimal drawn in proportion to the exact norms of the examples' gradients
     * @param surrogate drawn by the norms in their logits, a tenth uniformly
     * @param correlation Spearman's, between exact norms and those in the logits
     */
    record Exact(double optimal, double surrogate, double correlation) {}

    /** Nothing of the run changes. */
    static PadaProbe of(boolean uniform, int epoch, PadaSize size, CellRanking ranking, Trainer trainer) {
        GradientVariance variance = GradientVariance.of(
                trainer.family(),
                GradientDraws.of(trainer.sampling(), trainer.sampling().batches(trainer.batches(SEED)), 1),
                size.draws(),
                SEED,
                new GradientVariance.Applied(
                        trainer.family().definition().input().criterion(), new Clipping(Clipping.By.NORM, 5)),
                done -> {});
        return new PadaProbe(
                epoch,
                variance.whole().variance(),
                variance.whole().squaredMean(),
                trainer.sampling().measures(),
                CellScores.of(
                        trainer.family(), ranking.truth().recipe(), trainer.splits(), ranking.some(size.curveStep())),
                uniform ? exact(size, ranking.truth(), trainer) : null);
    }

    /** {@code tr Var / ‖mean‖²}. */
    double relative() {
        return variance / squaredMean;
    }

    private static Exact exact(PadaSize size, GroundTruth truth, Trainer trainer) {
        Member member = truth.members().get(truth.members().size() / 2);
        Dataset data = trainer.splits().train();
        int[] examples =
                IntStream.range(0, Math.min(size.examples(), data.size())).toArray();
        try (MemberStatistics statistics =
                CellScores.calibrate(trainer.family(), truth.recipe(), trainer.splits(), member)) {
            ExampleGradients gradients = ExampleGradients.of(trainer.family(), member, statistics, data, examples);
            double[] inLogits = inLogits(trainer.family(), member, statistics, data, examples);
            double uniform = gradients.variance(ImportanceSampling.uniform(examples.length));
            double[] surrogate = ImportanceSampling.blended(ImportanceSampling.optimal(inLogits), TAU);
            return new Exact(
                    gradients.variance(gradients.optimal()) / uniform,
                    gradients.variance(surrogate) / uniform,
                    RankCorrelation.spearman(
                            gradients.norms(),
                            java.util.Arrays.stream(inLogits).boxed().toList()));
        }
    }

    private static double[] inLogits(
            Family family, Member member, MemberStatistics statistics, Dataset data, int[] examples) {
        List<Float> norms = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Batch batch = data.batch(examples);
            for (float norm : ImportanceDistribution.logitGradients(
                    family.forward(batch.inputs().only(), Pass.evaluation(member, statistics)), batch.labels(), 0)) {
                norms.add(norm);
            }
        }
        return norms.stream().mapToDouble(Float::doubleValue).toArray();
    }

    /** How likely each operation is drawn; empty where all are as likely. */
    Map<String, Double> operations() {
        Map<String, Double> operations = new LinkedHashMap<>();
        sampling.forEach((name, value) -> {
            if (name.startsWith("option=")) {
                operations.put(name.substring("option=".length()), value);
            }
        });
        return operations;
    }
}
