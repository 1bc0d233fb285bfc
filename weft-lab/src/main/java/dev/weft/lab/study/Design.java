package dev.weft.lab.study;

import dev.weft.report.Fact;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import java.util.List;

/** The experiment of a {@link Study} with the settings of one user: what is run, what is measured, what is claimed, what is shown. */
public interface Design {
    StudySize size();

    /** The arms at a budget, in the order of the table: one that uses a training of another finds it kept. */
    List<Arm> arms(int epochs);

    /** The columns of the table; passes, updates and seconds come by themselves. */
    List<Column> columns();

    /** The paper's statements, our goals, and what is only reported; each is judged at every budget. */
    List<Claim> claims();

    /** What was the same for all arms. */
    List<Fact> facts(Findings findings);

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
