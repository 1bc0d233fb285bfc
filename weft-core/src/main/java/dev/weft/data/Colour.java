package dev.weft.data;

/** How a folder of images is read. */
public enum Colour {
    /** As the files are: all must be grey, or all in colour. */
    AS_FOUND,
    /** Three channels; a grey image gets three equal planes. */
    COLOUR,
    /** One channel: {@code 0.299 red + 0.587 green + 0.114 blue}, rounded. */
    GREY
}
