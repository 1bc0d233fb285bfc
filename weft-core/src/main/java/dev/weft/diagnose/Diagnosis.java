package dev.weft.diagnose;

import dev.weft.cost.CountedCosts;
import dev.weft.criterion.Criterion;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.trust.RankCorrelation;
import dev.weft.weight.Sharing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What the gradients of a family say of its training: how noisy a step is, where members conflict, and which keys of the recipe the
 * numbers speak for changing. A document; {@link DiagnosisReports} makes a page of it.
 *
 * @param settings how much was measured
 * @param sampler whose steps {@code variance} is of
 * @param accumulate batches that make one of these steps
 * @param variance of a step's gradient
 * @param noiseToSignal {@link GradientVariance#noiseToSignal}
 * @param memberShare the part of the variance that is between members on the same data, about 0 to 1; the rest is between batches
 * @param memberShareError its standard error, as far as the variance between members has one
 * @param members of the conflict map
 * @param cosines of every two of them over all layers, in their order; NaN where they share nothing
 * @param spreads over batches of these cosines; NaN of one batch
 * @param layers what the conflict map says of each, in the order of the model
 * @param normByCost Spearman's correlation of the members' parameters and gradient norms; NaN where either is the same for all
 * @param choices what the options of each choice want of all layers together
 * @param choicesByLayer the same layer by layer, without layers that no two members of different options share
 * @param suggestions what the numbers speak for, the clearest first; may be empty
 */
public record Diagnosis(
        DiagnosisSettings settings,
        Sampler sampler,
        int accumulate,
        GradientVariance variance,
        double noiseToSignal,
        double memberShare,
        double memberShareError,
        List<Probed> members,
        List<List<Double>> cosines,
        List<List<Double>> spreads,
        List<LayerConflict> layers,
        double normByCost,
        List<ChoiceConflict> choices,
        List<ChoiceConflict> choicesByLayer,
        List<Suggestion> suggestions) {
    /**
     * A member of the conflict map.
     *
     * @param name short, for pictures: {@code smallest}, {@code largest}, {@code m3}
     * @param member as it is written
     * @param params that it uses
     * @param gradientNorm the mean over batches of the norm of its gradient
     */
    public record Probed(String name, String member, long params, double gradientNorm) {}

    /**
     * A layer of the conflict map.
     *
     * @param meanCosine over all pairs of members that share it; NaN where none does
     * @param lowestCosine of one pair
     * @param pairs how many there are
     */
    public record LayerConflict(String name, double meanCosine, double lowestCosine, int pairs) {
        /** Whether enough pairs share it for their mean to say something. */
        public boolean isShared() {
            return pairs >= 3;
        }
    }

    /** Hears how far a diagnosis is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param phase what is being done
         * @param done gradients so far, of {@code total} in this phase
         */
        void update(String phase, long done, long total);
    }

    public Diagnosis {
        members = List.copyOf(members);
        cosines = List.copyOf(cosines);
        spreads = List.copyOf(spreads);
        layers = List.copyOf(layers);
        choices = List.copyOf(choices);
        choicesByLayer = List.copyOf(choicesByLayer);
        suggestions = List.copyOf(suggestions);
    }

    /**
     * Measures a family; nothing of it changes.
     *
     * @param data what it trains on: batches are of unchanged examples
     * @param sampler of the steps whose noise is measured, as a recipe has it
     * @param sampling the same at work
     * @param accumulate batches that make one step
     * @param criterion gives the loss, as members learn by it
     * @throws InputException when the family has one member, or the data does not fill a batch
     * @throws dev.weft.io.CheckFailedException when a loss is not finite
     */
    public static Diagnosis of(
            Family family,
            Dataset data,
            int batchSize,
            Sampler sampler,
            Sampling sampling,
            int accumulate,
            Criterion criterion,
            DiagnosisSettings settings,
            Progress progress) {
        Space space = family.space();
        List<Member> members = ConflictMap.sample(space, settings.members(), settings.seed());
        if (members.size() < 2) {
            throw new InputException("A family must have 2 or more members to be diagnosed, but this one has one: "
                    + "nothing is shared, so nothing can conflict.");
        }
        Batches batches = data.batches(batchSize, settings.seed());
        long gradients = (long) members.size() * settings.batches();
        ConflictMap map = ConflictMap.of(
                family,
                members,
                batches,
                settings.batches(),
                criterion,
                done -> progress.update("conflicts", done, gradients));

        GradientDraws independent = GradientDraws.of(sampling, batches, accumulate);
        // Draws 0 and 1 on the same data, 2 and 3 on the next: their differences are between members alone.
        GradientDraws inPairs = (index, random) -> independent.draw(index / 2, random);
        long draws = 2L * settings.draws();
        GradientVariance variance = GradientVariance.of(
                family,
                independent,
                settings.draws(),
                settings.seed(),
                GradientVariance.Applied.unclipped(criterion),
                done -> progress.update("variance", done, draws));
        GradientVariance paired = GradientVariance.of(
                family,
                inPairs,
                settings.draws(),
                settings.seed(),
                GradientVariance.Applied.unclipped(criterion),
                done -> progress.update("variance", settings.draws() + done, draws));
        return of(family, settings, sampler, accumulate, variance, paired.whole(), map);
    }

    private static Diagnosis of(
            Family family,
            DiagnosisSettings settings,
            Sampler sampler,
            int accumulate,
            GradientVariance variance,
            GradientVariance.Part onTheSameData,
            ConflictMap map) {
        Space space = family.space();
        List<Probed> members = probed(family, map);
        List<LayerConflict> layers = map.layers().stream()
                .map(layer ->
                        new LayerConflict(layer, map.meanCosine(layer), map.lowestCosine(layer), map.pairs(layer)))
                .toList();
        List<Choice<?>> open =
                space.choices().stream().filter(c -> c.options().size() > 1).toList();
        List<ChoiceConflict> choices = open.stream()
                .map(choice -> map.conflict(space, choice, ConflictMap.WHOLE))
                .toList();
        List<ChoiceConflict> byLayer = map.layers().stream()
                .flatMap(layer -> open.stream().map(choice -> map.conflict(space, choice, layer)))
                .filter(conflict -> !Double.isNaN(conflict.differ()))
                .toList();
        Diagnosis measured = new Diagnosis(
                settings,
                sampler,
                accumulate,
                variance,
                variance.noiseToSignal(),
                onTheSameData.ofPairs() / variance.whole().variance(),
                onTheSameData.standardError() / variance.whole().variance(),
                members,
                table(map, map::cosine),
                table(map, map::spread),
                layers,
                RankCorrelation.spearman(
                        members.stream().map(m -> (double) m.params()).toList(),
                        members.stream().map(Probed::gradientNorm).toList()),
                choices,
                byLayer,
                List.of());
        return measured.with(new Suggestions(measured, isSplittable(family)).all());
    }

    /** Says whether the family is as a recipe's split demands: slices, or an entangled blend of them. */
    private static boolean isSplittable(Family family) {
        return family.sharing().stream().allMatch(Sharing::fitsTree);
    }

    private static List<Probed> probed(Family family, ConflictMap map) {
        List<Probed> members = new ArrayList<>();
        try (CountedCosts costs = new CountedCosts(family.plan())) {
            for (int i = 0; i < map.members().size(); i++) {
                Member member = map.members().get(i);
                String name = member.equals(family.space().smallest())
                        ? "smallest"
                        : member.equals(family.space().largest()) ? "largest" : "m" + (i + 1);
                members.add(new Probed(
                        name, family.space().print(member), costs.of(member).params(), map.norm(i)));
            }
        }
        return members;
    }

    /** A number of two members in all layers. */
    private interface OfPair {
        double value(String layer, int i, int j);
    }

    private static List<List<Double>> table(ConflictMap map, OfPair number) {
        List<List<Double>> rows = new ArrayList<>();
        for (int i = 0; i < map.members().size(); i++) {
            List<Double> row = new ArrayList<>();
            for (int j = 0; j < map.members().size(); j++) {
                row.add(number.value(ConflictMap.WHOLE, i, j));
            }
            rows.add(row);
        }
        return rows;
    }

    private Diagnosis with(List<Suggestion> found) {
        return new Diagnosis(
                settings,
                sampler,
                accumulate,
                variance,
                noiseToSignal,
                memberShare,
                memberShareError,
                members,
                cosines,
                spreads,
                layers,
                normByCost,
                choices,
                choicesByLayer,
                found);
    }

    /** The mean cosine of all pairs of members over all layers; NaN where none shares any. */
    public double meanCosine() {
        return pairs().average().orElse(Double.NaN);
    }

    /** The part of the pairs of members whose gradients, over all layers, point apart. */
    public double opposedPairs() {
        return pairs().map(cosine -> cosine < 0 ? 1 : 0).average().orElse(Double.NaN);
    }

    private DoubleStream pairs() {
        return IntStream.range(0, cosines.size())
                .boxed()
                .flatMap(i -> cosines.get(i).subList(0, i).stream())
                .mapToDouble(Double::doubleValue)
                .filter(cosine -> !Double.isNaN(cosine));
    }
}
