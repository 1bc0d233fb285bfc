package dev.weft.lab.tanglenas;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.Dataset;
import dev.weft.data.ImageDataset;
import dev.weft.lab.study.MemberSearch;
import dev.weft.lab.study.Trial;
import dev.weft.metric.Metric;
import dev.weft.search.MeasuredMember;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchSettings;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

    /**
     * Searches by the accuracy that members inherit, on images that trained no weight, or goes on with it.
     *
     * @param trainer of weights that were trained on a part of {@code all}
     * @param all the training images of a member that is trained alone
     */
    static Chosen bySearch(Trainer trainer, Dataset all, SearchSettings strategy, Trial trial) {
        ImageDataset chosenOn = within((ImageDataset) trainer.splits().selection(), all);
        try (MemberSearch search = new MemberSearch(
                trainer,
                Metric.ACCURACY,
                "inherited, " + chosenOn.size() + " held-out images",
                member -> trainer.accuracy(member, chosenOn))) {
            SearchResult result = search.run(strategy, List.of(Metric.ACCURACY), List.of(), trial);
            MeasuredMember best = result.best().get(0).measured();
            return of(
                    trainer,
                    best.member(),
                    100 * best.value(Metric.ACCURACY.key()),
                    trainer.seconds() + search.seconds(result).sum(),
                    result.measured().size());
        }
    }

    /** The held-out images that are among {@code all}: the rest are never chosen on. */
    private static ImageDataset within(ImageDataset heldOut, Dataset all) {
        Set<String> ids = IntStream.range(0, all.size()).mapToObj(all::id).collect(Collectors.toSet());
        List<Integer> kept = IntStream.range(0, heldOut.size())
                .filter(i -> ids.contains(heldOut.id(i)))
                .boxed()
                .toList();
        return heldOut.subset(heldOut.name(), kept);
    }

    /** The accuracy of a member on the report split, in percent. */
    static double percent(Trainer trainer, Member member) {
        return 100 * trainer.accuracy(member, trainer.splits().report());
    }
}
