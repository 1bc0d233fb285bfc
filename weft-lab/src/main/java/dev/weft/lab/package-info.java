/**
 * Published systems as experiments. Each is a package of its own beneath, which says what is particular to it, and one line in {@link
 * dev.weft.lab.Studies}; {@link dev.weft.lab.study} does the rest. May use weft-core only.
 */
package dev.weft.lab;
