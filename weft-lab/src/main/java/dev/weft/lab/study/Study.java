package dev.weft.lab.study;

import dev.weft.report.ExperimentReport.Paper;
import java.util.List;

/** One published system with its baselines, to be measured on data one has. {@link StudyRun} does the work. */
public interface Study {
    /** What {@code weft reproduce} calls it: lower case, without blanks. */
    String name();

    /** What people call it: {@code BigNAS}. */
    String title();

    Paper paper();

    /** One line for lists: what is compared. */
    String description();

    /** The paper's claim and what is expected of it at this scale, in sentences. */
    String claim();

    /** The data it is meant for, where the user names none. */
    String data();

    /** What a number of {@code --epochs} counts, and what it does not: {@code epochs of every arm but B2}. */
    String budget();

    /** Parts that are run only when they are asked for, {@code --with NAME}; may be empty. */
    default List<Part> parts() {
        return List.of();
    }

    /** A part of a study that is run only when it is asked for. */
    record Part(String name, String description) {}

    /**
     * The experiment, with these settings.
     *
     * @throws dev.weft.io.InputException when it cannot be done on such data; nothing is then written
     */
    Design design(StudySettings settings);
}
