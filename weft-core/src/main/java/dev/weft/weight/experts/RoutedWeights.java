package dev.weft.weight.experts;

import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.ops.Tensors;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Beginning;
import dev.weft.weight.Init;
import dev.weft.weight.Mixing;
import dev.weft.weight.Reading;
import dev.weft.weight.StoredTensors;
import dev.weft.weight.Weight;
import dev.weft.weight.WeightNames;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import dev.weft.weight.encoding.Encoder;
import dev.weft.weight.encoding.EncodingMlp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights of which those with matching names have several experts, mixed by routers that read the member. The first expert has
 * the weight's own name, the others {@code LAYER.experts.J.weight}; routers are {@code LAYER.router.N.weight}. All are stored
 * weights, trained and kept with the others; a member that is taken out of its family has neither experts nor router.
 */
public final class RoutedWeights implements WrappedWeights, Mixing {
    private static final String EXPERTS = ".experts.";
    private static final String ROUTER = ".router";

    private final Weights source;
    private final Experts settings;
    private final WeightNames matching;
    private final Encoder encoder;
    private final Map<String, RoutedWeight> routed = new LinkedHashMap<>();
    private final Map<String, Router> routers = new LinkedHashMap<>();

    RoutedWeights(Weights source, Experts settings, Space space) {
        this.source = source;
        this.settings = settings;
        this.matching = new WeightNames("Experts", settings.pattern(), settings.plainWeights());
        this.encoder = new Encoder(source, settings.encoding(), space, settings.fixedInput());
    }

    @Override
    public Weights source() {
        return source;
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        Optional<MatchResult> match = matching.find(name, axes);
        if (match.isEmpty()) {
            return source.weight(name, init, axes);
        }
        List<Weight> experts = new ArrayList<>();
        for (int j = 0; j < settings.count(); j++) {
            experts.add(source.weight(expert(name, j), init, axes));
        }
        boolean neurons = settings.granularity() == Experts.Granularity.NEURON;
        boolean named = !neurons && match.get().groupCount() > 0 && match.get().group(1) != null;
        Router router = routers.computeIfAbsent(
                named ? match.get().group(1) : layer(name), n -> router(n, neurons ? axes[0].stored() : 1));
        RoutedWeight weight = new RoutedWeight(experts, router, neurons ? axes[0] : null);
        routed.put(name, weight);
        return weight;
    }

    private Router router(String name, int mixtures) {
        EncodingMlp network = new EncodingMlp(
                source, encoder, name + ROUTER, settings.layers(), settings.hidden(), settings.count() * mixtures);
        return new Router(network, settings.count(), settings.routing());
    }

    /** The stored name of expert {@code j} of a weight; the first has the weight's own. */
    private static String expert(String name, int j) {
        return j == 0
                ? name
                : layer(name) + EXPERTS + j + name.substring(layer(name).length());
    }

    private static String layer(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    /** @throws InputException when the pattern matched no weight */
    @Override
    public void built() {
        matching.requireSome();
        source.built();
    }

    @Override
    public Optional<Mixing> mixing() {
        return source.mixing().or(() -> Optional.of(this));
    }

    @Override
    public List<String> names() {
        return List.copyOf(routed.keySet());
    }

    @Override
    public Tensor mixing(String name, Reading reading) {
        return named(name).mixing(reading);
    }

    private RoutedWeight named(String name) {
        RoutedWeight weight = routed.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("Weight " + name + " has no experts; those that have: " + names());
        }
        return weight;
    }

    @Override
    public double cosine(String name, Member member) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Reading reading = Reading.of(member);
            List<Tensor> flat = named(name).experts().stream()
                    .map(weight -> weight.tensor(reading).reshape(-1))
                    .toList();
            double sum = 0;
            int pairs = 0;
            for (int i = 0; i < flat.size(); i++) {
                for (int j = 0; j < i; j++) {
                    double norms = flat.get(i).norm().item_double()
                            * flat.get(j).norm().item_double();
                    sum += norms == 0 ? 1 : flat.get(i).dot(flat.get(j)).item_double() / norms;
                    pairs++;
                }
            }
            return pairs == 0 ? 1 : sum / pairs;
        }
    }

    @Override
    public void begin(Beginning beginning) {
        source.begin(beginning);
        start(beginning.stored(), beginning.seed());
    }

    /**
     * Puts fresh experts where the settings say they begin.
     *
     * @param stored the stored tensors by name; written to
     * @throws InputException when the supernet to begin from is of another model
     */
    private void start(Map<String, Tensor> stored, long seed) {
        if (settings.start() instanceof ExpertStart.Supernet supernet) {
            copy(SafetensorsFile.open(Path.of(supernet.family())), stored);
            spread(stored, supernet.noise(), seed);
        } else if (settings.start() instanceof ExpertStart.Copy copy) {
            spread(stored, copy.noise(), seed);
        }
    }

    private void copy(SafetensorsFile file, Map<String, Tensor> stored) {
        for (Map.Entry<String, Tensor> entry : stored.entrySet()) {
            String name = entry.getKey();
            // What the supernet need not have; everything else it must.
            if (name.contains(EXPERTS) || name.contains(ROUTER + ".") || hasOwnUpdate(name)) {
                continue;
            }
            List<Long> shape = Arrays.stream(entry.getValue().shape()).boxed().toList();
            if (!file.contains(name) || !file.entry(name).shape().equals(shape)) {
                throw new InputException(file.path() + " must be a family of the same model, to start experts from, "
                        + "but has no tensor " + name + " " + shape + ".");
            }
            try (NoGradGuard guard = new NoGradGuard();
                    Tensor mapped = StoredTensors.finite(file, name)) {
                entry.getValue().copy_(mapped);
            }
        }
    }

    /** Every other expert becomes the first, and noise. */
    private void spread(Map<String, Tensor> stored, double noise, long seed) {
        for (String name : routed.keySet()) {
            for (int j = 1; j < settings.count(); j++) {
                String expert = expert(name, j);
                try (PointerScope scope = new PointerScope();
                        NoGradGuard guard = new NoGradGuard()) {
                    Tensor first = stored.get(name);
                    double scale = first.numel() > 1 ? noise * first.std(true).item_double() : noise;
                    SplittableRandom random = RandomStream.EXPERTS.random(seed, expert);
                    float[] values = new float[Math.toIntExact(first.numel())];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (scale * random.nextGaussian());
                    }
                    try (Tensor drawn = Tensors.of(values, first.shape())) {
                        stored.get(expert).copy_(first.add(drawn));
                    }
                }
            }
        }
    }
}
