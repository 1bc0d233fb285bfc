package dev.weft.metric;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether more or less of a metric is better. */
public enum Direction {
    @JsonProperty("maximize")
    MAXIMIZE,
    @JsonProperty("minimize")
    MINIMIZE
}
