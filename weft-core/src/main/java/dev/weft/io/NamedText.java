package dev.weft.io;

/**
 * The text of a document.
 *
 * @param where what messages call it, such as a file's name
 */
public record NamedText(String where, String text) {}
