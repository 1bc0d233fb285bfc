package dev.weft.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How far a ranking can be believed: over all members, and inside the best half and the best tenth by truth, where the choice is made.
 *
 * @param members how many
 * @param trainings how many truths each member has
 * @param settings what was computed
 * @param parts all members, the best half, the best tenth
 * @param crossFittedRegrets regret where one training chooses and the others judge; empty where members were trained once
 * @param stratified τ among members of nearly equal parameters; absent where parameters are not known, or members are fewer than ten
 * @param curve the same τ for more fractions, from all members to few
 * @param conclusions what may be concluded, in sentences
 */
public record TrustReport(
        int members,
        int trainings,
        RankSettings settings,
        List<Part> parts,
        List<RankQuality.Regret> crossFittedRegrets,
        @JsonInclude(JsonInclude.Include.NON_NULL) StratifiedTau stratified,
        List<Kept> curve,
        List<String> conclusions) {
    private static final List<Double> FRACTIONS = List.of(1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05);

    /** The resamples of the curve, whose band needs no third digit. */
    private static final int CURVE_RESAMPLES = 200;

    /** The parts of members that are looked at, by the fraction kept. */
    private static final Map<String, Double> PARTS = fractions();

    /**
     * Some of the members.
     *
     * @param name {@code all}, {@code best half} or {@code best tenth}
     * @param fraction of all members, by truth; those that tie with the last one are among them
     * @param quality of the scores
     * @param floor how well two trainings rank each other here; null where too few trainings tell
     * @param noFloor why there is no floor; absent where there is one
     * @param baselines how well what needs no training ranks the same members; empty where nothing else is known of them
     * @param verdict what may be concluded
     * @param sentence the same, with the numbers
     */
    public record Part(
            String name,
            double fraction,
            RankQuality quality,
            NoiseFloor floor,
            @JsonInclude(JsonInclude.Include.NON_NULL) String noFloor,
            List<BaselineTau> baselines,
            Verdict verdict,
            String sentence) {
        public Part {
            baselines = List.copyOf(baselines);
        }
    }

    /**
     * A point of the curve.
     *
     * @param members that were kept
     * @param floor τ between two trainings; NaN where too few trainings tell
     */
    public record Kept(double fraction, int members, Estimate tau, Estimate floor) {}

    public TrustReport {
        parts = List.copyOf(parts);
        crossFittedRegrets = List.copyOf(crossFittedRegrets);
        curve = List.copyOf(curve);
        conclusions = List.copyOf(conclusions);
    }

    private static Map<String, Double> fractions() {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("all", 1.0);
        parts.put("best half", 0.5);
        parts.put("best tenth", 0.1);
        return parts;
    }

    /** The report with regret of the top 1 and the top 5. */
    public static TrustReport of(List<Double> scores, List<Double> truths, long seed) {
        return of(Ranking.of(scores, truths), RankSettings.of(seed));
    }

    public static TrustReport of(Ranking ranking, RankSettings settings) {
        List<Part> parts = new ArrayList<>();
        PARTS.forEach((name, fraction) -> parts.add(part(name, fraction, ranking, settings)));
        List<RankQuality.Regret> crossFitted = CrossFit.regrets(ranking, settings);
        StratifiedTau stratified =
                StratifiedTau.of(ranking, settings.bootstrap()).orElse(null);
        return new TrustReport(
                ranking.size(),
                ranking.trainingsEach(),
                settings,
                parts,
                crossFitted,
                stratified,
                curve(ranking.with(List.of()), settings, parts),
                Stream.of(
                                Sentences.lead(parts),
                                Sentences.regret(parts.get(0), crossFitted, ranking.unit()),
                                Sentences.noise(parts, ranking.unit()),
                                Sentences.baselines(parts.get(0), stratified))
                        .flatMap(List::stream)
                        .toList());
    }

    /** This report with further conclusions behind its own. */
    TrustReport with(List<String> more) {
        return new TrustReport(
                members,
                trainings,
                settings,
                parts,
                crossFittedRegrets,
                stratified,
                curve,
                Stream.concat(conclusions.stream(), more.stream()).toList());
    }

    private static Part part(String name, double fraction, Ranking all, RankSettings settings) {
        Ranking ranking = all.best(fraction);
        RankQuality quality = ranking.size() < 3
                ? RankQuality.undefined(ranking.size())
                : RankQuality.of(ranking.scores(), ranking.truths(), settings);
        NoiseFloor floor = NoiseFloor.of(all, fraction, settings.bootstrap()).orElse(null);
        Verdict verdict = Verdict.of(ranking, quality, floor, settings.margin());
        return new Part(
                name,
                fraction,
                quality,
                floor,
                floor == null ? Sentences.noFloor(all.trainingsEach(), fraction) : null,
                BaselineTau.of(ranking, settings),
                verdict,
                Sentences.of(name, ranking, quality, floor, verdict, settings.margin()));
    }

    private static List<Kept> curve(Ranking ranking, RankSettings settings, List<Part> parts) {
        Bootstrap fewer = settings.bootstrap()
                .withResamples(Math.min(CURVE_RESAMPLES, settings.bootstrap().resamples()));
        List<Kept> curve = new ArrayList<>();
        for (double fraction : FRACTIONS) {
            Part known = parts.stream()
                    .filter(p -> p.fraction() == fraction)
                    .findFirst()
                    .orElseGet(() -> part("", fraction, ranking, new RankSettings(List.of(1), fewer)));
            int count = known.quality().members();
            boolean fewerThanBefore =
                    curve.isEmpty() || count < curve.get(curve.size() - 1).members();
            if (fewerThanBefore && known.quality().tau().isBounded()) {
                curve.add(new Kept(
                        fraction,
                        count,
                        known.quality().tau(),
                        known.floor() == null ? Estimate.none() : known.floor().tau()));
            }
        }
        return curve;
    }
}
