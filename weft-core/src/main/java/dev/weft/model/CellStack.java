package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.model.CellNetwork.Affine;
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
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/**
 * A network of two kinds of cells, normal ones and those that halve the resolution, each of separable and dilated convolutions of which a
 * member picks one an edge (the toy cell space of TangleNAS, Sukthanker et al. 2024, after the operations of DARTS, Liu et al. 2019).
 *
 * <pre>
 *   node 0 = norm(conv1×1(relu(x)))     node i = Σ_{j&lt;i} o_{i←j}(node j)     y = nodes 1, 2, …, channel after channel
 * </pre>
 *
 * <p>One choice an edge of each kind of cell, {@code normal.edge2-1}, the same in all cells of that kind. In a reduction cell the operations
 * that read node 0 have stride 2.
 *
 * @param input the images; absent until the definition is bound to data
 * @param resolution what the images are resized to, the same for all members
 * @param cells from the first to the last
 * @param normal for each edge of a normal cell the operations that may be on it, in the order of {@link Operation}: those into node 1,
 *     into node 2 from node 0 on, and so on
 * @param reduction the same of a reduction cell
 * @param entangled whether the 3×3 kernels of an edge are the middle of its 5×5 ones, separable and dilated apart, and its pointwise
 *     convolutions and norms the same
 * @param affine where batch norms have a scale and a shift
 * @param hidden width of the fully connected layer before the classifier, which reads the greatest of each 2×2 pixels
 * @param initialisation of all convolutions and biases
 */
