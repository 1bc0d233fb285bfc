package dev.weft.lab;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.lab.bignas.BigNasDesign;
import dev.weft.lab.gm.GmDesign;
import dev.weft.lab.mos.MosDesign;
import dev.weft.lab.pada.PadaDesign;
import dev.weft.lab.shiftnas.ShiftNasDesign;
import dev.weft.lab.study.Study;
import dev.weft.lab.tanglenas.TangleNasDesign;
import java.util.List;

/** The registry: every published system that can be reproduced. A new one is its package and its line here. */
public final class Studies {
    public static final List<Study> ALL = List.of(
            BigNasDesign.STUDY,
            TangleNasDesign.STUDY,
            MosDesign.STUDY,
            PadaDesign.STUDY,
            ShiftNasDesign.STUDY,
            GmDesign.STUDY);

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
