package dev.weft.weight;

import dev.weft.space.Member;

/**
 * One forward pass's view of the weights: whose they are, how its draws are made, and what it has computed so far. A pass passes it to
 * every weight and gate it reads, so two passes share nothing, whether they run in one another, one after another, or in two threads.
 *
 * @param member whose weights are read
 * @param temperature of whatever is drawn, above 0; 1 where nothing says otherwise
 * @param memo of this pass alone
 */
public record Reading(Member member, double temperature, Memo memo) {
    public Reading {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("temperature must be above 0 and finite, but is " + temperature + ".");
        }
    }

    /** The reading of a member by a pass that begins now, at temperature 1. */
    public static Reading of(Member member) {
        return new Reading(member, 1, Memo.fresh());
    }

    /** This reading as a pass that begins now has it: nothing is computed yet. */
    public Reading fresh() {
        return new Reading(member, temperature, Memo.fresh());
    }

    /** This reading at another temperature, of a pass of its own. */
    public Reading at(double temperature) {
        return new Reading(member, temperature, memo.remembers() ? Memo.fresh() : memo);
    }
}
