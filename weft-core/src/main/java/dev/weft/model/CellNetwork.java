package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.nn.Activation;
import dev.weft.nn.BatchNorm2d;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Inserted;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.OperationChoice;
import dev.weft.nn.Pass;
import dev.weft.ops.ImageOps;
import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Constraint;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A network of equal cells, of which a member picks the operations: the space of NAS-Bench-201 (Dong and Yang 2020). A cell is a
 * graph of nodes in a row, each the sum over all earlier nodes of what the operation on the edge between makes of them:
 *
 * <pre>
 *   node 0 = x     node i = Σ_{j&lt;i} o_{i←j}(node j)     y = the last node
 * </pre>
 *
 * <p>One choice an edge, {@code edge3-1} for the one from node 1 to node 3, the same in all cells; each operation of each edge of
 * each cell has weights of its own. Stages are as many cells each, of twice the channels of the one before; between them a residual
 * block halves the resolution. Weights have the names that are published with the benchmark.
 *
 * @param input the images; absent until the definition is bound to data
 * @param resolution what the images are resized to, the same for all members
 * @param channels of the first stage
 * @param stages of cells
 * @param cellsPerStage how many
 * @param edges for each edge the operations that may be on it, in the order of {@link Operation}; the edges into node 1, those into
 *     node 2 from node 0 on, and so on
 * @param bias whether the convolutions of cells and residual blocks have one, in spite of the norm that follows
 * @param affine where batch norms have a scale and a shift
 * @param connected whether a member must lead from a cell's input to its output over edges that are not {@code none}
 * @param initialisation of all convolutions and biases; the published one is {@link Initialisation#UNIFORM_FAN_IN}
 * @param entangled whether the 1×1 convolution of an edge is the middle of its 3×3 one (TangleNAS, Sukthanker et al. 2024), with the bias
 *     and the norm of that one, rather than a convolution of its own
 */
public record CellNetwork(
        ImageInput input,
        int resolution,
        int channels,
        int stages,
        int cellsPerStage,
        List<List<Operation>> edges,
        boolean bias,
        Affine affine,
        boolean connected,
        @JsonProperty(defaultValue = "he-fan-out") Initialisation initialisation,
        @JsonProperty(defaultValue = "false") boolean entangled)
        implements ModelDefinition {
    private static final int MAX_NODES = 8;
    private static final int MAX_CELLS = 64;

    /** What may be on an edge, from the smallest to the largest. A convolution is ReLU, convolution and batch norm. */
    public enum Operation {
        /** Zeros: no edge. */
        @JsonProperty("none")
        NONE("none", 0, 0),
        /** The node itself. */
        @JsonProperty("skip_connect")
        SKIP("skip_connect", 1, 0),
        /** The mean of 3×3 pixels, those outside the image not counted. */
        @JsonProperty("avg_pool_3x3")
        AVERAGE_POOL("avg_pool_3x3", 4, 0),
        /** 1×1. */
        @JsonProperty("nor_conv_1x1")
        CONV_1("nor_conv_1x1", 2, 1),
        /** 3×3. */
        @JsonProperty("nor_conv_3x3")
        CONV_3("nor_conv_3x3", 3, 3);

        private final String published;
        private final int index; // in published names of weights
        private final int kernelSize; // 0 of what is no convolution

        Operation(String published, int index, int kernelSize) {
            this.published = published;
            this.index = index;
            this.kernelSize = kernelSize;
        }

        /** The name in the benchmark, which is the option of a choice. */
        public String published() {
            return published;
        }

        private static Operation named(String published) {
            return Arrays.stream(values())
                    .filter(operation -> operation.published.equals(published))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Says which batch norms have a scale and a shift. */
    public enum Affine {
        /** None, as in supernets whose members share statistics of the batch (PA&amp;DA, Lu et al. 2023). */
        @JsonProperty("nowhere")
        NOWHERE,
        /** All but those of cells: gradient search in the benchmark. */
        @JsonProperty("outside-cells")
        OUTSIDE_CELLS,
        /** All: the benchmark's own networks, trained alone. */
        @JsonProperty("everywhere")
        EVERYWHERE
    }

    public CellNetwork {
        ImageInput.requireTakes(input, resolution);
        edges = Setting.list("edges", edges).stream()
                .map(operations -> Setting.list("edges", operations))
                .toList();
        if (nodes(edges.size()) < 2 || nodes(edges.size()) > MAX_NODES) {
            throw new InputException("A cell must have an edge from every node to every later one, so 1, 3, 6, 10, 15, "
                    + "21 or 28 of them, but has " + edges.size() + ".");
        }
        for (List<Operation> operations : edges) {
            if (operations.isEmpty()
                    || !operations.equals(
                            operations.stream().sorted().distinct().toList())) {
                throw new InputException("Every edge must list one or more operations, each once, in the order "
                        + Arrays.stream(Operation.values())
                                .map(Operation::published)
                                .toList()
                        + ", but one lists "
                        + operations.stream().map(Operation::published).toList() + ".");
            }
        }
        if (channels < 1
                || stages < 1
                || stages > 8
                || cellsPerStage < 1
                || stages * cellsPerStage > MAX_CELLS
                || (long) channels << stages > Setting.MAX_SIZE) {
            throw new InputException("A cell network must have 1 to 8 stages of 1 cell or more, at most " + MAX_CELLS
                    + " cells in all, and channels from 1 to " + Setting.MAX_SIZE + " in every stage, but got channels="
                    + channels + ", stages=" + stages + ", cellsPerStage=" + cellsPerStage + ".");
        }
        if (resolution < 1 || resolution > Setting.MAX_SIZE || resolution % (1 << (stages - 1)) != 0) {
            throw new InputException("The resolution is halved between stages, so it must be a multiple of "
                    + (1 << (stages - 1)) + " for " + stages + " stages, but is " + resolution + ".");
        }
        if (affine == null) {
            throw new InputException(
                    "A cell network must say which batch norms are affine: nowhere, outside-cells or everywhere.");
        }
        // Files of before the setting do not say it.
        initialisation = initialisation == null ? Initialisation.HE_FAN_OUT : initialisation;
    }

    /** Operations with weights of their own each. */
    public CellNetwork(
            ImageInput input,
            int resolution,
            int channels,
            int stages,
            int cellsPerStage,
            List<List<Operation>> edges,
            boolean bias,
            Affine affine,
            boolean connected,
            Initialisation initialisation) {
        this(input, resolution, channels, stages, cellsPerStage, edges, bias, affine, connected, initialisation, false);
    }

    /** How many nodes a cell of so many edges has; 0 where there is none. */
    private static int nodes(int edges) {
        return IntStream.rangeClosed(2, MAX_NODES)
                .filter(nodes -> nodes * (nodes - 1) / 2 == edges)
                .findFirst()
                .orElse(0);
    }

    @Override
    public String name() {
        return "cell-network";
    }

    @Override
    public CellNetwork withInput(ModelInput other) {
        return new CellNetwork(
                ImageInput.of(name(), other),
                resolution,
                channels,
                stages,
                cellsPerStage,
                edges,
                bias,
                affine,
                connected,
                initialisation,
                entangled);
    }

    @Override
    public List<Choice<?>> choices() {
        return edgeChoices().stream()
                .filter(choice -> choice.options().size() > 1)
                .<Choice<?>>map(choice -> choice)
                .toList();
    }

    private List<Choice<String>> edgeChoices() {
        List<Choice<String>> all = new ArrayList<>();
        for (int node = 1; node < nodes(edges.size()); node++) {
            for (int from = 0; from < node; from++) {
                all.add(edge(node, from));
            }
        }
        return all;
    }

    private Choice<String> edge(int node, int from) {
        return new Choice<>(
                "edge" + node + "-" + from,
                operations(node, from).stream().map(Operation::published).toList());
    }

    private List<Operation> operations(int node, int from) {
        return edges.get(node * (node - 1) / 2 + from);
    }

    @Override
    public Space space() {
        List<Choice<String>> all = edgeChoices();
        return new Space(
                name(),
                choices(),
                connected
                        ? List.of(new Constraint(
                                "the cell's input is connected with its output", member -> isConnected(all, member)))
                        : List.of(),
                new CellNotation(nodes(edges.size()), all));
    }

    private static boolean isConnected(List<Choice<String>> edges, Member member) {
        boolean[] reached = new boolean[nodes(edges.size())];
        reached[0] = true;
        int edge = 0;
        for (int node = 1; node < reached.length; node++) {
            for (int from = 0; from < node; from++) {
                reached[node] |= !member.value(edges.get(edge++)).equals(Operation.NONE.published) && reached[from];
            }
        }
        return reached[reached.length - 1];
    }

    @Override
    public CellNetwork at(Member member) {
        List<List<Operation>> fixed = edgeChoices().stream()
                .map(edge -> List.of(Operation.named(member.value(edge))))
                .toList();
        return new CellNetwork(
                input,
                resolution,
                channels,
                stages,
                cellsPerStage,
                fixed,
                bias,
                affine,
                connected,
                initialisation,
                entangled);
    }

    @Override
    public Layer build(Weights weights) {
        ImageInput images = ImageInput.bound(input);
        boolean outside = affine != Affine.NOWHERE;
        Dim width = Dim.of(channels);
        Layer net = images.layer(Dim.of(resolution))
                .then(Conv2d.dense(
                        weights, "stem.0", Dim.of(images.channels()), width, Dim.of(3), 1, false, initialisation))
                .then(norm(weights, "stem.1", width, outside));
        int cell = 0;
        for (int stage = 0; stage < stages; stage++) {
            if (stage > 0) {
                net = net.then(reduction(weights, "cells." + cell++, width, width.times(2)));
                width = Dim.of(2 * width.max());
            }
            for (int i = 0; i < cellsPerStage; i++) {
                String name = "cells." + cell++;
                net = net.then(Inserted.after(cell(weights, name + ".edges.", width), weights, name, width));
            }
        }
        return net.then(norm(weights, "lastact.0", width, outside))
                .then(Activation.RELU)
                .then((x, pass) -> NoiseOps.dropout(Ops.mean(x, List.of(2, 3), false), pass.dropout()))
                .then(new Linear(
                        weights, "classifier", width, Dim.of(images.classes().size()), initialisation));
    }

    private Layer cell(Weights weights, String name, Dim width) {
        List<List<OperationChoice>> nodes = new ArrayList<>();
        for (int node = 1; node < nodes(edges.size()); node++) {
            List<OperationChoice> into = new ArrayList<>();
            for (int from = 0; from < node; from++) {
                String edge = name + node + "<-" + from;
                into.add(
                        new OperationChoice(weights, edge, edge(node, from), layers(weights, edge, node, from, width)));
            }
            nodes.add(into);
        }
        return (x, pass) -> outputOf(nodes, x, pass);
    }

    /** One for each operation of an edge; those that are entangled are one layer, which has the names of the largest. */
    private List<Layer> layers(Weights weights, String edge, int node, int from, Dim width) {
        List<Operation> operations = operations(node, from);
        boolean affineNorm = affine == Affine.EVERYWHERE;
        List<Layer> layers = new ArrayList<>();
        Layer convolutions = null;
        for (Operation operation : operations) {
            if (!entangled || operation.kernelSize == 0) {
                layers.add(layer(weights, edge + "." + operation.index + ".op.", operation, width));
                continue;
            }
            if (convolutions == null) {
                Dim kernelSize = Dim.of(
                        edge(node, from),
                        operations.stream().map(each -> each.kernelSize).toList());
                String name = edge + "." + Operation.CONV_3.index + ".op.";
                convolutions = convolution(weights, name, width, width, kernelSize, 1, affineNorm);
            }
            layers.add(convolutions);
        }
        return layers;
    }

    private static Tensor outputOf(List<List<OperationChoice>> nodes, Tensor x, Pass pass) {
        List<Tensor> done = new ArrayList<>(List.of(x));
        for (List<OperationChoice> into : nodes) {
            Tensor sum = null;
            for (int from = 0; from < into.size(); from++) {
                Tensor edge = into.get(from).forward(done.get(from), pass);
                sum = sum == null ? edge : Ops.add(sum, edge);
            }
            done.add(sum);
        }
        return done.get(done.size() - 1);
    }

    private Layer layer(Weights weights, String name, Operation operation, Dim width) {
        return switch (operation) {
            case NONE -> (x, pass) -> Ops.zeros(x);
            case SKIP -> (x, pass) -> x;
            case AVERAGE_POOL -> (x, pass) -> ImageOps.averagePool2d(x, 3, 1, 1);
            case CONV_1, CONV_3 ->
                convolution(weights, name, width, width, Dim.of(operation.kernelSize), 1, affine == Affine.EVERYWHERE);
        };
    }

    private Layer convolution(
            Weights weights, String name, Dim in, Dim out, Dim kernelSize, int stride, boolean affineNorm) {
        return Activation.RELU
                .then(Conv2d.dense(weights, name + "1", in, out, kernelSize, stride, bias, initialisation))
                .then(norm(weights, name + "2", out, affineNorm));
    }

    private static BatchNorm2d norm(Weights weights, String name, Dim channels, boolean affineNorm) {
        return affineNorm ? new BatchNorm2d(weights, name, channels) : BatchNorm2d.plain(name);
    }

    /** A residual block that halves height and width: two convolutions, and a shortcut of average pooling and a 1×1 convolution. */
    private Layer reduction(Weights weights, String name, Dim in, Dim out) {
        boolean outside = affine != Affine.NOWHERE;
        Layer convolutions = convolution(weights, name + ".conv_a.op.", in, out, Dim.of(3), 2, outside)
                .then(convolution(weights, name + ".conv_b.op.", out, out, Dim.of(3), 1, outside));
        Layer branch = Inserted.after(convolutions, weights, name, out);
        Layer shortcut = Conv2d.dense(weights, name + ".downsample.1", in, out, Dim.of(1), 1, false, initialisation);
        return (x, pass) ->
                Ops.add(shortcut.forward(ImageOps.averagePool2d(x, 2, 2, 0), pass), branch.forward(x, pass));
    }
}
