package dev.weft.cli;

import java.util.Iterator;

/** The search strategies, for TAB. */
final class StrategyNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Strategy.names(Installed.kinds()).iterator();
    }
}
