package dev.weft.data;

import dev.weft.data.ImageFolder.Entry;
import dev.weft.data.ImageFolderReader.Shape;
import java.util.List;

/** Images too many to hold in memory: decoded each time they are used. */
final class FolderImages implements ImageDataset {
    private final String name;
    private final List<String> classes;
    private final Shape shape;
    private final List<Entry> entries;

    FolderImages(String name, List<String> classes, Shape shape, List<Entry> entries) {
        this.name = name;
        this.classes = classes;
        this.shape = shape;
        this.entries = entries;
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
        byte[] planes = ImageFile.decode(entries.get(index).file(), channels(), height(), width());
        System.arraycopy(planes, 0, into, offset, planes.length);
    }
}
