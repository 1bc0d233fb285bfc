package dev.weft.data;

/**
 * A text that goes by a name.
 *
 * @param name what {@link TextSource#open} takes
 * @param available whether it is on this machine
 * @param characters Unicode code points
 * @param howTo where it is, or how to get it
 */
public record TextListing(
        String name, boolean available, int characters, int distinctCharacters, String licence, String howTo)
        implements DataListing {
    @Override
    public String kind() {
        return "text";
    }
}
