package dev.weft.cli;

import dev.weft.export.OnnxFile;
import dev.weft.model.Family;
import dev.weft.pick.CalibratedMember;
import dev.weft.pick.FamilyData;
import picocli.CommandLine.Option;

/** The options that say which member, and on which data; use it as {@code @Mixin MemberOptions member;}. */
final class MemberOptions {
    /** What a result calls batch-norm statistics that were kept with the member. */
    static final String STORED = "stored";

    /** The member unless another is asked for. */
    static final String LARGEST = "largest";

    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            description =
                    "The member of a family to use: largest, smallest, a name that the family gives (${ROOT-COMMAND-NAME} inspect lists them), or all choices as "
                            + "\"choice=value,...\" (default: largest).")
    private String member;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description = "The place of the images or text that the family was trained on (default: where they were); "
                    + "${ROOT-COMMAND-NAME} evaluate takes other data too.")
    private String data;

    String member() {
        return member == null ? LARGEST : member;
    }

    /** The member that was asked for; null where none was. */
    String given() {
        return member;
    }

    /** The data that was asked for, which may be other than the family was trained on. */
    FamilyData data(Family family) {
        return data == null ? FamilyData.asTrained(family) : FamilyData.of(family, data);
    }

    /** The data that was asked for, or what the label of an exported member says that it was trained on. */
    FamilyData data(OnnxFile file) {
        return data == null
                ? FamilyData.asTrained(file, Installed.kinds())
                : FamilyData.of(file, data, Installed.kinds());
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

    static String statistics(CalibratedMember picked) {
        return picked.recalibrated() ? "recalibrated" : STORED;
    }
}
