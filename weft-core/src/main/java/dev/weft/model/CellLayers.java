package dev.weft.model;

import dev.weft.nn.Activation;
import dev.weft.nn.BatchNorm2d;
import dev.weft.nn.Cell;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Layer;
import dev.weft.nn.OperationChoice;
import dev.weft.ops.ImageOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The layers of cells.
 *
 * @param entangled whether operations of one family are one layer, with the names of the family: the smaller kernel is the middle of the
 *     larger one
 * @param bias whether dense convolutions have one
 * @param affine whether the norms of operations have a scale and a shift
 * @param normedPools whether a norm without scale and shift follows each pooling
 * @param initialisation of all convolutions
 */
record CellLayers(
        Weights weights,
        boolean entangled,
        boolean bias,
        boolean affine,
        boolean normedPools,
        Initialisation initialisation) {

    /**
     * A cell whose nodes have one width.
     *
     * @param name what the names of its edges' weights begin with
     * @param stride of the edges that read an input
     */
    Cell cell(String name, CellGraph graph, Dim width, int stride) {
        List<List<Cell.Edge>> nodes = new ArrayList<>();
        for (int node = graph.inputs(); node < graph.nodes(); node++) {
            List<Cell.Edge> into = new ArrayList<>();
            for (int from = 0; from < node; from++) {
                if (!graph.isThere(node, from)) {
                    continue;
                }
                String edge = name + node + "<-" + from;
                Choice<String> choice = graph.edge(node, from);
                List<Layer> operations = operations(
                        edge, choice, graph.operations(node, from), width, from < graph.inputs() ? stride : 1);
                into.add(new Cell.Edge(from, new OperationChoice(weights, edge, choice, operations)));
            }
            nodes.add(into);
        }
        return new Cell(nodes, graph.output());
    }

    /** One for each operation of an edge; the entangled ones of a family are one layer. */
    private List<Layer> operations(
            String edge, Choice<String> choice, List<CellOperation> operations, Dim width, int stride) {
        Map<String, Layer> families = new HashMap<>();
        List<Layer> layers = new ArrayList<>();
        for (CellOperation operation : operations) {
            if (!entangled || operation.kernelSize() == 0) {
                Dim kernelSize = Dim.of(operation.kernelSize());
                layers.add(layer(edge + "." + operation.stored(), operation, kernelSize, width, stride));
                continue;
            }
            layers.add(families.computeIfAbsent(operation.family(), family -> {
                List<Integer> sizes = operations.stream()
                        .map(each -> each.family().equals(family) ? each.kernelSize() : 0)
                        .toList();
                return layer(edge + "." + family, operation, Dim.of(choice, sizes), width, stride);
            }));
        }
        return layers;
    }

    private Layer layer(String name, CellOperation operation, Dim kernelSize, Dim width, int stride) {
        return switch (operation) {
            case NONE ->
                stride == 1
                        ? (x, pass) -> Ops.zeros(x)
                        : (x, pass) -> Ops.zeros(ImageOps.averagePool2d(x, 1, stride, 0));
            case SKIP -> stride == 1 ? (x, pass) -> x : halved(name, width, width);
            case AVERAGE_POOL -> pool(name, (x, pass) -> ImageOps.averagePool2d(x, 3, stride, 1));
            case MAX_POOL -> pool(name, (x, pass) -> ImageOps.maxPool2d(x, 3, stride, 1));
            case CONV_1, CONV_3 -> convolution(name + ".op.", width, width, kernelSize, stride, affine);
            case DILATED_3, DILATED_5 -> separable(name + ".op.", 1, kernelSize, width, stride, 2);
            case SEPARABLE_3, SEPARABLE_5 ->
                separable(name + ".op.", 1, kernelSize, width, stride, 1)
                        .then(separable(name + ".op.", 5, kernelSize, width, 1, 1));
        };
    }

    private Layer pool(String name, Layer pool) {
        return normedPools ? pool.then(BatchNorm2d.plain(name + ".1")) : pool;
    }

    /** A ReLU, a dense convolution and a norm, which have the numbers 1 and 2. */
    Layer convolution(String name, Dim in, Dim out, Dim kernelSize, int stride, boolean affineNorm) {
        return Activation.RELU
                .then(Conv2d.dense(weights, name + "1", in, out, kernelSize, stride, bias, initialisation))
                .then(norm(name + "2", out, affineNorm));
    }

    /** @param from the number of the first of its three layers, as DARTS has them */
    private Layer separable(String name, int from, Dim kernelSize, Dim width, int stride, int dilation) {
        return Activation.RELU
                .then(Conv2d.depthwise(weights, name + from, width, kernelSize, stride, dilation, initialisation))
                .then(Conv2d.dense(weights, name + (from + 1), width, width, Dim.of(1), 1, false, initialisation))
                .then(norm(name + (from + 2), width, affine));
    }

    /**
     * Half the resolution, which must be even, in DARTS's way (<em>factorised reduction</em>): ReLU, two 1×1 convolutions of stride 2 that
     * read the even and the odd pixels and make half of the channels each, norm.
     */
    Layer halved(String name, Dim in, Dim out) {
        Dim half = Dim.of(out.max() / 2);
        Layer even = halving(name + ".conv_1", in, half);
        Layer odd = halving(name + ".conv_2", in, Dim.of(out.max() - half.max()));
        return Activation.RELU
                .then((x, pass) -> {
                    Tensor below = Ops.slice(x, 2, 1, (int) x.size(2) - 1);
                    Tensor beyond = Ops.slice(below, 3, 1, (int) x.size(3) - 1);
                    return Ops.concatenate(List.of(even.forward(x, pass), odd.forward(beyond, pass)), 1);
                })
                .then(norm(name + ".bn", out, affine));
    }

    private Layer halving(String name, Dim in, Dim out) {
        return Conv2d.dense(weights, name, in, out, Dim.of(1), 2, false, initialisation);
    }

    /** A batch norm. */
    BatchNorm2d norm(String name, Dim channels, boolean affineNorm) {
        return affineNorm ? new BatchNorm2d(weights, name, channels) : BatchNorm2d.plain(name);
    }
}
