package dev.weft.lab.study;

import java.util.List;

/**
 * How large an experiment is: a record of all that decides its numbers beside seeds and the budget that is run. The folder of a study
 * keeps it, and refuses another.
 */
public interface StudySize {
    /** The budgets that are run unless the user gives others, in ascending order. */
    List<Integer> budgets();
}
