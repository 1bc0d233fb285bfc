package dev.weft.bench;

import dev.weft.io.Json;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.NamedMember;
import dev.weft.nn.Pass;
import dev.weft.ops.Libtorch;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One point of the members-memory benchmark, in a JVM of its own: opens a family file, lets its first members answer one image
 * each, keeps them all, and says what is resident.
 */
final class MembersMemoryWorker {
    /**
     * The answer.
     *
     * @param residentMib after the last answer
     * @param anonymousMib the part that belongs to no file
     * @param engineMib resident before any file was opened, with libtorch loaded and one small convolution run
     */
    record Memory(double residentMib, double anonymousMib, double engineMib) {}

    private MembersMemoryWorker() {}

    /** One image of noise of the size that the family reads. */
    static Tensor image(Family family) {
        int size = ((ImageInput) family.definition().input()).size();
        return torch.rand(1, 3, size, size).mul(new Scalar(255));
    }

    /** @param kind for messages; @param count how many of the file's members answer */
    static void run(String kind, Path file, int count, PrintStream out) {
        Libtorch.useThreads(1);
        Memory memory;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.conv2d(torch.rand(1, 4, 8, 8), torch.rand(4, 4, 3, 3));
            double engine = ProcessMemory.residentMib();
            try (Family family = Family.open(file)) {
                Tensor image = image(family);
                List<NamedMember> held =
                        family.members().values().stream().limit(count).toList();
                if (held.size() < count) {
                    throw new IllegalStateException(kind + ": " + file + " holds only " + held.size() + " members");
                }
                double sum = 0;
                for (NamedMember named : held) {
                    try (PointerScope each = new PointerScope()) {
                        sum += family.forward(image, Pass.evaluation(named.member(), named.statistics()))
                                .sum()
                                .item_double();
                    }
                }
                if (!Double.isFinite(sum)) {
                    throw new IllegalStateException(kind + ": an answer is not finite");
                }
                memory = new Memory(ProcessMemory.residentMib(), ProcessMemory.anonymousMib(), engine);
            }
        }
        out.println(Json.writeLine(memory));
    }
}
