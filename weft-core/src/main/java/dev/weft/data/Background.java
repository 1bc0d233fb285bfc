package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a transparent picture is laid on. */
public enum Background {
    /** White, as most programs show transparent pictures. */
    @JsonProperty("white")
    WHITE(255),
    /** Black, for white figures. */
    @JsonProperty("black")
    BLACK(0),
    /** Grey, for figures some of which are white and some black. */
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
