package dev.weft.pick;

import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.MemberStatistics;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A member ready to run: with the statistics that its family keeps of it, or with fresh ones.
 *
 * @param name that the family gives it, if any
 * @param statistics the family's own, or those that {@link #close} frees
 * @param recalibrated whether the statistics are fresh
 */
public record CalibratedMember(Optional<String> name, Member member, MemberStatistics statistics, boolean recalibrated)
        implements AutoCloseable {
    /**
     * The member that {@code text} means, see {@link Family#member}.
     *
     * @param data asked only when the family keeps no such member: it is then recalibrated on the training split
     * @throws dev.weft.io.InputException when the family has no such member
     */
    public static CalibratedMember of(Family family, String text, Supplier<FamilyData> data) {
        Member member = family.member(text);
        Optional<String> name = nameOf(family, text.strip(), member);
        if (name.isPresent()) {
            return new CalibratedMember(
                    name, member, family.members().get(name.get()).statistics(), false);
        }
        FamilyData images = data.get();
        MemberStatistics fresh = Evaluation.calibrate(
                family, member, images.training(), images.calibrationBatches(), images.batchSize());
        return new CalibratedMember(Optional.empty(), member, fresh, true);
    }

    /** The member in one line; of an extracted model, which member of its family it was. */
    public String describe(Family family) {
        return family.space().choices().isEmpty()
                ? family.notes().getOrDefault("member", member.toString())
                : family.space().print(member);
    }

    /** Two names may stand for one member: the one that was given comes first. */
    private static Optional<String> nameOf(Family family, String text, Member member) {
        NamedMember given = family.members().get(text);
        return given != null
                ? Optional.of(text)
                : family.members().entrySet().stream()
                        .filter(e -> e.getValue().member().equals(member))
                        .map(Map.Entry::getKey)
                        .findFirst();
    }

    @Override
    public void close() {
        if (recalibrated) {
            statistics.close();
        }
    }
}
