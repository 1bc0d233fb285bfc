package dev.weft.delta;

import dev.weft.io.SafetensorsFile;
import dev.weft.weight.StoredTensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** One tensor of another program's file: what it is now, its numbers when they are asked for. */
interface ForeignTensor {
    /** Where it lies, for messages: the file and the name there. */
    String where();

    /** Its element type, as safetensors call it. */
    String dtype();

    List<Long> shape();

    /**
     * Its numbers, kept, which the caller closes; they may lie in the file.
     *
     * @throws dev.weft.io.InputException when one is NaN or infinite, or they cannot be read
     */
    Tensor read();

    /** A tensor of a safetensors file. */
    record InSafetensors(SafetensorsFile file, String name) implements ForeignTensor {
        @Override
        public String where() {
            return file.path() + ": tensor \"" + name + "\"";
        }

        @Override
        public String dtype() {
            return file.entry(name).dtype();
        }

        @Override
        public List<Long> shape() {
            return file.entry(name).shape();
        }

        @Override
        public Tensor read() {
            return StoredTensors.finite(file, name);
        }
    }
}
