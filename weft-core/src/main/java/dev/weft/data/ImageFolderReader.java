package dev.weft.data;

import dev.weft.data.ImageFile.Header;
import dev.weft.data.ImageFolder.Entry;
import dev.weft.data.ImageFolder.Part;
import dev.weft.export.Framing;
import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Turns the files of a folder into a data set. While all parts fit in {@link #cacheBytes}, every image is decoded when the folder
 * is opened, on all cores, so that a damaged one is found before training starts. A larger folder has its headers checked when
 * opened, and its images are decoded each time they are used.
 */
final class ImageFolderReader {
    private static final long MAX_CACHE_BYTES = 1L << 30;

    private ImageFolderReader() {}

    static ImageParts open(ImageFolder folder, String name, FolderOptions options) {
        return open(folder, name, options, cacheBytes());
    }

    static ImageParts open(ImageFolder folder, String name, FolderOptions options, long cacheBytes) {
        ImageFolder.requireNone(folder.path(), folder.problems());
        List<Entry> entries = folder.allEntries();
        List<String> problems = new ArrayList<>();
        List<Header> headers = each(entries, entry -> ImageFile.header(entry.file()), problems);
        ImageFolder.requireNone(folder.path(), problems);
        if (options.colour() == Colour.AS_FOUND) {
            mixedColour(entries, headers).ifPresent(problems::add);
            ImageFolder.requireNone(folder.path(), problems);
        }
        ImageParts parts = read(folder, name, options, headers, cacheBytes, problems);
        ImageFolder.requireNone(folder.path(), problems);
        return parts;
    }

    /** @param problems gets those of images that cannot be decoded, which are left black */
    private static ImageParts read(
            ImageFolder folder,
            String name,
            FolderOptions options,
            List<Header> headers,
            long cacheBytes,
            List<String> problems) {
        boolean grey = options.colour() == Colour.GREY
                || options.colour() == Colour.AS_FOUND && headers.get(0).grey();
        Shape shape = shape(options, headers, grey ? 1 : 3);
        boolean decodeNow = (long) headers.size() * shape.bytes() <= cacheBytes;
        ImageDataset[] read = new ImageDataset[3];
        for (Part part : folder.parts()) {
            String partName = name + "/" + part.name();
            Optional<byte[]> pixels = decodeNow
                    ? Optional.of(decoded(part.entries(), shape, options.background(), problems))
                    : Optional.empty();
            read[List.of("train", "val", "test").indexOf(part.name())] =
                    new FolderImages(partName, folder.classes(), shape, part.entries(), options.background(), pixels);
        }
        return new ImageParts(
                name, read[0], Optional.ofNullable(read[1]), Optional.ofNullable(read[2]), folder.passedOver());
    }

    static DataInspection inspect(ImageFolder folder, String name) {
        List<Entry> entries = folder.allEntries();
        List<String> problems = new ArrayList<>(folder.problems());
        List<Header> headers = each(entries, entry -> ImageFile.header(entry.file()), problems);
        mixedColour(entries, headers).ifPresent(problems::add);
        List<Header> sound = headers.stream().filter(Objects::nonNull).toList();
        Optional<ImageParts> parts = problems.isEmpty()
                ? Optional.of(read(folder, name, FolderOptions.defaults(), headers, cacheBytes(), problems))
                : Optional.empty();
        if (parts.map(ImageParts::train).filter(FolderImages::isDecoded).isEmpty()) {
            List<Entry> undecoded = IntStream.range(0, headers.size())
                    .filter(i -> headers.get(i) != null)
                    .mapToObj(entries::get)
                    .toList();
            each(undecoded, entry -> ImageFile.decode(entry.file(), 3, 1, 1, Background.WHITE), problems);
        }
        List<String> notes = new ArrayList<>();
        count(
                        sound,
                        Header::turned,
                        "turned upright, as its orientation says",
                        "turned upright, as their orientation says")
                .ifPresent(notes::add);
        count(
                        sound,
                        Header::transparent,
                        "transparent, and laid on white unless data.background says otherwise",
                        "transparent, and laid on white unless data.background says otherwise")
                .ifPresent(notes::add);
        folder.passedOver().forEach(each -> notes.add(each.note()));
        int grey = (int) sound.stream().filter(Header::grey).count();
        return new DataInspection(
                DataKind.IMAGES.title(),
                folder.parts().stream()
                        .map(part -> counted(part, folder.classes().size()))
                        .toList(),
                folder.classes(),
                entries.size(),
                sound.stream().mapToInt(Header::height).min().orElse(0),
                sound.stream().mapToInt(Header::width).min().orElse(0),
                sound.stream().mapToInt(Header::height).max().orElse(0),
                sound.stream().mapToInt(Header::width).max().orElse(0),
                grey,
                sound.size() - grey,
                problems.isEmpty() ? DataInspection.Shares.of(parts.orElseThrow()) : DataInspection.Shares.NONE,
                problems,
                notes);
    }

    /** How many pictures are so, in a sentence; empty where none is. */
    private static Optional<String> count(List<Header> headers, Predicate<Header> those, String one, String several) {
        long found = headers.stream().filter(those).count();
        return found == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d of %,d pictures %s",
                        found,
                        headers.size(),
                        found == 1 ? "is " + one : "are " + several));
    }

    /** How much decoded data is kept: 1 GiB, or less where Java's heap is small. */
    static long cacheBytes() {
        return Math.min(MAX_CACHE_BYTES, MemoryLimit.bytes());
    }

    /** The shape of every image of the data set, and how a picture of another shape comes to it. */
    record Shape(int channels, int height, int width, OptionalDouble centreCrop) {
        int bytes() {
            return channels * height * width;
        }

        Framing framing(int pictureHeight, int pictureWidth) {
            return centreCrop.isPresent()
                    ? Framing.centred(pictureHeight, pictureWidth, height, centreCrop.getAsDouble())
                    : Framing.stretched(pictureHeight, pictureWidth, height, width);
        }
    }

    private static Shape shape(FolderOptions options, List<Header> headers, int channels) {
        if (options.side().isPresent()) {
            return new Shape(channels, options.side().getAsInt(), options.side().getAsInt(), options.centreCrop());
        }
        int height = headers.get(0).height();
        int width = headers.get(0).width();
        boolean common = height <= FolderOptions.MAX_COMMON_SIDE
                && width <= FolderOptions.MAX_COMMON_SIDE
                && headers.stream().allMatch(h -> h.height() == height && h.width() == width);
        return common
                ? new Shape(channels, height, width, OptionalDouble.empty())
                : new Shape(channels, FolderOptions.DEFAULT_SIDE, FolderOptions.DEFAULT_SIDE, OptionalDouble.empty());
    }

    private static byte[] decoded(List<Entry> entries, Shape shape, Background background, List<String> problems) {
        byte[] pixels = new byte[Math.multiplyExact(entries.size(), shape.bytes())];
        each(
                IntStream.range(0, entries.size()).boxed().toList(),
                index -> {
                    byte[] planes =
                            ImageFile.decode(entries.get(index).file(), shape.channels(), shape::framing, background);
                    System.arraycopy(planes, 0, pixels, index * planes.length, planes.length);
                    return true;
                },
                problems);
        return pixels;
    }

    private static Optional<String> mixedColour(List<Entry> entries, List<Header> headers) {
        long grey = headers.stream().filter(h -> h != null && h.grey()).count();
        long colour = headers.stream().filter(h -> h != null && !h.grey()).count();
        if (grey == 0 || colour == 0) {
            return Optional.empty();
        }
        boolean oddIsGrey = grey < colour;
        int odd = IntStream.range(0, headers.size())
                .filter(i -> headers.get(i) != null && headers.get(i).grey() == oddIsGrey)
                .findFirst()
                .getAsInt();
        return Optional.of(String.format(
                Locale.ROOT,
                "Images must be all grey or all in colour, but %s is %s (like %d) and %d are %s: convert, or choose to read all as grey or all as colour",
                entries.get(odd).file(),
                oddIsGrey ? "grey" : "in colour",
                Math.min(grey, colour),
                Math.max(grey, colour),
                oddIsGrey ? "in colour" : "grey"));
    }

    /** Runs on all cores; results and problems keep the order of the items, and an item with a problem has the result null. */
    private static <I, R> List<R> each(List<I> items, Function<I, R> work, List<String> problems) {
        Object[] results = new Object[items.size()];
        String[] failed = new String[items.size()];
        IntStream.range(0, items.size()).parallel().forEach(i -> {
            try {
                results[i] = work.apply(items.get(i));
            } catch (InputException e) {
                failed[i] = e.getMessage();
            }
        });
        List<R> list = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
            @SuppressWarnings("unchecked") // only results of work are stored above
            R result = (R) results[i];
            list.add(result);
            if (failed[i] != null) {
                problems.add(failed[i]);
            }
        }
        return list;
    }

    private static DataInspection.Part counted(Part part, int classes) {
        int[] counts = new int[classes];
        part.entries().forEach(entry -> counts[entry.label()]++);
        return new DataInspection.Part(
                part.name(), part.entries().size(), IntStream.of(counts).boxed().toList());
    }
}
