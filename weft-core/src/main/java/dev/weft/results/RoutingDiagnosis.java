package dev.weft.results;

import dev.weft.model.Family;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.Mixing;
import dev.weft.weight.Reading;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * What became of a family's experts: whether routers tell members apart, whether experts differ, and what they cost while training.
 *
 * @param weights those that have experts, in the order of the model; empty where the family has none
 * @param trainingParameters all stored numbers, with experts and routers
 * @param deployedParameters of the plain model of the largest member
 */
public record RoutingDiagnosis(List<Mixed> weights, long trainingParameters, long deployedParameters) {
    /**
     * One weight with experts.
     *
     * @param name of the weight
     * @param meanMixing of each expert, over members and output neurons
     * @param mixingVariance over members, on average over experts and output neurons that all the members have; 0 where the router
     *     tells none apart, as with a fixed input
     * @param expertCosine mean cosine between two experts of the largest member; 1 for equal ones
     */
    public record Mixed(String name, List<Double> meanMixing, double mixingVariance, double expertCosine) {
        public Mixed {
            meanMixing = List.copyOf(meanMixing);
        }
    }

    public RoutingDiagnosis {
        weights = List.copyOf(weights);
    }

    /** Whether a family has routed weights to look at. */
    static boolean hasExperts(Family family) {
        return family.mixing().isPresent();
    }

    /** @param members to look at, for instance some at random; one or more */
    public static RoutingDiagnosis of(Family family, List<Member> members) {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("Routing is diagnosed on one or more members, but there are none.");
        }
        Member largest = family.space().largest();
        List<Mixed> weights = family.mixing().stream()
                .flatMap(routed -> routed.names().stream().map(name -> mixed(routed, name, members, largest)))
                .toList();
        try (Family plain = Family.ofShapes(family.definition().at(largest))) {
            return new RoutingDiagnosis(weights, parameters(family), parameters(plain));
        }
    }

    private static long parameters(Family family) {
        return family.weights().tensors().values().stream()
                .mapToLong(Tensor::numel)
                .sum();
    }

    private static Mixed mixed(Mixing routed, String name, List<Member> members, Member largest) {
        List<float[]> mixings = new ArrayList<>(); // of each member: neurons × experts, or experts
        int experts = 0;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            for (Member member : members) {
                Tensor mixing = routed.mixing(name, Reading.of(member));
                experts = (int) mixing.size(mixing.dim() - 1);
                mixings.add(Tensors.floats(mixing));
            }
        }
        double[] means = new double[experts];
        long neurons = mixings.stream().mapToLong(m -> m.length).sum() / experts;
        for (float[] mixing : mixings) {
            for (int i = 0; i < mixing.length; i++) {
                means[i % experts] += mixing[i] / neurons;
            }
        }
        List<Double> meanMixing = new ArrayList<>();
        for (double mean : means) {
            meanMixing.add(mean);
        }
        return new Mixed(name, meanMixing, variance(mixings), routed.cosine(name, largest));
    }

    private static double variance(List<float[]> mixings) {
        int common = mixings.stream().mapToInt(m -> m.length).min().orElseThrow();
        double sum = 0;
        for (int i = 0; i < common; i++) {
            int entry = i;
            double mean = mixings.stream().mapToDouble(m -> m[entry]).average().orElseThrow();
            sum += mixings.stream()
                    .mapToDouble(m -> (m[entry] - mean) * (m[entry] - mean))
                    .average()
                    .orElseThrow();
        }
        return sum / common;
    }
}
