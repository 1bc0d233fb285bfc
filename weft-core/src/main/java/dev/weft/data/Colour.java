package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a folder of images is read. */
public enum Colour {
    /** Colour is kept as the files have it: all must be grey, or all in colour. */
    @JsonProperty("asFound")
    AS_FOUND,
    /** Three channels; a grey image gets three equal planes. */
    @JsonProperty("colour")
    COLOUR,
    /** One channel: {@code 0.299 red + 0.587 green + 0.114 blue}, rounded. */
    @JsonProperty("grey")
    GREY
}
