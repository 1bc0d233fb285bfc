package dev.weft.pick;

import dev.weft.io.InputException;
import dev.weft.search.Constraints;

/**
 * A class of devices that one member is for.
 *
 * @param name of the member that is kept for it: letters, digits, '.', '-' and '_'; not largest or smallest
 * @param budget that its member keeps to
 */
public record Tier(String name, Constraints budget) {
    public Tier {
        checkName(name);
    }

    /** @throws InputException when a member cannot be kept under this name */
    public static void checkName(String name) {
        if (!name.matches("[A-Za-z0-9._-]+") || name.equals("largest") || name.equals("smallest")) {
            throw new InputException("A member's name must be letters, digits, '.', '-' and '_', and not largest or "
                    + "smallest, but got \"" + name + "\".");
        }
    }
}
