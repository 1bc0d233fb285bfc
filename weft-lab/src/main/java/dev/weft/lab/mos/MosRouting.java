package dev.weft.lab.mos;

import dev.weft.model.Family;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.Mixing;
import dev.weft.weight.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * What the routers of a family came to: the part that the first expert has in each member.
 *
 * @param layers those that have a mixture of their own
 */
record MosRouting(List<Layer> layers) {
    private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\.");

    MosRouting {
        layers = List.copyOf(layers);
    }

    /**
     * One layer.
     *
     * @param name of its matrix
     * @param mean of the first expert's mixing weight over the output neurons, by member; those that do not run the layer are absent
     * @param spread its standard deviation over the output neurons, by member; 0 where all share one
     * @param variance of {@code mean} over the members: 0 for a router that does not tell them apart
     * @param cosine between the experts, at their largest: 1 for equal ones
     */
    record Layer(String name, Map<String, Double> mean, Map<String, Double> spread, double variance, double cosine) {}

    /** @param members by name; they may have fewer blocks than the largest */
    static MosRouting of(Family family, Map<String, Member> members) {
        Mixing weights = family.mixing().orElseThrow();
        List<Layer> layers = new ArrayList<>();
        for (String name : ownMixtures(weights, family)) {
            Map<String, Double> mean = new LinkedHashMap<>();
            Map<String, Double> spread = new LinkedHashMap<>();
            members.forEach((key, member) -> {
                if (runs(name, member)) {
                    float[] first = firstExpert(weights, name, member);
                    double average = mean(first);
                    double squares = 0;
                    for (float part : first) {
                        squares += (part - average) * (part - average);
                    }
                    mean.put(key, average);
                    spread.put(key, Math.sqrt(squares / first.length));
                }
            });
            layers.add(new Layer(
                    name,
                    mean,
                    spread,
                    variance(mean),
                    weights.cosine(name, family.space().largest())));
        }
        return new MosRouting(layers);
    }

    /** The matrices; of those that always have the same mixture as the one before, the first. */
    private static List<String> ownMixtures(Mixing weights, Family family) {
        List<String> own = new ArrayList<>();
        float[] last = {};
        for (String name : weights.names()) {
            if (name.endsWith(".weight")) {
                float[] mixture = firstExpert(weights, name, family.space().largest());
                if (mixture.length > 1 || last.length != 1 || !name.contains(".fc2.")) {
                    own.add(name);
                }
                last = mixture;
            }
        }
        return own;
    }

    /** The first expert's mixing weight, one for the layer or one for each output neuron. */
    private static float[] firstExpert(Mixing weights, String name, Member member) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return Tensors.floats(
                    weights.mixing(name, Reading.of(member)).select(-1, 0).reshape(-1));
        }
    }

    private static boolean runs(String name, Member member) {
        Matcher block = BLOCK.matcher(name);
        return !block.find()
                || !(member.options().get("depth") instanceof Integer depth)
                || Integer.parseInt(block.group(1)) < depth;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double variance(Map<String, Double> means) {
        double average = means.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
        return means.values().stream()
                .mapToDouble(m -> (m - average) * (m - average))
                .average()
                .orElseThrow();
    }
}
