package dev.weft.cli;

import java.util.Arrays;
import java.util.Iterator;

/** The search strategies, for TAB. */
final class StrategyNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Arrays.stream(Strategy.values()).map(Strategy::title).iterator();
    }
}
