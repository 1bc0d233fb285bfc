package dev.weft.lab.tanglenas;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.nn.MemberStatistics;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;

/**
 * The member that a search chose.
 *
 * @param inherited accuracy with the weights of the search on the report split, in percent; batch norm recalibrated
 * @param selection accuracy by which it was chosen, in percent; absent where logits chose
 * @param seconds of the whole search, by the clock
 * @param candidates members that were measured to choose it
 */
record Chosen(
        String member,
        double inherited,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double selection,
        double seconds,
        int candidates) {
    /** Measures what it inherits. */
    static Chosen of(Trainer trainer, Member member, Double selection, double seconds, int candidates) {
        return new Chosen(member.toString(), percent(trainer, member), selection, seconds, candidates);
    }

    /** The accuracy of a member on the report split, batch norm recalibrated. */
    static double percent(Trainer trainer, Member member) {
        try (MemberStatistics statistics = trainer.calibrate(member)) {
            return 100
                    * Evaluation.accuracy(
                            trainer.family(),
                            member,
                            statistics,
                            trainer.splits().report());
        }
    }
}
