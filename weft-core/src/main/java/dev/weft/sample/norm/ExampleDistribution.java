package dev.weft.sample.norm;

import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.sample.ImportanceDistribution;
import dev.weft.sample.Note;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;

/**
 * How likely each example is, the norms that decide how likely it will be, and the list of the epoch's draws. Kept tensors of as many
 * entries as there are examples, until {@link #close}.
 */
final class ExampleDistribution implements AutoCloseable {
    private static final int MAX_EXAMPLES = 1 << 24; // whose numbers a float32 holds exactly

    private final GradientNormSampler.Data settings;
    private final int count;
    private final Tensor probabilities;
    private final Tensor norms;
    private final Tensor examples;

    ExampleDistribution(int count, GradientNormSampler.Data settings) {
        if (count > MAX_EXAMPLES) {
            throw new InputException("Data by gradient norm must have at most " + MAX_EXAMPLES
                    + " training examples, but has " + count + ". Draw paths alone.");
        }
        this.settings = settings;
        this.count = count;
        this.probabilities = Tensors.zeros(count);
        this.norms = Tensors.zeros(count);
        this.examples = Tensors.zeros(count);
        write(probabilities, ImportanceDistribution.distribution(new double[count], 0, 0));
        write(
                examples,
                java.util.stream.IntStream.range(0, count).asDoubleStream().toArray());
    }

    private static void write(Tensor into, double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        into.data_ptr_float().put(floats, 0, floats.length);
    }

    /** The example at each place of the present epoch. */
    int[] examples() {
        float[] values = Tensors.floats(examples);
        int[] drawn = new int[values.length];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = (int) values[i];
        }
        return drawn;
    }

    /** {@code 1 / (N p)} of each example of a batch. */
    List<Double> weights(Batch batch) {
        return batch.indices().stream()
                .map(example ->
                        1 / (count * (double) probabilities.data_ptr_float().get(example)))
                .toList();
    }

    /** Notes the gradient norms of a batch's examples: the first of an example as it is, then {@code (old + norm) / 2}. */
    void observe(Batch batch, float[] observed) {
        for (int i = 0; i < observed.length; i++) {
            int example = batch.indices().get(i);
            float old = norms.data_ptr_float().get(example);
            norms.data_ptr_float().put(example, old == 0 ? observed[i] : (old + observed[i]) / 2);
        }
    }

    /** Goes over to the distribution that the norms give and draws the next epoch from it, with replacement. */
    void endEpoch(double tau, RandomGenerator random) {
        double[] p = ImportanceDistribution.distribution(Tensors.doubles(norms), tau, settings.floor());
        write(probabilities, p);
        write(
                examples,
                Arrays.stream(ImportanceDistribution.draws(p, count, random))
                        .asDoubleStream()
                        .toArray());
        if (settings.memory() == GradientNormSampler.Memory.RESET) {
            norms.zero_();
        }
    }

    /** How many different examples the coming epoch has, and how many equally likely ones would vary as much. */
    List<Note> notes() {
        return List.of(
                new Note(
                        "distinctExamples", Arrays.stream(examples()).distinct().count()),
                new Note("effectiveExamples", ImportanceDistribution.effectiveSize(Tensors.doubles(probabilities))));
    }

    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("probabilities", probabilities);
        state.put("norms", norms);
        state.put("examples", examples);
        return state;
    }

    @Override
    public void close() {
        state().values().forEach(Tensor::close);
    }
}
