package dev.weft.lab.study;

import dev.weft.report.Fact;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import java.util.List;
import java.util.Map;

/** The experiment of a {@link Study} with the settings of one user: what is run, what is measured, what is claimed, what is shown. */
public interface Design {
    StudySize size();

    /** The arms at a budget, in the order of the table: one that uses a training of another finds it kept. */
    List<Arm> arms(int epochs);

    /** The columns of the table; passes, updates and seconds come by themselves. */
    List<Column> columns();

    /** The paper's statements, our goals, and what is only reported; each is judged at every budget. */
    List<Claim> claims();

    /** What the facts of the study's file say in braces beside {@code {data}} and sizes: {@code {space}} where this has a word "space". */
    default Map<String, Object> words() {
        return Map.of();
    }

    /** What was the same for all arms and stands in no file; it is said before what does. */
    default List<Fact> facts(Findings findings) {
        return List.of();
    }

    /** Why it came out so, and what is not shown. */
    default List<String> notes(Findings findings) {
        return List.of();
    }

    /** Pictures beside those of charted columns and of learning curves. */
    default List<Plot> plots(Findings findings) {
        return List.of();
    }

    /** More pictures, by what they are about. */
    default List<FigureGroup> figures(Findings findings) {
        return List.of();
    }

    /** What was measured beyond the table, for the document; {@code null} for nothing. */
    default Object extra(Findings findings) {
        return null;
    }
}
