package dev.weft.sample.level;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.optim.Optimizer;

/** The source of the members of a cost level. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = LevelMembers.Generator.class, name = "generator"),
    @JsonSubTypes.Type(value = LevelMembers.Rejection.class, name = "rejection"),
    @JsonSubTypes.Type(value = LevelMembers.ConditionalTable.class, name = "conditional-table")
})
public sealed interface LevelMembers {
    /**
     * The generator of the recipe's sharing, trained along: {@code lambda · ((cost - target) / range)²} is added to a member's loss.
     *
     * @param lambda of that term, with costs in units of the space's range; not published. With too small a one members miss their level
     * @param optimizer of the generator; not published, Adam 1e-3 is ours
     */
    record Generator(double lambda, Optimizer optimizer) implements LevelMembers {
        public Generator {
            if (!(lambda > 0 && Double.isFinite(lambda)) || optimizer == null) {
                throw new InputException("Members of a generator must have lambda > 0 and an optimizer, but got lambda="
                        + lambda + ", optimizer=" + optimizer + ".");
            }
        }
    }

    /**
     * Uniform draws until one is of the level: uniform over the level, and the reference for the others.
     *
     * @param draws at most; then the nearest is taken
     */
    record Rejection(int draws) implements LevelMembers {
        public Rejection {
            if (draws < 1) {
                throw new InputException("Members by rejection must have draws >= 1, but got " + draws + ".");
            }
        }
    }

    /**
     * Each decision by how often the level's members pick its options, see {@link dev.weft.cost.LevelFrequencies}.
     *
     * @param members that are counted once, at the start
     * @param draws for one of the level, at most; 100 in AttentiveNAS
     */
    record ConditionalTable(int members, int draws) implements LevelMembers {
        public ConditionalTable {
            if (members < 1 || draws < 1) {
                throw new InputException("Members by a conditional table must have members and draws >= 1, but got"
                        + " members=" + members + ", draws=" + draws + ".");
            }
        }
    }
}
