package dev.weft.data;

import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Images in three splits. */
public record ImageSplits(String source, ImageDataset train, ImageDataset selection, ImageDataset report)
        implements Splits {
    public ImageSplits {
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
                    "%s: the selection split must have from 1 to %d examples (the training part has %d), but %d were asked for",
                    parts.name(),
                    (parts.train().size() - 1) / (drawSelection && drawReport ? 2 : 1),
                    parts.train().size(),
                    selectionSize));
        }
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < parts.train().size(); i++) {
            rest.add(i);
        }
        ImageDataset report = drawReport
                ? draw(parts, rest, "report", selectionSize, Mix.bits(seed, 1))
                : parts.test().get();
        ImageDataset selection = drawSelection
                ? draw(parts, rest, "selection", selectionSize, Mix.bits(seed, 2))
                : parts.validation().get();
        ImageDataset train = drawn == 0 ? parts.train() : parts.train().subset(parts.name() + "/train", rest);
        return new ImageSplits(parts.name(), train, selection, report);
    }

    /** Moves a stratified draw of examples out of {@code rest}. */
    private static ImageDataset draw(ImageParts parts, List<Integer> rest, String split, int count, long seed) {
        ImageDataset from = parts.train();
        List<List<Integer>> byClass = new ArrayList<>();
        from.classes().forEach(c -> byClass.add(new ArrayList<>()));
        rest.forEach(index -> byClass.get(from.label(index)).add(index));
        int[] quota = Quota.proportional(byClass.stream().mapToInt(List::size).toArray(), count);
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
