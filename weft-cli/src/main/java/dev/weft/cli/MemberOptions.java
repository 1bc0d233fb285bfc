package dev.weft.cli;

import dev.weft.model.Family;
import dev.weft.pick.FamilyData;
import dev.weft.pick.PickedMember;
import picocli.CommandLine.Option;

/** The options that say which member, and on which data; use it as {@code @Mixin MemberOptions member;}. */
final class MemberOptions {
    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            defaultValue = "largest",
            description = {
                "largest, smallest, a name that the family gives (${ROOT-COMMAND-NAME} inspect lists them), or all choices as",
                "\"choice=value,...\" (default: ${DEFAULT-VALUE})."
            })
    private String member;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description = "Images or text: see ${ROOT-COMMAND-NAME} data (default: what the family was trained on).")
    private String data;

    String member() {
        return member;
    }

    /** The data that was asked for. */
    FamilyData data(Family family) {
        return data == null ? FamilyData.asTrained(family) : FamilyData.of(family, data);
    }

    static String statistics(PickedMember picked) {
        return picked.recalibrated() ? "recalibrated" : "stored";
    }
}
