package dev.weft.lab.cells;

import dev.weft.io.Csv;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.trust.RankCorrelation;
import dev.weft.trust.Ranking;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Members of which is known how good they are: each was trained alone, several times, by one recipe. The table that comes with Weft is
 * that of the small cell space on {@code fashion-mnist-10k}; {@code README.md} beside it says how it was made, and by which commands it
 * is made again. Accuracies are parts of 1 on the selection split, which no training sees.
 *
 * @param recipe of the trainings, whose data settings fix the splits; its model is the whole space
 * @param anchors the members
 */
public record GroundTruth(Recipe recipe, List<Anchor> anchors) {
    private static final String TABLE = "anchors.csv";
    private static final String RECIPE = "anchors.yaml";
    private static final String SCORE = "score";

    public GroundTruth {
        anchors = List.copyOf(anchors);
    }

    /**
     * A member that was trained alone.
     *
     * @param member of the space
     * @param convolutions how many edges of its cell have one
     * @param params of the member alone
     * @param macs multiply-adds of one image
     * @param accuracies one a training
     */
    public record Anchor(Member member, int convolutions, long params, long macs, List<Double> accuracies) {
        public Anchor {
            accuracies = List.copyOf(accuracies);
        }

        /** The truth: the mean over the trainings. */
        public double accuracy() {
            return Ranking.mean(accuracies);
        }
    }

    /** The table and the recipe that come with Weft. */
    public static GroundTruth load() {
        Recipe recipe = Yaml.parse(resource(RECIPE), RECIPE, Recipe.class);
        Space space = recipe.family().space();
        Csv table = Csv.parse(resource(TABLE), Path.of(TABLE));
        List<Integer> scores = IntStream.range(0, table.columns().size())
                .filter(i -> table.columns().get(i).startsWith(SCORE))
                .boxed()
                .toList();
        List<Anchor> anchors = new ArrayList<>();
        for (Csv.Row row : table.rows()) {
            Member member = space.parse(row.values().get(table.column("member")));
            anchors.add(new Anchor(
                    member,
                    AnchorMembers.convolutions(member),
                    Long.parseLong(row.values().get(table.column("params"))),
                    Long.parseLong(row.values().get(table.column("macs"))),
                    scores.stream()
                            .map(i -> Double.valueOf(row.values().get(i)))
                            .toList()));
        }
        return new GroundTruth(recipe, anchors);
    }

    private static String resource(String name) {
        try (InputStream in = GroundTruth.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** About so many of its anchors, evenly spread, for trials that need to be quick; with 0 all of them. */
    public GroundTruth some(int most) {
        int step = most == 0 ? 1 : Math.max(1, anchors.size() / most);
        return new GroundTruth(
                recipe,
                IntStream.range(0, anchors.size())
                        .filter(i -> i % step == 0)
                        .mapToObj(anchors::get)
                        .toList());
    }

    public Space space() {
        return recipe.family().space();
    }

    public List<Member> members() {
        return anchors.stream().map(Anchor::member).toList();
    }

    /** The truths, in the order of the anchors. */
    public List<Double> accuracies() {
        return anchors.stream().map(Anchor::accuracy).toList();
    }

    /** How often each was trained. */
    public int trainings() {
        return anchors.get(0).accuracies().size();
    }

    /**
     * The noise floor: Kendall's τ between the truth as {@code each} trainings would have it and as {@code each} others would, the mean
     * over all ways to draw the two. No score can be shown to rank better than single trainings do with one, and the mean of all is
     * surer than what is found for half of them.
     *
     * @param each trainings, at most half of all
     */
    public double noiseFloor(int each) {
        if (each < 1 || 2 * each > trainings()) {
            throw new IllegalArgumentException(
                    "two sets of 1 or more of " + trainings() + " trainings expected, but got sets of " + each);
        }
        List<List<Integer>> sets = IntStream.range(0, 1 << trainings())
                .filter(bits -> Integer.bitCount(bits) == each)
                .mapToObj(bits -> IntStream.range(0, trainings())
                        .filter(i -> (bits >> i & 1) == 1)
                        .boxed()
                        .toList())
                .toList();
        List<Double> taus = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (sets.get(i).stream().noneMatch(sets.get(j)::contains)) {
                    taus.add(RankCorrelation.kendall(means(sets.get(i)), means(sets.get(j))));
                }
            }
        }
        return taus.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private List<Double> means(List<Integer> trainings) {
        return anchors.stream()
                .map(anchor -> Ranking.mean(
                        trainings.stream().map(anchor.accuracies()::get).toList()))
                .toList();
    }

    /** How another member is trained alone, as the anchors were: training {@code t}, from 0, of each has the seed {@code 1 + t}. */
    public Recipe alone(Member member) {
        TrainSettings train = recipe.train().with(new Sampler.Largest(), new Distillation.None());
        return new Recipe(recipe.name() + "-alone", "", recipe.model().at(member), recipe.data(), train);
    }

    /** The seed of a training, from 0. */
    public static long seed(int training) {
        return 1 + training;
    }
}
