package dev.weft.data;

import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Three splits that share no example: what is trained on, what members are chosen by, and what is reported. A search must never
 * see the report split.
 */
public record ImageSplits(String source, ImageDataset train, ImageDataset selection, ImageDataset report) {
    public ImageSplits {
        Set<String> seen = new HashSet<>();
        for (ImageDataset split : List.of(train, selection, report)) {
            if (split.size() == 0) {
                throw new InputException(
                        source + ": the split " + split.name() + " is empty; give the source more images");
            }
            for (int i = 0; i < split.size(); i++) {
                if (!seen.add(split.id(i))) {
                    throw new InputException(
                            "%s: splits must be disjoint, but example %s occurs twice (second time in %s)"
                                    .formatted(source, split.id(i), split.name()));
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
            throw new InputException(
                    "%s: the selection split must have from 1 to %d examples (the training part has %d), but %d were asked for"
                            .formatted(
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

    /** Names, sizes and fingerprints, to be written into the run. */
    public SplitsRecord record() {
        return new SplitsRecord(source, describe(train), describe(selection), describe(report));
    }

    /**
     * Checks that these are the splits that a run recorded.
     *
     * @throws InputException naming the split that differs
     */
    public void verify(SplitsRecord recorded) {
        SplitsRecord now = record();
        verify("training", recorded.train(), now.train());
        verify("selection", recorded.selection(), now.selection());
        verify("report", recorded.report(), now.report());
    }

    private void verify(String split, SplitsRecord.Split recorded, SplitsRecord.Split now) {
        if (recorded.examples() != now.examples() || !recorded.idsSha256().equals(now.idsSha256())) {
            throw new InputException(
                    "The %s split must be the one the run began with (%d examples, %s), but %s now gives %d examples, %s: restore the data, or start a new run"
                            .formatted(
                                    split,
                                    recorded.examples(),
                                    recorded.idsSha256().substring(0, 12),
                                    source,
                                    now.examples(),
                                    now.idsSha256().substring(0, 12)));
        }
        if (!now.imagesSha256().equals(recorded.imagesSha256())) {
            throw new InputException(
                    "The %s split must have the images the run began with, but %s now has other pixels under the same names: restore the data, or start a new run"
                            .formatted(split, source));
        }
    }

    private static SplitsRecord.Split describe(ImageDataset split) {
        return new SplitsRecord.Split(split.name(), split.size(), split.idsSha256(), split.imagesSha256());
    }
}
