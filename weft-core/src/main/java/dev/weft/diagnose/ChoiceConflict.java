package dev.weft.diagnose;

import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.List;

/**
 * What the options of one choice want of the weights of a layer. The members of a pair usually differ in other choices as well, so a mean
 * is compared with that of pairs that agree in this one.
 *
 * @param choice its name
 * @param layer its name, or {@link ConflictMap#WHOLE}
 * @param agree mean cosine of pairs of members that pick the same option; NaN where there is no such pair
 * @param differ mean cosine of pairs that pick different ones; NaN where there is no such pair
 * @param gap {@code agree − differ}
 * @param standardError of the gap, by the jackknife over members; NaN where there are too few
 * @param options the mean cosine of every two different options
 */
public record ChoiceConflict(
        String choice,
        String layer,
        double agree,
        double differ,
        double gap,
        double standardError,
        List<Options> options) {
    /**
     * Members of one option against those of another.
     *
     * @param pairs of members the mean is of
     */
    public record Options(String first, String second, double cosine, int pairs) {}

    public ChoiceConflict {
        options = List.copyOf(options);
    }

    static ChoiceConflict of(Space space, Choice<?> choice, String layer, List<Member> members, PairTable cosines) {
        int[] picked = members.stream()
                .mapToInt(member ->
                        isActive(space, choice, member) ? choice.options().indexOf(member.value(choice)) : -1)
                .toArray();
        PairTable.Pairs agreeing = (i, j) -> picked[i] >= 0 && picked[i] == picked[j];
        PairTable.Pairs differing = (i, j) -> picked[i] >= 0 && picked[j] >= 0 && picked[i] != picked[j];
        double[] gap = cosines.difference(agreeing, differing);
        List<Options> options = new ArrayList<>();
        for (int a = 0; a < choice.options().size(); a++) {
            for (int b = a + 1; b < choice.options().size(); b++) {
                int first = a;
                int second = b;
                PairTable.Pairs between = (i, j) ->
                        picked[i] == first && picked[j] == second || picked[i] == second && picked[j] == first;
                if (cosines.count(between) > 0) {
                    options.add(new Options(
                            choice.options().get(a).toString(),
                            choice.options().get(b).toString(),
                            cosines.mean(between),
                            cosines.count(between)));
                }
            }
        }
        return new ChoiceConflict(
                choice.name(), layer, cosines.mean(agreeing), cosines.mean(differing), gap[0], gap[1], options);
    }

    /** Whether the choice means something to this member: another option would make it another member. */
    private static boolean isActive(Space space, Choice<?> choice, Member member) {
        return choice.options().stream()
                .filter(option -> !option.equals(member.value(choice)))
                .anyMatch(
                        option -> !space.canonical(member.with(choice, option)).equals(member));
    }
}
