package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.seed.Mix;
import dev.weft.seed.RandomStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Images in three splits. */
public record ImageSplits(
        String source, ImageDataset train, ImageDataset selection, ImageDataset report, List<PassedOver> passedOver)
        implements Splits {
    /** The splits of a source beside which nothing was passed over. */
    public ImageSplits(String source, ImageDataset train, ImageDataset selection, ImageDataset report) {
        this(source, train, selection, report, List.of());
    }

    public ImageSplits {
        passedOver = List.copyOf(passedOver);
        Set<String> seen = new HashSet<>();
        for (ImageDataset split : List.of(train, selection, report)) {
            if (split.size() == 0) {
                throw new InputException(
                        source + ": the split " + split.name() + " is empty; give the source more images");
            }
            for (int i = 0; i < split.size(); i++) {
                if (!seen.add(split.id(i))) {
                    throw new InputException(String.format(
                            Locale.ROOT,
                            "%s: splits must be disjoint, but example %s occurs twice (second time in %s)",
                            source,
                            split.id(i),
                            split.name()));
                }
            }
        }
    }

    /**
     * Cuts a source into splits. The report split is the source's test part; the selection split is its validation part if it has
     * one, else drawn from the training part. A source without a test part has the report split drawn as well, of the same size.
     *
     * <p>Draws keep the class proportions and depend on the seed and the ids alone, not on the order of the examples.
     *
     * @param selectionSize how many examples to draw; at least one, and not used where the source brings both parts
     */
    public static ImageSplits of(ImageParts parts, int selectionSize, long seed) {
        boolean drawSelection = parts.validation().isEmpty();
        boolean drawReport = parts.test().isEmpty();
        long drawn = (drawSelection ? (long) selectionSize : 0) + (drawReport ? (long) selectionSize : 0);
        if (drawn > 0 && drawn >= parts.train().size() || (drawSelection || drawReport) && selectionSize < 1) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s: the selection split must have from 1 to %d examples (the training part has %d), but %d were asked for; --split 70/15/15 takes shares in place of a number",
                    parts.name(),
                    (parts.train().size() - 1) / (drawSelection && drawReport ? 2 : 1),
                    parts.train().size(),
                    selectionSize));
        }
        return cut(
                parts,
                counts -> Quota.proportional(counts, selectionSize),
                counts -> Quota.proportional(counts, selectionSize),
                seed);
    }

    /**
     * Does what {@link #of(ImageParts, int, long)} does, by shares of the training part. Every class has an example or more in each split.
     *
     * @throws InputException when a class has too few examples for that, saying how many it needs
     */
    public static ImageSplits of(ImageParts parts, SplitShares shares, long seed) {
        requireEnough(parts);
        int images = parts.train().size();
        int keptOfReport = parts.validation().isEmpty() ? 2 : 1; // one to train on, one to choose by
        return cut(
                parts,
                counts -> Quota.fromEveryClass(counts, shares.reportOf(images), keptOfReport),
                counts -> Quota.fromEveryClass(counts, shares.selectionOf(images), 1),
                seed);
    }

    /** How many examples a class of the training part must have, so that every split that is drawn from it has one. */
    static int fewestOfAClass(ImageParts parts) {
        return 1 + (parts.validation().isEmpty() ? 1 : 0) + (parts.test().isEmpty() ? 1 : 0);
    }

    private static void requireEnough(ImageParts parts) {
        int needed = fewestOfAClass(parts);
        List<String> classes = parts.train().classes();
        List<Integer> counts = parts.train().classCounts();
        List<String> few = new ArrayList<>();
        for (int c = 0; c < counts.size(); c++) {
            if (counts.get(c) > 0 && counts.get(c) < needed) {
                few.add(classes.get(c) + " has " + counts.get(c));
            }
        }
        if (!few.isEmpty()) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s: each class must have at least %d images, one for each of the splits (to train on, %s), but %s%s: add images, or remove the class",
                    parts.name(),
                    needed,
                    parts.validation().isPresent()
                            ? "to report"
                            : parts.test().isPresent() ? "to choose by" : "to choose by, to report",
                    String.join(", ", few.subList(0, Math.min(5, few.size()))),
                    few.size() > 5 ? ", and " + (few.size() - 5) + " more classes have too few" : ""));
        }
    }

    /** @param reportQuota how many of each class, of the numbers that there are; {@code selectionQuota} is of those that report leaves */
    private static ImageSplits cut(
            ImageParts parts, UnaryOperator<int[]> reportQuota, UnaryOperator<int[]> selectionQuota, long seed) {
        Sameness.requireDifferent(parts.train());
        boolean whole = parts.validation().isPresent() && parts.test().isPresent();
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < parts.train().size(); i++) {
            rest.add(i);
        }
        ImageDataset report = parts.test().isPresent()
                ? parts.test().get()
                : draw(parts, rest, "report", reportQuota, RandomStream.REPORT_SPLIT.bits(seed));
        ImageDataset selection = parts.validation().isPresent()
                ? parts.validation().get()
                : draw(parts, rest, "selection", selectionQuota, RandomStream.SELECTION_SPLIT.bits(seed));
        ImageDataset train = whole ? parts.train() : parts.train().subset(parts.name() + "/train", rest);
        return new ImageSplits(parts.name(), train, selection, report, parts.passedOver());
    }

    /** Moves a stratified draw of examples out of {@code rest}. */
    private static ImageDataset draw(
            ImageParts parts, List<Integer> rest, String split, UnaryOperator<int[]> quotas, long seed) {
        ImageDataset from = parts.train();
        List<List<Integer>> byClass = new ArrayList<>();
        from.classes().forEach(c -> byClass.add(new ArrayList<>()));
        rest.forEach(index -> byClass.get(from.label(index)).add(index));
        int[] quota = quotas.apply(byClass.stream().mapToInt(List::size).toArray());
        List<Integer> drawn = new ArrayList<>();
        for (int c = 0; c < quota.length; c++) {
            byClass.get(c).stream()
                    .sorted(Comparator.<Integer>comparingLong(i -> Mix.bits(seed, from.id(i)))
                            .thenComparing(from::id))
                    .limit(quota[c])
                    .forEach(drawn::add);
        }
        drawn.sort(Comparator.naturalOrder());
        rest.removeAll(new HashSet<>(drawn));
        return from.subset(parts.name() + "/" + split, drawn);
    }
}
