package dev.weft.lab;

import dev.weft.lab.bignas.BigNasStudy;
import dev.weft.lab.mos.MosStudy;
import dev.weft.lab.shiftnas.ShiftNasStudy;
import dev.weft.lab.study.Study;
import dev.weft.lab.tanglenas.TangleNasStudy;
import java.util.List;
import java.util.Optional;

/** The registry: every published system that can be reproduced. A new one is its package and its line here. */
public final class Studies {
    public static final List<Study> ALL = List.of(new BigNasStudy(), new TangleNasStudy(), new MosStudy(), new ShiftNasStudy());

    private Studies() {}

    /** The study of this name, if there is one. */
    public static Optional<Study> find(String name) {
        return ALL.stream().filter(study -> study.name().equals(name)).findFirst();
    }
}
