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
            description = "The member to use: largest, smallest, a name that the family gives (${ROOT-COMMAND-NAME} inspect lists them), or all choices as "
                    + "\"choice=value,...\" (default: ${DEFAULT-VALUE}).")
    private String member;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description = "The place of the images or text that the family was trained on (default: where they were); "
                    + "${ROOT-COMMAND-NAME} evaluate takes other data too.")
    private String data;

    String member() {
        return member;
    }

    /** The data that was asked for, which may be other than the family was trained on. */
    FamilyData data(Family family) {
        return data == null ? FamilyData.asTrained(family) : FamilyData.of(family, data);
    }

    /** Whether no other data was given than the family was trained on. */
    boolean onOwnData() {
        return data == null;
    }

    /** What the family was trained on, at the place of the option if one is given. */
    FamilyData asTrained(Family family, GlobalOptions options) {
        return asTrained(family, data, options);
    }

    /** What the family was trained on, at the place that is given, if one is; what must be said of it is said. */
    static FamilyData asTrained(Family family, String data, GlobalOptions options) {
        FamilyData opened = data == null ? FamilyData.asTrained(family) : FamilyData.asTrained(family, data);
        say(opened, options);
        return opened;
    }

    static void say(FamilyData data, GlobalOptions options) {
        TrainingData.passedOver(data.source(), data.passedOver(), options);
        data.remark().ifPresent(remark -> options.err().println("note: " + remark));
    }

    static String statistics(PickedMember picked) {
        return picked.recalibrated() ? "recalibrated" : "stored";
    }
}
