package dev.weft.lab;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.lab.bignas.BigNasStudy;
import dev.weft.lab.gm.GradientMatchingStudy;
import dev.weft.lab.mos.MosStudy;
import dev.weft.lab.pada.PadaStudy;
import dev.weft.lab.shiftnas.ShiftNasStudy;
import dev.weft.lab.study.Study;
import dev.weft.lab.tanglenas.TangleNasStudy;
import java.util.List;

/** The registry: every published system that can be reproduced. A new one is its package and its line here. */
public final class Studies {
    public static final List<Study> ALL = List.of(
            new BigNasStudy(),
            new TangleNasStudy(),
            new MosStudy(),
            new PadaStudy(),
            new ShiftNasStudy(),
            new GradientMatchingStudy());

    private Studies() {}

    /** @throws InputException when there is none of this name */
    public static Study named(String name) {
        return ALL.stream()
                .filter(study -> study.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException(Suggest.unknown(
                        "system", name, ALL.stream().map(Study::name).toList())));
    }
}
