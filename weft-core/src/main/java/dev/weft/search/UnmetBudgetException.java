package dev.weft.search;

import dev.weft.io.InputException;

/** A budget that no member keeps to: which one, for searches within several. */
public final class UnmetBudgetException extends InputException {
    private static final long serialVersionUID = 1L;

    private final transient Constraints budget;

    UnmetBudgetException(Constraints budget, String message) {
        super(message);
        this.budget = budget;
    }

    /** The budget as the search was given it. */
    public Constraints budget() {
        return budget;
    }
}
