package dev.weft.report;

import java.util.Objects;

/** One line of a list of facts: {@code Fact("Processor", "2 cores, x86-64")}. */
public record Fact(String label, String value) {
    public Fact {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(value, "value");
    }
}
