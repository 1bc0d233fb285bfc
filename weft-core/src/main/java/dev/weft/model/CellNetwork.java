package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.nn.Activation;
import dev.weft.nn.Cell;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Inserted;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.ops.ImageOps;
import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Constraint;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Weights;
import java.util.List;

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
 * @param edges for each edge the operations that may be on it, in the order of {@link CellOperation}; the edges into node 1, those into
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
        List<List<CellOperation>> edges,
        boolean bias,
        Affine affine,
        boolean connected,
        @JsonProperty(defaultValue = "he-fan-out") Initialisation initialisation,
        @JsonProperty(defaultValue = "false") boolean entangled)
        implements ModelDefinition {
    private static final int MAX_CELLS = 64;

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
        edges = graph(edges).edges();
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
            List<List<CellOperation>> edges,
            boolean bias,
            Affine affine,
            boolean connected,
            Initialisation initialisation) {
        this(input, resolution, channels, stages, cellsPerStage, edges, bias, affine, connected, initialisation, false);
    }

    private static CellGraph graph(List<List<CellOperation>> edges) {
        return new CellGraph("", 1, 0, Cell.Output.LAST, edges);
    }

    @Override
    public String name() {
        return "cell-network";
    }

    @Override
    public CellNetwork withInput(ModelInput other) {
        return with(ImageInput.of(name(), other), edges);
    }

    private CellNetwork with(ImageInput images, List<List<CellOperation>> operations) {
        return new CellNetwork(
                images,
                resolution,
                channels,
                stages,
                cellsPerStage,
                operations,
                bias,
                affine,
                connected,
                initialisation,
                entangled);
    }

    @Override
    public List<Choice<?>> choices() {
        return graph(edges).choices();
    }

    @Override
    public Space space() {
        CellGraph graph = graph(edges);
        return new Space(
                name(),
                choices(),
                connected
                        ? List.of(new Constraint("the cell's input is connected with its output", graph.connection()))
                        : List.of(),
                new CellNotation(graph.nodes(), graph.edgeChoices()));
    }

    @Override
    public CellNetwork at(Member member) {
        return with(input, graph(edges).at(member));
    }

    @Override
    public Layer build(Weights weights) {
        ImageInput images = ImageInput.bound(input);
        boolean outside = affine != Affine.NOWHERE;
        CellLayers layers =
                new CellLayers(weights, entangled, bias, affine == Affine.EVERYWHERE, false, initialisation);
        Dim width = Dim.of(channels);
        Layer net = images.layer(Dim.of(resolution))
                .then(Conv2d.dense(
                        weights, "stem.0", Dim.of(images.channels()), width, Dim.of(3), 1, false, initialisation))
                .then(layers.norm("stem.1", width, outside));
        int cell = 0;
        for (int stage = 0; stage < stages; stage++) {
            if (stage > 0) {
                net = net.then(reduction(layers, "cells." + cell++, width, width.times(2)));
                width = Dim.of(2 * width.max());
            }
            for (int i = 0; i < cellsPerStage; i++) {
                String name = "cells." + cell++;
                Cell nodes = layers.cell(name + ".edges.", graph(edges), width, 1);
                net = net.then(Inserted.after((x, pass) -> nodes.forward(List.of(x), pass), weights, name, width));
            }
        }
        return net.then(layers.norm("lastact.0", width, outside))
                .then(Activation.RELU)
                .then((x, pass) -> NoiseOps.dropout(Ops.mean(x, List.of(2, 3), false), pass.dropout()))
                .then(new Linear(
                        weights, "classifier", width, Dim.of(images.classes().size()), initialisation));
    }

    /** A residual block that halves height and width: two convolutions, and a shortcut of average pooling and a 1×1 convolution. */
    private Layer reduction(CellLayers layers, String name, Dim in, Dim out) {
        boolean outside = affine != Affine.NOWHERE;
        Layer convolutions = layers.convolution(name + ".conv_a.op.", in, out, Dim.of(3), 2, outside)
                .then(layers.convolution(name + ".conv_b.op.", out, out, Dim.of(3), 1, outside));
        Layer branch = Inserted.after(convolutions, layers.weights(), name, out);
        Layer shortcut =
                Conv2d.dense(layers.weights(), name + ".downsample.1", in, out, Dim.of(1), 1, false, initialisation);
        return (x, pass) ->
                Ops.add(shortcut.forward(ImageOps.averagePool2d(x, 2, 2, 0), pass), branch.forward(x, pass));
    }
}
