package dev.weft.cli;

import dev.weft.lab.Reproduction;
import dev.weft.lab.Reproductions;
import dev.weft.lab.Studies;
import dev.weft.lab.study.Study;
import java.util.Iterator;
import java.util.stream.Stream;

/** The published systems that can be reproduced, for help texts and for TAB. */
final class SystemNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Stream.concat(
                        Studies.ALL.stream().map(Study::name),
                        Reproductions.ALL.stream().map(Reproduction::name))
                .iterator();
    }
}
