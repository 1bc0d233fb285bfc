package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A data set that goes by a name. */
public sealed interface DataListing permits ImageListing, TextListing {
    /** What {@link DataCatalog#open} or {@link TextSource#open} takes. */
    String name();

    /** {@code images} or {@code text}. */
    @JsonProperty
    String kind();

    /** Whether it is on this machine. */
    boolean available();

    String licence();

    /** The place where the data is, or how to get it. */
    String howTo();
}
