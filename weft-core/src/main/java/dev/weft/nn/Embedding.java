package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import org.bytedeco.pytorch.Tensor;

/** A row of a table per index: int64 indices (…) to (…, C). */
public final class Embedding implements Layer {
    private final Weight table;

    public Embedding(Weights weights, String name, int numEmbeddings, Dim embedDim) {
        this(weights.weight(
                name + ".weight", Init.truncatedNormal(0.02), Axis.fixed(numEmbeddings), Axis.prefix(embedDim)));
    }

    /** @param table (numEmbeddings, embedDim), which another layer may read as well */
    public Embedding(Weight table) {
        this.table = table;
    }

    @Override
    public Tensor forward(Tensor indices, Pass pass) {
        return Ops.embedding(table.tensor(pass.reading()), indices);
    }
}
