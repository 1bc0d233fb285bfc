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
import dev.weft.nn.Pass;
import dev.weft.ops.ImageOps;
import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * A network of two kinds of cells, normal ones and those that halve the resolution, whose operations a member picks: the space of DARTS (Liu
 * et al. 2019), and the toy cell space of TangleNAS (Sukthanker et al. 2024).
 *
 * <pre>
 *   inputs = norm(conv1×1(relu(x)))     node i = Σ_{j&lt;i} o_{i←j}(node j)     y = all nodes but the inputs, channel after channel
 * </pre>
 *
 * <p>A cell reads the one before it, or the two before it; what comes from before a reduction is halved first. One choice an edge of each
 * kind of cell, {@code normal.edge2-1}, the same in all cells of that kind; where a member keeps some of the edges, there is one a node that
 * says which, {@code normal.node3.inputs}. In a reduction cell the operations that read an input have stride 2.
 *
 * @param input the images; absent until the definition is bound to data
 * @param resolution what the images are resized to, the same for all members
 * @param stem channels of the first convolution; 0 for as many as a node of the first cell has
 * @param cells from the first to the last
 * @param wiring what cells read, and how many edges a member keeps
 * @param normal for each edge of a normal cell the operations that may be on it, in the order of {@link CellOperation}: those into the first
 *     node that is no input, from node 0 on, those into the next, and so on
 * @param reduction the same of a reduction cell
 * @param entangled whether the 3×3 kernels of an edge are the middle of its 5×5 ones, separable and dilated apart, and its pointwise
 *     convolutions and norms the same
 * @param affine where batch norms have a scale and a shift. Where all of them have, as in networks that are trained alone, no norm follows a
 *     pooling; otherwise one without scale and shift does
 * @param hidden width of a fully connected layer before the classifier, which reads the greatest of each 2×2 pixels; 0 for a classifier of
 *     the mean over all pixels
 * @param initialisation of all convolutions and biases
 */
