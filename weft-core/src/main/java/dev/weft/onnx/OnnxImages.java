package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** What operations on images are in ONNX. */
final class OnnxImages {
    private final OnnxGraph graph;

    OnnxImages(OnnxGraph graph) {
        this.graph = graph;
    }

    String conv2d(List<String> present, Tensor weight, int stride, int padding, int dilation, int groups) {
        return graph.node(
                "Conv",
                present,
                attribute("kernel_shape", List.of(weight.size(2), weight.size(3))),
                attribute("pads", Collections.nCopies(4, padding)),
                attribute("dilations", List.of(dilation, dilation)),
                attribute("strides", List.of(stride, stride)),
                attribute("group", groups));
    }

    String normalise(String x, List<Double> scale, List<Double> shift) {
        String scaled = graph.node("Mul", List.of(x, graph.floats(scale, scale.size(), 1, 1)));
        return graph.node("Add", List.of(scaled, graph.floats(shift, shift.size(), 1, 1)));
    }

    String maxPool(String x, int size, int stride, int padding) {
        return graph.node(
                "MaxPool",
                List.of(x),
                attribute("kernel_shape", List.of(size, size)),
                attribute("strides", List.of(stride, stride)),
                attribute("pads", Collections.nCopies(4, padding)));
    }

    String averagePool(String x, int size, int stride, int padding) {
        return graph.node(
                "AveragePool",
                List.of(x),
                attribute("kernel_shape", List.of(size, size)),
                attribute("strides", List.of(stride, stride)),
                attribute("pads", Collections.nCopies(4, padding)),
                attribute("count_include_pad", 0));
    }

    String bilinear(String x, int height, int width) {
        return resize(
                x,
                height,
                width,
                attribute("mode", "linear"),
                attribute("coordinate_transformation_mode", "half_pixel"));
    }

    /** Its border is repeated, as ONNX has it where {@code exclude_outside} is not set. */
    String bicubic(String x, int height, int width) {
        return resize(
                x,
                height,
                width,
                attribute("mode", "cubic"),
                attribute("cubic_coeff_a", -0.75),
                attribute("coordinate_transformation_mode", "half_pixel"));
    }

    String nearest(String x, int height, int width) {
        return resize(
                x,
                height,
                width,
                attribute("mode", "nearest"),
                attribute("nearest_mode", "floor"),
                attribute("coordinate_transformation_mode", "asymmetric"));
    }

    private String resize(String x, int height, int width, AttributeProto... how) {
        return graph.node(
                "Resize",
                List.of(x, "", "", graph.integers(height, width)),
                Stream.concat(Stream.of(how), Stream.of(attribute("axes", List.of(2, 3))))
                        .toArray(AttributeProto[]::new));
    }

    /** ONNX has no adaptive pooling: the rows, then the columns, are products with constant matrices of averages. */
    String area(String x, Tensor input, int height, int width) {
        String rows = graph.node("MatMul", List.of(averages((int) input.size(2), height, false), x));
        return graph.node("MatMul", List.of(rows, averages((int) input.size(3), width, true)));
    }

    /** A matrix (to, from), or turned (from, to), of which entry i averages over floor(i from / to) to ceil((i + 1) from / to). */
    private String averages(int from, int to, boolean turned) {
        double[] values = new double[from * to];
        for (int i = 0; i < to; i++) {
            int first = i * from / to;
            int end = ((i + 1) * from + to - 1) / to;
            for (int j = first; j < end; j++) {
                values[turned ? j * to + i : i * from + j] = 1.0 / (end - first);
            }
        }
        List<Double> list = new ArrayList<>();
        Arrays.stream(values).forEach(list::add);
        return turned ? graph.floats(list, from, to) : graph.floats(list, to, from);
    }
}
