package dev.weft.lab.cells;

import dev.weft.lab.study.StudySize;
import java.util.List;

/** The size of an experiment that is judged by a truth, which decides its numbers too. */
public record JudgedSize(StudySize size, GroundTruth truth) implements StudySize {
    @Override
    public List<Integer> budgets() {
        return size.budgets();
    }
}
