package dev.weft.cli;

import dev.weft.export.OnnxFile;
import dev.weft.model.Family;
import dev.weft.onnx.OnnxExporter;
import dev.weft.pick.CalibratedMember;
import dev.weft.pick.FamilyData;
import java.nio.file.Path;

/** A member of a family as the file that {@code weft export} would write, in memory. Loads libtorch. */
final class FamilyOnnx {
    private FamilyOnnx() {}

    /** @param given a family's file, or the folder of its run */
    static OnnxFile of(Path given, String member) {
        try (Family family = Family.open(FamilyArgument.file(given), Installed.kinds());
                CalibratedMember picked = CalibratedMember.of(family, member, () -> FamilyData.asTrained(family));
                Family alone = family.extract(picked.member(), picked.statistics())) {
            return OnnxExporter.file(alone, picked.describe(family));
        }
    }
}
