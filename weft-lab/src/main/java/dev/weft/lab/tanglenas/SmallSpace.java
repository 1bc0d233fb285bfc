package dev.weft.lab.tanglenas;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.weft.lab.Claim;
import dev.weft.lab.Judgement;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A space of which every member was trained alone, so that a choice has a rank.
 *
 * @param members the most accurate first
 * @param byGradient the member that A chose
 * @param singlePath the member that C chose
 */
record SmallSpace(List<Trained> members, String byGradient, String singlePath) {
    /** A member that was trained alone: its accuracy on the report split in percent, and its parameters. */
    record Trained(String member, double accuracy, double params) {}

    SmallSpace {
        members = members.stream()
                .sorted(Comparator.comparingDouble(Trained::accuracy).reversed())
                .toList();
    }

    /** 1 for the most accurate; members of equal accuracy share the better rank. */
    int rank(String member) {
        double accuracy = trained(member).accuracy();
        return 1 + (int) members.stream().filter(m -> m.accuracy() > accuracy).count();
    }

    private Trained trained(String member) {
        return members.stream()
                .filter(m -> m.member().equals(member))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(member + " was not trained alone"));
    }

    /** The judgement of one seed, which decides nothing. */
    @JsonIgnore
    Judgement judgement() {
        int a = rank(byGradient);
        int c = rank(singlePath);
        return new Judgement(
                "rank of A's choice among all members of a small space",
                Claim.Kind.REPORT,
                Outcome.UNDECIDED,
                0,
                a,
                null,
                String.format(
                        Locale.ROOT,
                        "Reported: of %d members of a small space, each trained alone once, A's choice ranks %d (%.2f %%) and C's %d"
                                + " (%.2f %%); the best has %.2f %%, the median %.2f %%, the worst %.2f %%.",
                        members.size(),
                        a,
                        trained(byGradient).accuracy(),
                        c,
                        trained(singlePath).accuracy(),
                        members.get(0).accuracy(),
                        members.get(members.size() / 2).accuracy(),
                        members.get(members.size() - 1).accuracy()));
    }
}
