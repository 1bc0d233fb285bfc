package dev.weft.data;

import dev.weft.data.ImageFolder.Entry;
import dev.weft.data.ImageFolderReader.Shape;
import dev.weft.export.Framing;
import java.util.List;
import java.util.Optional;

/** The image files of a folder: decoded once, or each time they are used where they are too many to hold in memory. */
final class FolderImages implements ImageDataset {
    private final String name;
    private final List<String> classes;
    private final Shape shape;
    private final List<Entry> entries;
    private final Background background;
    private final Optional<byte[]> decoded;

    /** @param decoded the pixels of all entries, one after another; empty to decode on demand */
    FolderImages(
            String name,
            List<String> classes,
            Shape shape,
            List<Entry> entries,
            Background background,
            Optional<byte[]> decoded) {
        this.name = name;
        this.classes = classes;
        this.shape = shape;
        this.entries = entries;
        this.background = background;
        this.decoded = decoded;
    }

    /** Whether data is a folder that memory holds, so that every image of it was decoded. */
    static boolean isDecoded(ImageDataset data) {
        return data instanceof FolderImages images && images.decoded.isPresent();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int channels() {
        return shape.channels();
    }

    @Override
    public int height() {
        return shape.height();
    }

    @Override
    public int width() {
        return shape.width();
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public int label(int index) {
        return entries.get(index).label();
    }

    @Override
    public String id(int index) {
        return entries.get(index).id();
    }

    @Override
    public void pixels(int index, byte[] into, int offset) {
        if (decoded.isPresent()) {
            System.arraycopy(decoded.get(), index * exampleBytes(), into, offset, exampleBytes());
            return;
        }
        byte[] planes = ImageFile.decode(entries.get(index).file(), channels(), shape::framing, background);
        System.arraycopy(planes, 0, into, offset, planes.length);
    }

    /** Pixels come from the file always, whether memory holds the resized image or not: what a run trains on must not depend on that. */
    @Override
    public void crop(int index, Crop crop, byte[] into, int offset) {
        byte[] planes = ImageFile.decode(
                entries.get(index).file(),
                channels(),
                (h, w) -> Framing.stretched(crop.of(h, w), height(), width()),
                background);
        System.arraycopy(planes, 0, into, offset, planes.length);
    }

    @Override
    public byte[] content(int index) {
        return entries.get(index).content();
    }
}
