package dev.weft.report;

import java.util.List;
import java.util.Objects;

/**
 * Pictures that belong together, under a heading of their own.
 *
 * @param hint how to read them; may be empty
 */
public record FigureGroup(String title, String hint, List<Figure> figures) {
    public FigureGroup {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(hint, "hint");
        figures = List.copyOf(figures);
    }
}
