package dev.weft.onnx;

import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TextInput;
import dev.weft.model.TinyModels;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** Members with statistics, and images, for the tests of this package. */
final class ExportFixture {
    private ExportFixture() {}

    static List<ModelDefinition> definitions() {
        return List.of(
                TinyModels.mobileCnn(),
                TinyModels.visionTransformer(),
                TinyModels.convNet(),
                TinyModels.cellNetwork(),
                TinyModels.entangledCells(),
                TinyModels.cellStack(),
                TinyModels.darts(),
                TinyModels.entangledDarts(),
                TinyModels.mobileOperations());
    }

    static boolean isText(ModelDefinition definition) {
        return definition.input() instanceof TextInput;
    }

    static List<Member> members(Family family, int count) {
        SplittableRandom random = new SplittableRandom(11);
        List<Member> members = new ArrayList<>(
                List.of(family.space().smallest(), family.space().largest()));
        while (members.size() < count) {
            members.add(family.space().sample(random));
        }
        return members;
    }

    static MemberStatistics statistics(Family family, Member member) {
        Calibration calibration = new Calibration();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            family.forward(TinyModels.images(family.definition(), 8, 5), new Pass(member, calibration, 0, 0));
        }
        return calibration.statistics();
    }

    /** Batches of unequal sizes. */
    static List<Bundle> heldOut(ModelDefinition definition) {
        return List.of(inputs(definition, 7, 1), inputs(definition, 1, 2), inputs(definition, 4, 3));
    }

    static Bundle inputs(ModelDefinition definition, int count, long seed) {
        return definition.input().random(count, new SplittableRandom(seed));
    }
}
