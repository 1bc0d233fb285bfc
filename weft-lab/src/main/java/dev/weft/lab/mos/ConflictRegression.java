package dev.weft.lab.mos;

import dev.weft.nn.Activation;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Pass;
import dev.weft.optim.Optimizer;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Init;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weights;
import dev.weft.weight.encoding.MemberEncoding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A regression whose members want opposite functions of the same weights: an MLP, elastic in its hidden width, of which every second
 * width is to be {@code g} and the others {@code -g}. A narrower member's hidden neurons are the first of a wider one's, and
 * {@code g} is what the narrowest can be exactly: each member could reach an error of 0 alone, and with slices none can.
 *
 * <p>The first layer stays as it is drawn, so that slices leave a least-squares problem with one optimum. Were it trained, arms with the
 * same functions to choose from would end in different local optima, and their difference would say nothing of sharing.
 */
final class ConflictRegression {
    private static final String PATTERN = "(mlp)\\.fc2\\.";

    private final Settings settings;
    private final Choice<Integer> width;
    private final Space space;

    /**
     * How large it is.
     *
     * @param widths of the hidden layer, one member each
     * @param steps updates; every member trains at each
     * @param inputs numbers that the function reads
     * @param outputs numbers that it gives
     * @param points where it is known, and where it is compared
     * @param learningRate of Adam at the first step; it falls in a straight line to zero
     * @param routerWidth of the routers' hidden layer
     */
    record Settings(
            List<Integer> widths,
            int steps,
            int inputs,
            int outputs,
            int points,
            double learningRate,
            int routerWidth) {
        Settings {
            widths = List.copyOf(widths);
        }
    }

    /**
     * What came of one arm and seed.
     *
     * @param errors mean squared error in the order of the widths; 1 is what a constant 0 has
     * @param parameters that were trained
     */
    record Outcome(List<Double> errors, long parameters) {
        Outcome {
            errors = List.copyOf(errors);
        }

        double mean() {
            return errors.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        }
    }

    ConflictRegression(Settings settings) {
        this.settings = settings;
        this.width = new Choice<>("width", settings.widths());
        this.space = new Space("conflict", List.of(width));
    }

    /** The members, the narrowest first. */
    List<Member> members() {
        return space.enumerate(settings.widths().size());
    }

    /** Trains all members together. */
    Outcome run(MosSharing sharing, long seed) {
        return run(sharing, members(), seed);
    }

    /** Does what {@link #run(MosSharing, long)} does, with these members only: with one it is a model trained alone. */
    Outcome run(MosSharing sharing, List<Member> members, long seed) {
        try (PointerScope scope = new PointerScope();
                SharedWeights drawn = SharedWeights.initialised(seed);
                SharedWeights stored = SharedWeights.initialised(seed)) {
            Weights weights = stored;
            for (Sharing each : sharing.of(PATTERN, 2, settings.routerWidth(), new MemberEncoding.OneHot())) {
                weights = each.over(weights, space);
            }
            Dim hidden = Dim.of(width);
            Layer features = new Linear(drawn, "mlp.fc1", Dim.of(settings.inputs()), hidden, Init.truncatedNormal(1))
                    .then(Activation.GELU);
            drawn.tensors().values().forEach(tensor -> tensor.set_requires_grad(false));
            Layer model = features.then(
                    new Linear(weights, "mlp.fc2", hidden, Dim.of(settings.outputs()), Init.uniformFanIn()));
            weights.built();
            Task task = task(features, seed);
            train(model, stored.tensors(), task, members);
            List<Double> errors = new ArrayList<>();
            for (Member member : members) {
                try (NoGradGuard guard = new NoGradGuard()) {
                    errors.add(error(model, task, member).item_double());
                }
            }
            return new Outcome(
                    errors,
                    stored.tensors().values().stream().mapToLong(Tensor::numel).sum());
        }
    }

    /** Points (N, inputs), and {@code g} there (N, outputs): each output has mean 0, and all together have variance 1. */
    private record Task(Tensor points, Tensor wanted) {}

    private Task task(Layer features, long seed) {
        SplittableRandom random = RandomStream.EXPERIMENT.random(seed);
        float[] points = normal(random, settings.points() * settings.inputs());
        float[] weights = normal(random, settings.widths().get(0) * settings.outputs());
        Tensor x = Tensor.create(points, settings.points(), settings.inputs());
        Tensor sum = features.forward(x, pass(space.smallest()))
                .matmul(Tensor.create(weights, settings.widths().get(0), settings.outputs()));
        Tensor centred = sum.sub(sum.mean(new long[] {0}, true, new ScalarTypeOptional()));
        return new Task(x, centred.div(centred.square().mean().sqrt()));
    }

    private static float[] normal(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private void train(Layer model, Map<String, Tensor> parameters, Task task, List<Member> members) {
        Optimizer optimizer = new Optimizer.Adam(settings.learningRate(), 0.9, 0.999, 1e-8, 0);
        Map<String, Map<String, Tensor>> state = new LinkedHashMap<>();
        for (int step = 0; step < settings.steps(); step++) {
            double rate = settings.learningRate() * (1 - (double) step / settings.steps());
            try (PointerScope scope = new PointerScope()) {
                members.forEach(member -> error(model, task, member).backward());
                try (NoGradGuard guard = new NoGradGuard()) {
                    parameters.forEach((name, parameter) -> {
                        Tensor gradient = parameter.grad();
                        if (gradient.defined()) {
                            optimizer.update(
                                    parameter,
                                    gradient,
                                    state.computeIfAbsent(name, n -> new LinkedHashMap<>()),
                                    rate,
                                    0);
                        }
                        parameter.mutable_grad().reset();
                    });
                }
            }
        }
        state.values().forEach(slots -> slots.values().forEach(Tensor::close));
    }

    private Tensor error(Layer model, Task task, Member member) {
        boolean negative = settings.widths().indexOf(member.value(width)) % 2 == 1;
        Tensor y = model.forward(task.points(), pass(member));
        return (negative ? y.add(task.wanted()) : y.sub(task.wanted())).square().mean();
    }

    private static Pass pass(Member member) {
        return new Pass(member, BatchStatistics.INSTANCE, 0, 0);
    }
}
