package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a transparent picture is laid on. */
public enum Background {
    /** As most programs show it. */
    @JsonProperty("white")
    WHITE(255),
    /** For white figures. */
    @JsonProperty("black")
    BLACK(0),
    /** In the middle, for figures some of which are white and some black. */
    @JsonProperty("grey")
    GREY(128);

    private final int value;

    Background(int value) {
        this.value = value;
    }

    /** The grey value, 0 to 255, in every channel. */
    public int value() {
        return value;
    }
}
