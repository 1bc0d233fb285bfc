package dev.weft.cli;

import dev.weft.lab.Reproduction;
import dev.weft.lab.Reproductions;
import java.util.Iterator;

/** The published systems that can be reproduced, for help texts and for TAB. */
final class SystemNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Reproductions.ALL.stream().map(Reproduction::name).iterator();
    }
}
