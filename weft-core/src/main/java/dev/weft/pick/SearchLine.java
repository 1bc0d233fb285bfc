package dev.weft.pick;

import dev.weft.io.Progress;
import dev.weft.search.SearchListener;
import dev.weft.search.SearchProgress;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Prints how far a search is: a line that is rewritten on a terminal, and else one every five seconds.
 *
 * <pre>{@code
 * run.search(new CoarseToFine(), objectives, budget, 42, SearchLine.to(System.err));
 * }</pre>
 */
public final class SearchLine implements SearchListener {
    private final Progress progress;

    private SearchLine(PrintWriter out) {
        this.progress = Progress.start(out, "search", 0);
    }

    /** A listener for one search, which begins now. */
    public static SearchLine to(PrintStream out) {
        return to(new PrintWriter(out, true, StandardCharsets.UTF_8));
    }

    /** The same for a writer, which is flushed after each line. */
    public static SearchLine to(PrintWriter out) {
        return new SearchLine(out);
    }

    @Override
    public void progress(SearchProgress state) {
        String best = state.best()
                .flatMap(member -> member.find(state.goal()))
                .map(value -> "best " + state.goal().text(value))
                .orElse("");
        progress.update(state.candidates(), state.planned(), "members", best);
    }

    /** Ends it with a line that stays, such as {@code 100 members measured}. */
    public void done(String line) {
        progress.done(line);
    }
}
