package dev.weft.lab;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.lab.gm.GradientMatchingReproduction;
import dev.weft.lab.pada.PadaReproduction;
import dev.weft.lab.study.Study;
import java.util.List;
import java.util.stream.Stream;

/** The registry: every system that can be reproduced. A new one is its package and its line here. */
public final class Reproductions {
    public static final List<Reproduction> ALL = List.of(
            new PadaReproduction(),
            
            new GradientMatchingReproduction());

    private Reproductions() {}

    /** @throws InputException when there is none of this name */
    public static Reproduction named(String name) {
        List<String> names = Stream.concat(
                        Studies.ALL.stream().map(Study::name), ALL.stream().map(Reproduction::name))
                .toList();
        return ALL.stream()
                .filter(r -> r.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException(Suggest.unknown("system", name, names)));
    }
}
