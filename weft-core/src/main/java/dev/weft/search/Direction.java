package dev.weft.search;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether more or less of a metric is better. */
public enum Direction {
    @JsonProperty("maximize")
    MAXIMIZE,
    @JsonProperty("minimize")
    MINIMIZE
}
