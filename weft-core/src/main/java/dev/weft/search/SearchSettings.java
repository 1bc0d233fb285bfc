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
public sealed interface SearchSettings extends Search permits CoarseToFine, RandomSearch, Nsga2 {}
