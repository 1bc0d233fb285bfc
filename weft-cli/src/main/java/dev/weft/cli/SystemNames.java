package dev.weft.cli;

import dev.weft.lab.Studies;
import dev.weft.lab.study.Study;
import java.util.Iterator;

/** The published systems that can be reproduced, for help texts and for TAB. */
final class SystemNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Studies.ALL.stream().map(Study::name).iterator();
    }
}
