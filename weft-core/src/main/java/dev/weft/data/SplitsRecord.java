package dev.weft.data;

/** What a run writes down about its splits, and compares on resume: see {@link ImageSplits#record}. */
public record SplitsRecord(String source, Split train, Split selection, Split report) {
    /**
     * One split.
     *
     * @param idsSha256 SHA-256 of the lines {@code id TAB label} of the split, in its order
     * @param imagesSha256 of its images, see {@link ImageDataset#imagesSha256}
     */
    public record Split(String name, int examples, String idsSha256, String imagesSha256) {}
}
