package dev.weft.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.weft.io.InputException;
import java.util.List;
import java.util.Set;

/**
 * What every graph that Weft writes keeps to. A checksum only says that a file is as somebody wrote it; these rules keep out what
 * could make the native runtime read other files, run foreign code, or believe a length.
 */
final class OnnxRules {
    private static final Set<String> OPERATORS = Set.of(
            "Add",
            "AveragePool",
            "BatchNormalization",
            "Cast",
            "Concat",
            "Conv",
            "Cos",
            "Div",
            "Erf",
            "Expand",
            "Gather",
            "Gemm",
            "Greater",
            "HardSigmoid",
            "HardSwish",
            "LayerNormalization",
            "MatMul",
            "MaxPool",
            "Mul",
            "Range",
            "ReduceMean",
            "Relu",
            "Reshape",
            "Resize",
            "Shape",
            "Sigmoid",
            "Sin",
            "Slice",
            "Softmax",
            "Sqrt",
            "Sub",
            "Transpose",
            "Where");
    private static final Set<AttributeProto.AttributeType> ATTRIBUTES = Set.of(
            AttributeProto.AttributeType.INT,
            AttributeProto.AttributeType.FLOAT,
            AttributeProto.AttributeType.STRING,
            AttributeProto.AttributeType.INTS);

    private OnnxRules() {}

    /**
     * @param input what the metadata says that the graph is given
     * @param output what it says that comes out
     */
    static void check(ModelProto model, ValueInfoProto input, ValueInfoProto output, String where) {
        GraphProto graph = model.getGraph();
        require(
                model.getOpsetImportCount() == 1
                        && model.getOpsetImport(0).getDomain().isEmpty()
                        && model.getOpsetImport(0).getVersion() == OnnxFile.OPERATOR_SET
                        && model.getFunctionsCount() == 0
                        && model.getTrainingInfoCount() == 0
                        && graph.getSparseInitializerCount() == 0,
                where,
                "the standard operators of set " + OnnxFile.OPERATOR_SET + " and nothing else");
        require(
                graph.getInputCount() == 1
                        && isAlike(graph.getInput(0), input)
                        && graph.getOutputCount() == 1
                        && isAlike(graph.getOutput(0), output),
                where,
                "the input " + input.getName() + " and the output logits that its metadata describes");
        for (NodeProto node : graph.getNodeList()) {
            require(
                    node.getDomain().isEmpty()
                            && OPERATORS.contains(node.getOpType())
                            && node.getAttributeList().stream().allMatch(OnnxRules::isPlain),
                    where,
                    "operators that Weft writes, which " + node.getOpType() + " is not");
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            require(
                    isWhole(tensor),
                    where,
                    "tensors that lie in it whole, unlike " + tensor.getName() + " " + tensor.getDimsList());
        }
    }

    private static boolean isAlike(ValueInfoProto value, ValueInfoProto expected) {
        return value.getName().equals(expected.getName())
                && value.getType().getTensorType().getElemType()
                        == expected.getType().getTensorType().getElemType()
                && sizes(value).equals(sizes(expected));
    }

    /** 0 where an axis is symbolic. */
    private static List<Long> sizes(ValueInfoProto value) {
        return value.getType().getTensorType().getShape().getDimList().stream()
                .map(dim -> dim.getDimValue())
                .toList();
    }

    private static boolean isPlain(AttributeProto attribute) {
        return ATTRIBUTES.contains(attribute.getType())
                && !attribute.hasT()
                && !attribute.hasG()
                && !attribute.hasSparseTensor()
                && attribute.getTensorsCount() + attribute.getGraphsCount() + attribute.getSparseTensorsCount() == 0;
    }

    private static boolean isWhole(TensorProto tensor) {
        boolean known = tensor.getDataType() == DataType.FLOAT.getNumber()
                || tensor.getDataType() == DataType.INT64.getNumber();
        long bytes = tensor.getDataType() == DataType.FLOAT.getNumber() ? 4 : 8;
        for (long size : tensor.getDimsList()) {
            if (size < 0 || size > Integer.MAX_VALUE || bytes > Integer.MAX_VALUE) {
                return false;
            }
            bytes *= size;
        }
        return known
                && tensor.getExternalDataCount() == 0
                && tensor.getRawData().size() == bytes;
    }

    private static void require(boolean holds, String where, String what) {
        if (!holds) {
            throw new InputException(where + " must have " + what + ". Weft did not write it like this.");
        }
    }
}
