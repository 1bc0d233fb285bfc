package dev.weft.data;

import java.util.List;
import java.util.Objects;

/** Some examples of another data set, in a given order. Ids are those of the other data set. */
final class ImageSubset implements ImageDataset {
    private final String name;
    private final ImageDataset whole;
    private final int[] indices;

    ImageSubset(String name, ImageDataset whole, List<Integer> indices) {
        this.name = name;
        this.whole = whole;
        this.indices = indices.stream().mapToInt(Integer::intValue).toArray();
        for (int index : this.indices) {
            Objects.checkIndex(index, whole.size());
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> classes() {
        return whole.classes();
    }

    @Override
    public int channels() {
        return whole.channels();
    }

    @Override
    public int height() {
        return whole.height();
    }

    @Override
    public int width() {
        return whole.width();
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public int label(int index) {
        return whole.label(indices[index]);
    }

    @Override
    public String id(int index) {
        return whole.id(indices[index]);
    }

    @Override
    public void pixels(int index, byte[] into, int offset) {
        whole.pixels(indices[index], into, offset);
    }

    @Override
    public void crop(int index, Crop crop, byte[] into, int offset) {
        whole.crop(indices[index], crop, into, offset);
    }

    @Override
    public byte[] content(int index) {
        return whole.content(indices[index]);
    }
}
