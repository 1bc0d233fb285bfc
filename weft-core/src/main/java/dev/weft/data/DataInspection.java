package dev.weft.data;

import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a source of images holds.
 *
 * @param kind in words, as {@code folder of images}
 * @param parts of {@code train}, {@code val}, {@code test}, those that are there, with their images per class
 * @param classes names, in the order of the labels
 * @param images in all parts, readable or not
 * @param minHeight smallest height seen, 0 when no image could be read; the other three alike
 * @param grey images with one channel
 * @param colour images with three
 * @param splits how the images would be shared out; of none where there are problems
 * @param problems one line each, naming the file; data without problems opens
 * @param notes what is done to pictures and what was passed over, one line each
 */
public record DataInspection(
        String kind,
        List<Part> parts,
        List<String> classes,
        int images,
        int minHeight,
        int minWidth,
        int maxHeight,
        int maxWidth,
        int grey,
        int colour,
        Shares splits,
        List<String> problems,
        List<String> notes) {
    /**
     * How many images each split would have, by {@link SplitShares#DEFAULT}.
     *
     * @param unfit why the images, although they can be read, cannot be trained on: there are then no splits; null where they can
     */
    public record Shares(int train, int selection, int report, String unfit) {
        /** The shares of data that must be mended first. */
        static final Shares NONE = new Shares(0, 0, 0, null);

        static Shares of(ImageParts parts) {
            try {
                ImageSplits splits = ImageSplits.of(parts, SplitShares.DEFAULT, 0);
                return new Shares(
                        splits.train().size(),
                        splits.selection().size(),
                        splits.report().size(),
                        null);
            } catch (InputException e) {
                return new Shares(0, 0, 0, e.getMessage());
            }
        }
    }

    /** One part, and its number of images per class in the order of {@link DataInspection#classes}. */
    public record Part(String name, int images, List<Integer> perClass) {
        public Part {
            perClass = List.copyOf(perClass);
        }
    }

    public DataInspection {
        parts = List.copyOf(parts);
        classes = List.copyOf(classes);
        problems = List.copyOf(problems);
        notes = List.copyOf(notes);
    }

    /** The inspection of a source that opened. */
    static DataInspection of(String kind, ImageParts source) {
        List<Part> parts = new ArrayList<>();
        add(parts, "train", Optional.of(source.train()));
        add(parts, "val", source.validation());
        add(parts, "test", source.test());
        int images = parts.stream().mapToInt(Part::images).sum();
        ImageDataset train = source.train();
        boolean isGrey = train.channels() == 1;
        return new DataInspection(
                kind,
                parts,
                train.classes(),
                images,
                train.height(),
                train.width(),
                train.height(),
                train.width(),
                isGrey ? images : 0,
                isGrey ? 0 : images,
                Shares.of(source),
                List.of(),
                source.passedOver().stream().map(PassedOver::note).toList());
    }

    /** The inspection of a source that did not open. */
    static DataInspection broken(String kind, String problem) {
        return new DataInspection(
                kind, List.of(), List.of(), 0, 0, 0, 0, 0, 0, 0, Shares.NONE, List.of(problem), List.of());
    }

    private static void add(List<Part> parts, String name, Optional<ImageDataset> data) {
        data.ifPresent(d -> parts.add(new Part(name, d.size(), d.classCounts())));
    }
}
