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
            "BatchNormalization",
            "Concat",
            "Conv",
            "Div",
            "Erf",
            "Expand",
            "Gather",
            "Gemm",
            "HardSigmoid",
            "HardSwish",
            "LayerNormalization",
            "MatMul",
            "MaxPool",
            "Mul",
            "ReduceMean",
            "Relu",
            "Reshape",
            "Resize",
            "Shape",
            "Sigmoid",
            "Slice",
            "Softmax",
            "Transpose");
    private static final Set<AttributeProto.AttributeType> ATTRIBUTES = Set.of(
            AttributeProto.AttributeType.INT,
            AttributeProto.AttributeType.FLOAT,
            AttributeProto.AttributeType.STRING,
            AttributeProto.AttributeType.INTS);

    private OnnxRules() {}

    static void check(ModelProto model, ExportedInput input, int classes, String where) {
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
        long size = input.size();
        require(
                graph.getInputCount() == 1
                        && is(graph.getInput(0), OnnxFile.IMAGE, List.of((long) input.channels(), size, size))
                        && graph.getOutputCount() == 1
                        && is(graph.getOutput(0), OnnxFile.LOGITS, List.of((long) classes)),
                where,
                "the input image and the output logits that its metadata describes");
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

    private static boolean is(ValueInfoProto value, String name, List<Long> shapeOfOne) {
        List<Long> sizes = value.getType().getTensorType().getShape().getDimList().stream()
                .map(dim -> dim.getDimValue())
                .toList();
        return value.getName().equals(name)
                && value.getType().getTensorType().getElemType() == DataType.FLOAT.getNumber()
                && sizes.size() == shapeOfOne.size() + 1
                && sizes.get(0) == 0 // symbolic
                && sizes.subList(1, sizes.size()).equals(shapeOfOne);
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
