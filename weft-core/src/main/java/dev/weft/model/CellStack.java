package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.model.CellNetwork.Affine;
import dev.weft.nn.Activation;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Inserted;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.ops.ImageOps;
import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Weights;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
 * @param normal for each edge of a normal cell the operations that may be on it, in the order of {@link CellOperation}: those into node 1,
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
        List<List<CellOperation>> normal,
        List<List<CellOperation>> reduction,
        boolean entangled,
        Affine affine,
        int hidden,
        Initialisation initialisation)
        implements ModelDefinition {
    private static final int MAX_CELLS = 64;

    /** What a cell does to the resolution. */
    public enum Kind {
        /** Keeps it. */
        @JsonProperty("normal")
        NORMAL("normal"),
        /** Halves it. */
        @JsonProperty("reduction")
        REDUCTION("reduction");

        private final String name;

        Kind(String name) {
            this.name = name;
        }
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

    private static List<List<CellOperation>> checked(
            String name, List<List<CellOperation>> edges, List<Cell> cells, Kind kind) {
        if (cells.stream().noneMatch(cell -> cell.kind == kind)) {
            if (edges == null || !edges.isEmpty()) {
                throw new InputException(
                        "There must be a list of edges for each kind of cells, and none of a kind that no cell is, but "
                                + name + " has " + (edges == null ? "none" : edges.size()) + ".");
            }
            return List.of();
        }
        return graph(kind, edges).edges();
    }

    private static CellGraph graph(Kind kind, List<List<CellOperation>> edges) {
        return new CellGraph(kind.name + ".", 1, dev.weft.nn.Cell.Output.CONCATENATION, edges);
    }

    /** The graphs of the kinds of cells that there are. */
    private Map<Kind, CellGraph> graphs() {
        Map<Kind, CellGraph> graphs = new EnumMap<>(Kind.class);
        cells.forEach(cell ->
                graphs.computeIfAbsent(cell.kind, kind -> graph(kind, kind == Kind.NORMAL ? normal : reduction)));
        return graphs;
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
        return with(ImageInput.of(name(), other), normal, reduction);
    }

    private CellStack with(
            ImageInput images, List<List<CellOperation>> normalEdges, List<List<CellOperation>> reductionEdges) {
        return new CellStack(
                images, resolution, cells, normalEdges, reductionEdges, entangled, affine, hidden, initialisation);
    }

    @Override
    public List<Choice<?>> choices() {
        return graphs().values().stream()
                .flatMap(graph -> graph.choices().stream())
                .collect(Collectors.toUnmodifiableList());
    }

    @Override
    public CellStack at(Member member) {
        Map<Kind, List<List<CellOperation>>> fixed = new EnumMap<>(Kind.class);
        graphs().forEach((kind, graph) -> fixed.put(kind, graph.at(member)));
        return with(input, fixed.getOrDefault(Kind.NORMAL, List.of()), fixed.getOrDefault(Kind.REDUCTION, List.of()));
    }

    @Override
    public Layer build(Weights weights) {
        ImageInput images = ImageInput.bound(input);
        CellLayers layers =
                new CellLayers(weights, entangled, false, affine == Affine.EVERYWHERE, true, initialisation);
        Map<Kind, CellGraph> graphs = graphs();
        Dim width = Dim.of(cells.get(0).channels);
        Layer net = images.layer(Dim.of(resolution))
                .then(Conv2d.dense(
                        weights, "stem.0", Dim.of(images.channels()), width, Dim.of(3), 1, false, initialisation))
                .then(layers.norm("stem.1", width, affine != Affine.NOWHERE));
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            CellGraph graph = graphs.get(cell.kind);
            Dim out = Dim.of(cell.channels * (graph.nodes() - graph.inputs()));
            net = net.then(
                    Inserted.after(cell(layers, "cells." + i + ".", cell, graph, width), weights, "cells." + i, out));
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

    private static Layer cell(CellLayers layers, String name, Cell cell, CellGraph graph, Dim in) {
        Dim width = Dim.of(cell.channels);
        Layer first = layers.convolution(name + "preprocess.", in, width, Dim.of(1), 1, layers.affine());
        dev.weft.nn.Cell nodes = layers.cell(name + "edges.", graph, width, cell.kind == Kind.REDUCTION ? 2 : 1);
        return first.then((x, pass) -> nodes.forward(List.of(x), pass));
    }
}