public record CellStack(
        ImageInput input,
        int resolution,
        @JsonProperty(defaultValue = "0") int stem,
        List<Cell> cells,
        @JsonProperty(defaultValue = "{inputs: 1, kept: 0}") Wiring wiring,
        List<List<CellOperation>> normal,
        List<List<CellOperation>> reduction,
        boolean entangled,
        Affine affine,
        int hidden,
        Initialisation initialisation)
        implements ModelDefinition {
    private static final int MAX_CELLS = 64;

    /**
     * What cells read, and what of it a member keeps.
     *
     * @param inputs 1 for the cell before, 2 for the two before
     * @param kept how many edges into a node a member keeps, none of them {@code none}: 2 in DARTS. 0 for all, whatever their operation is
     */
    public record Wiring(int inputs, int kept) {
        public Wiring {
            if (inputs < 1 || inputs > 2 || kept < 0 || kept > 7) {
                throw new InputException(
                        "The wiring of cells must have inputs of 1 or 2 and kept from 0 to 7, but got inputs=" + inputs
                                + ", kept=" + kept + ".");
            }
        }
    }

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
        if (wiring == null || stem < 0 || stem > Setting.MAX_SIZE) {
            throw new InputException("Cells must have a wiring, and a stem of 0 to " + Setting.MAX_SIZE
                    + " channels, but got wiring=" + wiring + ", stem=" + stem + ".");
        }
        normal = checked(normal, cells, wiring, Kind.NORMAL);
        reduction = checked(reduction, cells, wiring, Kind.REDUCTION);
        if (cells.isEmpty() || cells.size() > MAX_CELLS) {
            throw new InputException("There must be 1 to " + MAX_CELLS + " cells, but there are " + cells.size() + ".");
        }
        if (affine == null || initialisation == null || hidden < 0 || hidden > Setting.MAX_SIZE) {
            throw new InputException("Cells must have affine (nowhere, outside-cells or everywhere), an initialisation "
                    + "(he-fan-out or uniform-fan-in) and a hidden width from 0 to " + Setting.MAX_SIZE
                    + ", but got affine=" + affine + ", initialisation=" + initialisation + ", hidden=" + hidden + ".");
        }
        if (resolution < 1 || resolution > Setting.MAX_SIZE || hidden > 0 && side(resolution, cells) < 1) {
            throw new InputException("The resolution must leave 2×2 pixels or more after the last of " + cells.size()
                    + " cells and be at most " + Setting.MAX_SIZE + ", but is " + resolution + ".");
        }
        long halvings =
                cells.stream().filter(cell -> cell.kind == Kind.REDUCTION).count();
        if ((wiring.inputs == 2 || reduction.stream().anyMatch(operations -> operations.contains(CellOperation.SKIP)))
                && (halvings > 14 || resolution % (1 << halvings) != 0)) {
            throw new InputException("A skip halves even resolutions alone, so with " + halvings
                    + " reduction cells the resolution must be a multiple of 2^" + halvings + ", but is " + resolution
                    + ".");
        }
        if (wiring.inputs == 2 && cells.stream().anyMatch(cell -> cell.channels < 2)) {
            throw new InputException(
                    "Nodes of cells that read two cells must have 2 channels or more, because a half of"
                            + " them is made of the even pixels and a half of the odd ones, but a cell has 1.");
        }
    }

    private static List<List<CellOperation>> checked(
            List<List<CellOperation>> edges, List<Cell> cells, Wiring wiring, Kind kind) {
        if (cells.stream().noneMatch(cell -> cell.kind == kind)) {
            if (edges == null || !edges.isEmpty()) {
                throw new InputException(
                        "There must be a list of edges for each kind of cells, and none of a kind that no cell is, but "
                                + kind.name + " has " + (edges == null ? "none" : edges.size()) + ".");
            }
            return List.of();
        }
        return graph(kind, wiring, edges).edges();
    }

    private static CellGraph graph(Kind kind, Wiring wiring, List<List<CellOperation>> edges) {
        return new CellGraph(kind.name + ".", wiring.inputs, wiring.kept, dev.weft.nn.Cell.Output.CONCATENATION, edges);
    }

    /** The graphs of the kinds of cells that there are. */
    private Map<Kind, CellGraph> graphs() {
        Map<Kind, CellGraph> graphs = new EnumMap<>(Kind.class);
        cells.forEach(cell -> graphs.computeIfAbsent(
                cell.kind, kind -> graph(kind, wiring, kind == Kind.NORMAL ? normal : reduction)));
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
                images,
                resolution,
                stem,
                cells,
                wiring,
                normalEdges,
                reductionEdges,
                entangled,
                affine,
                hidden,
                initialisation);
    }

    @Override
    public List<Choice<?>> choices() {
        return graphs().values().stream()
                .flatMap(graph -> graph.choices().stream())
                .collect(Collectors.toUnmodifiableList());
    }

    @Override
    public Space space() {
        return new Space(
                name(),
                choices(),
                List.of(),
                wiring.kept == 0 ? null : new GenotypeNotation(List.copyOf(graphs().values())));
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
        CellLayers layers = new CellLayers(
                weights, entangled, false, affine == Affine.EVERYWHERE, affine != Affine.EVERYWHERE, initialisation);
        Dim width = Dim.of(stem > 0 ? stem : cells.get(0).channels);
        Layer first = images.layer(Dim.of(resolution))
                .then(Conv2d.dense(
                        weights, "stem.0", Dim.of(images.channels()), width, Dim.of(3), 1, false, initialisation))
                .then(layers.norm("stem.1", width, affine != Affine.NOWHERE));
        Map<Kind, CellGraph> graphs = graphs();
        List<Step> steps = new ArrayList<>();
        Dim before = width;
        for (int i = 0; i < cells.size(); i++) {
            CellGraph graph = graphs.get(cells.get(i).kind);
            Dim out = Dim.of(cells.get(i).channels * (graph.nodes() - graph.inputs()));
            Step cell = step(layers, i, graph, before, width);
            Layer after = Inserted.after((x, pass) -> x, weights, "cells." + i, out);
            steps.add((earlier, x, pass) -> after.forward(cell.forward(earlier, x, pass), pass));
            before = width;
            width = out;
        }
        Layer head = head(weights, width, images.classes().size());
        return (x, pass) -> {
            Tensor last = first.forward(x, pass);
            Tensor earlier = last;
            for (Step step : steps) {
                Tensor next = step.forward(earlier, last, pass);
                earlier = last;
                last = next;
            }
            return head.forward(last, pass);
        };
    }

    /** A cell of what the two before it gave. */
    private interface Step {
        Tensor forward(Tensor earlier, Tensor x, Pass pass);
    }

    private Step step(CellLayers layers, int i, CellGraph graph, Dim before, Dim in) {
        String name = "cells." + i + ".";
        Dim width = Dim.of(cells.get(i).channels);
        int stride = cells.get(i).kind == Kind.REDUCTION ? 2 : 1;
        Dim one = Dim.of(1);
        if (wiring.inputs == 1) {
            Layer zero = layers.convolution(name + "preprocess.", in, width, one, 1, layers.affine());
            dev.weft.nn.Cell nodes = layers.cell(name + "edges.", graph, width, stride);
            return (earlier, x, pass) -> nodes.forward(List.of(zero.forward(x, pass)), pass);
        }
        boolean larger = i > 0 && cells.get(i - 1).kind == Kind.REDUCTION;
        Layer zero = larger
                ? layers.halved(name + "preprocess0", before, width)
                : layers.convolution(name + "preprocess0.op.", before, width, one, 1, layers.affine());
        Layer second = layers.convolution(name + "preprocess1.op.", in, width, one, 1, layers.affine());
        dev.weft.nn.Cell nodes = layers.cell(name + "edges.", graph, width, stride);
        return (earlier, x, pass) -> nodes.forward(List.of(zero.forward(earlier, pass), second.forward(x, pass)), pass);
    }

    private Layer head(Weights weights, Dim width, int classes) {
        if (hidden == 0) {
            Layer mean = (x, pass) -> NoiseOps.dropout(Ops.mean(x, List.of(2, 3), false), pass.dropout());
            return mean.then(new Linear(weights, "classifier", width, Dim.of(classes), initialisation));
        }
        int side = side(resolution, cells);
        Layer flat = (x, pass) -> Ops.flatten(ImageOps.maxPool2d(x, 2), 1);
        return flat.then(new Linear(weights, "fc", width.times(side * side), Dim.of(hidden), initialisation))
                .then(Activation.RELU)
                .then((x, pass) -> NoiseOps.dropout(x, pass.dropout()))
                .then(new Linear(weights, "classifier", Dim.of(hidden), Dim.of(classes), initialisation));
    }
}
