package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BaselineTauTest {
    private static List<Double> noisy(List<Double> values, double noise, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return values.stream()
                .map(value -> value + noise * random.nextGaussian())
                .toList();
    }

    private static final List<Double> QUALITY =
            Stream.iterate(1.0, value -> value + 1).limit(60).toList();

    private static TrustReport report(List<Double> scores, List<Double> params) {
        return TrustReport.of(
                Ranking.of(scores, QUALITY).with(List.of(new Baseline(Baseline.PARAMS, params))), RankSettings.of(0));
    }

    @Test
    void standsBesideTheScoresInEveryPart() {
        List<Double> scores = noisy(QUALITY, 20, 1);
        List<Double> params = noisy(QUALITY, 5, 2);
        TrustReport report = report(scores, params);
        for (TrustReport.Part part : report.parts()) {
            assertThat(part.baselines()).hasSize(1);
            Ranking members = Ranking.of(scores, QUALITY).best(part.fraction());
            double own = RankCorrelation.kendall(
                    params.subList(60 - members.size(), 60), members.truths()); // QUALITY ascends
            assertThat(part.baselines().get(0).tau().value()).isCloseTo(own, within(1e-12));
            assertThat(part.baselines().get(0).difference().value())
                    .isCloseTo(part.quality().tau().value() - own, within(1e-12));
        }
    }

    @Test
    void theStrongestIsComparedWithTheScoresInASentence() {
        List<Double> good = noisy(QUALITY, 3, 1);
        List<Double> poor = noisy(QUALITY, 40, 2);
        assertThat(report(good, poor).conclusions())
                .anyMatch(sentence ->
                        sentence.contains("Scores rank better than parameters alone: the difference of τ is"));
        assertThat(report(poor, good).conclusions())
                .anyMatch(sentence ->
                        sentence.contains("Scores rank worse than parameters alone: the difference of τ is"));
        assertThat(report(noisy(QUALITY, 10, 3), noisy(QUALITY, 10, 4)).conclusions())
                .anyMatch(sentence -> sentence.contains("Nothing shows that scores rank better than parameters alone"));
        assertThat(TrustReport.of(Ranking.of(good, QUALITY), RankSettings.of(0)).conclusions())
                .noneMatch(sentence -> sentence.contains("Without any training"));
    }

    @Test
    void whereScoresAllTieTheyRankWorse() {
        TrustReport report = report(QUALITY.stream().map(value -> 1.0).toList(), QUALITY);
        assertThat(report.conclusions())
                .anyMatch(sentence -> sentence.contains("Scores that do not order the members rank worse than that."))
                .noneMatch(sentence -> sentence.contains("–"));
    }

    @Test
    void valuesMustBeFiniteAndOneAMember() {
        assertThatThrownBy(() -> new Baseline("x", List.of(Double.NaN))).hasMessageContaining("must be finite");
        assertThatThrownBy(() -> Ranking.of(QUALITY, QUALITY).with(List.of(new Baseline("x", List.of(1.0)))))
                .hasMessageContaining("baseline x must have a value for each of 60 members, but has 1");
    }
}
