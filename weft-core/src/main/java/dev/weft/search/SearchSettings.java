package dev.weft.search;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** The searches that a recipe can name; what it leaves out has its default. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CoarseToFine.class, name = "coarse-to-fine"),
    @JsonSubTypes.Type(value = RandomSearch.class, name = "random"),
    @JsonSubTypes.Type(value = Nsga2.class, name = "nsga2")
})
public interface SearchSettings extends Search {
    /**
     * These settings in proportions that suit so many members, such as a population that has time for generations. How many are measured
     * is for the {@link SearchTask} to say.
     */
    default SearchSettings suiting(int members) {
        return this;
    }
}