public record CellStack(
        ImageInput input,
        int resolution,
        List<Cell> cells,
        List<List<Operation>> normal,
        List<List<Operation>> reduction,
        boolean entangled,
        Affine affine,
        int hidden,
        Initialisation initialisation)
        implements ModelDefinition {
    private static final int MAX_NODES = 8;
    private static final int MAX_CELLS = 64;

    /** What a cell does to the resolution. */
    public enum Kind {
        /** Keeps it. */
        @JsonProperty("normal")
        NORMAL,
        /** Halves it. */
        @JsonProperty("reduction")
        REDUCTION
    }

    /**
     * One cell.
     *
     * @param channels of each of its nodes
     */
    public record Cell(Kind kind, int channels) {
        public Cell {
            if (kind == null || channels < 1 || channels > Setting.MAX_SIZE) {
                throw new InputException("A cell must have a kind (normal or reduction) and channels from 1 to "
                        + Setting.MAX_SIZE + ", but got kind=" + kind + ", channels=" + channels + ".");
            }
        }
    }

    /** What may be on an edge, from the smallest to the largest. */
    public enum Operation {
        /** ReLU, depthwise 3×3 that reads every second pixel, pointwise, norm. */
        @JsonProperty("dil_conv_3x3")
        DILATED_3("dil_conv", 3),
        /** The same with 5×5. */
        @JsonProperty("dil_conv_5x5")
        DILATED_5("dil_conv", 5),
        /** ReLU, depthwise 3×3, pointwise, norm, and all of that again. */
        @JsonProperty("sep_conv_3x3")
        SEPARABLE_3("sep_conv", 3),
        /** The same with 5×5. */
        @JsonProperty("sep_conv_5x5")
        SEPARABLE_5("sep_conv", 5);

        private final String family;
        private final int kernelSize;

        Operation(String family, int kernelSize) {
            this.family = family;
            this.kernelSize = kernelSize;
        }

        /** The name in DARTS, which is the option of a choice. */
        public String published() {
            return family + "_" + kernelSize + "x" + kernelSize;
        }

        private static Operation named(String published) {
            return Arrays.stream(values())
                    .filter(operation -> operation.published().equals(published))
                    .findFirst()
                    .orElseThrow();
        }
    }

    public CellStack {
        ImageInput.requireTakes(input, resolution);
        cells = Setting.list("cells", cells);
        normal = checked("normal", normal, cells, Kind.NORMAL);
        reduction = checked("reduction", reduction, cells, Kind.REDUCTION);
        if (cells.isEmpty() || cells.size() > MAX_CELLS) {
            throw new InputException("There must be 1 to " + MAX_CELLS + " cells, but there are " + cells.size() + ".");
        }
        if (resolution < 1 || resolution > Setting.MAX_SIZE || side(resolution, cells) < 1) {
            throw new InputException("The resolution must leave 2×2 pixels or more after the last of " + cells.size()
                    + " cells and be at most " + Setting.MAX_SIZE + ", but is " + resolution + ".");
        }
        if (affine == null || initialisation == null || hidden < 1 || hidden > Setting.MAX_SIZE) {
            throw new InputException("Cells must have affine (nowhere, outside-cells or everywhere), an initialisation "
                    + "(he-fan-out or uniform-fan-in) and a hidden width from 1 to " + Setting.MAX_SIZE
                    + ", but got affine=" + affine + ", initialisation=" + initialisation + ", hidden=" + hidden + ".");
        }
    }

    private static List<List<Operation>> checked(
            String name, List<List<Operation>> edges, List<Cell> cells, Kind kind) {
        List<List<Operation>> checked = Setting.list(name, edges).stream()
                .map(operations -> Setting.list(name, operations))
                .toList();
        if (cells.stream().noneMatch(cell -> cell.kind == kind) != checked.isEmpty()
                || !checked.isEmpty() && nodes(checked.size()) < 2) {
            throw new InputException("A cell must have an edge from every node to every later one, so 1, 3, 6, 10, 15, "
                    + "21 or 28 of them, and none of a kind that no cell is, but " + name + " has " + checked.size()
                    + ".");
        }
        for (List<Operation> operations : checked) {
            if (operations.isEmpty()
                    || !operations.equals(
                            operations.stream().sorted().distinct().toList())) {
                throw new InputException("Every edge must list one or more operations, each once, in the order "
                        + published(List.of(Operation.values())) + ", but one of " + name + " lists "
                        + published(operations) + ".");
            }
        }
        return checked;
    }

    private static List<String> published(List<Operation> operations) {
        return operations.stream().map(Operation::published).toList();
    }

    /** How many nodes a cell of so many edges has; 0 where there is none. */
    private static int nodes(int edges) {
        for (int nodes = 2; nodes <= MAX_NODES; nodes++) {
            if (nodes * (nodes - 1) / 2 == edges) {
                return nodes;
            }
        }
        return 0;
    }

    /** Pixels on a side of what the first fully connected layer reads. */
    private static int side(int resolution, List<Cell> cells) {
        int side = resolution;
        for (Cell cell : cells) {
            side = cell.kind == Kind.REDUCTION ? (side + 1) / 2 : side;
        }
        return side / 2;
    }

    @Override
    public String name() {
        return "cell-stack";
    }

    @Override
    public CellStack withInput(ModelInput other) {
        return new CellStack(
                ImageInput.of(name(), other),
                resolution,
                cells,
                normal,
                reduction,
                entangled,
                affine,
                hidden,
                initialisation);
    }

    @Override
    public List<Choice<?>> choices() {
        List<Choice<?>> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            edges(kind).stream().filter(edge -> edge.options().size() > 1).forEach(all::add);
        }
        return all;
    }

    private List<List<Operation>> operations(Kind kind) {
        return kind == Kind.NORMAL ? normal : reduction;
    }

    private List<Choice<String>> edges(Kind kind) {
        List<List<Operation>> operations = operations(kind);
        List<Choice<String>> all = new ArrayList<>();
        for (int node = 1; all.size() < operations.size(); node++) {
            for (int from = 0; from < node; from++) {
                all.add(new Choice<>(
                        (kind == Kind.NORMAL ? "normal" : "reduction") + ".edge" + node + "-" + from,
                        published(operations.get(all.size()))));
            }
        }
        return all;
    }

    @Override
    public CellStack at(Member member) {
        return new CellStack(
                input,
                resolution,
                cells,
                fixed(Kind.NORMAL, member),
                fixed(Kind.REDUCTION, member),
                entangled,
                affine,
                hidden,
                initialisation);
    }

    private List<List<Operation>> fixed(Kind kind, Member member) {
        return edges(kind).stream()
                .map(edge -> List.of(Operation.named(member.value(edge))))
                .toList();
    }

    @Override
    public Layer build(Weights weights) {
        ImageInput images = ImageInput.bound(input);
        boolean outside = affine != Affine.NOWHERE;
        Dim width = Dim.of(cells.get(0).channels);
        Layer net = images.layer(Dim.of(resolution))
                .then(Conv2d.dense(
                        weights, "stem.0", Dim.of(images.channels()), width, Dim.of(3), 1, false, initialisation))
                .then(norm(weights, "stem.1", width, outside));
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            Dim out = Dim.of(cell.channels * (nodes(operations(cell.kind).size()) - 1));
            net = net.then(Inserted.after(cell(weights, "cells." + i + ".", cell, width), weights, "cells." + i, out));
            width = out;
        }
        int side = side(resolution, cells);
        Dim features = Dim.of(width.max() * side * side);
        return net.then((x, pass) -> Ops.flatten(ImageOps.maxPool2d(x, 2), 1))
                .then(new Linear(weights, "fc", features, Dim.of(hidden), initialisation))
                .then(Activation.RELU)
                .then((x, pass) -> NoiseOps.dropout(x, pass.dropout()))
                .then(new Linear(
                        weights,
                        "classifier",
                        Dim.of(hidden),
                        Dim.of(images.classes().size()),
                        initialisation));
    }

    private Layer cell(Weights weights, String name, Cell cell, Dim in) {
        Dim width = Dim.of(cell.channels);
        boolean affineNorm = affine == Affine.EVERYWHERE;
        Layer first = Activation.RELU
                .then(Conv2d.dense(weights, name + "preprocess.1", in, width, Dim.of(1), 1, false, initialisation))
                .then(norm(weights, name + "preprocess.2", width, affineNorm));
        List<Choice<String>> edges = edges(cell.kind);
        List<List<OperationChoice>> nodes = new ArrayList<>();
        int edge = 0;
        for (int node = 1; edge < edges.size(); node++) {
            List<OperationChoice> into = new ArrayList<>();
            for (int from = 0; from < node; from++, edge++) {
                String edgeName = name + "edges." + node + "<-" + from;
                int stride = cell.kind == Kind.REDUCTION && from == 0 ? 2 : 1;
                into.add(new OperationChoice(
                        weights,
                        edgeName,
                        edges.get(edge),
                        layers(
                                weights,
                                edgeName,
                                edges.get(edge),
                                operations(cell.kind).get(edge),
                                width,
                                stride)));
            }
            nodes.add(into);
        }
        return first.then((x, pass) -> outputOf(nodes, x, pass));
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
        return Ops.concatenate(done.subList(1, done.size()), 1);
    }

    /** One for each operation of an edge; entangled ones of a family are one layer. */
    private List<Layer> layers(
            Weights weights, String name, Choice<String> edge, List<Operation> operations, Dim width, int stride) {
        Layer[] layers = new Layer[operations.size()];
        for (int i = 0; i < layers.length; i++) {
            Operation operation = operations.get(i);
            if (!entangled) {
                Dim kernelSize = Dim.of(operation.kernelSize);
                layers[i] = layer(weights, name + "." + operation.published(), operation, kernelSize, width, stride);
            } else if (layers[i] == null) {
                List<Integer> sizes = operations.stream()
                        .map(each -> each.family.equals(operation.family) ? each.kernelSize : 0)
                        .toList();
                Layer one =
                        layer(weights, name + "." + operation.family, operation, Dim.of(edge, sizes), width, stride);
                for (int j = i; j < layers.length; j++) {
                    layers[j] = sizes.get(j) > 0 ? one : layers[j];
                }
            }
        }
        return Arrays.stream(layers).map(Objects::requireNonNull).toList();
    }

    private Layer layer(Weights weights, String name, Operation operation, Dim kernelSize, Dim width, int stride) {
        return operation.family.equals("dil_conv")
                ? separable(weights, name + ".op.", 1, kernelSize, width, stride, 2)
                : separable(weights, name + ".op.", 1, kernelSize, width, stride, 1)
                        .then(separable(weights, name + ".op.", 5, kernelSize, width, 1, 1));
    }

    /** @param from the number of the first of its three layers, as DARTS has them */
    private Layer separable(
            Weights weights, String name, int from, Dim kernelSize, Dim width, int stride, int dilation) {
        return Activation.RELU
                .then(Conv2d.depthwise(weights, name + from, width, kernelSize, stride, dilation, initialisation))
                .then(Conv2d.dense(weights, name + (from + 1), width, width, Dim.of(1), 1, false, initialisation))
                .then(norm(weights, name + (from + 2), width, affine == Affine.EVERYWHERE));
    }

    private static BatchNorm2d norm(Weights weights, String name, Dim channels, boolean affineNorm) {
        return affineNorm ? new BatchNorm2d(weights, name, channels) : BatchNorm2d.plain(name);
    }
}
