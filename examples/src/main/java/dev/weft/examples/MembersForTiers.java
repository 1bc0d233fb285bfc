package dev.weft.examples;

import dev.weft.onnx.ExportOptions;
import dev.weft.pick.FinishedRun;
import dev.weft.pick.SearchLine;
import dev.weft.pick.Tier;
import dev.weft.pick.Tiers;
import dev.weft.search.CoarseToFine;
import dev.weft.search.Objective;
import dev.weft.search.SearchResult;
import java.nio.file.Path;
import java.util.List;

/** Finds the best member of a trained family for each of several classes of devices, in one search, and ships them. */
public final class MembersForTiers {
    private MembersForTiers() {}

    /** @param args the folder of a run whose training is finished */
    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        // tag::members-for-tiers[]
        try (FinishedRun run = FinishedRun.open(folder)) {
            List<Objective> objectives = List.of(Objective.of("accuracy"), Objective.of("latencyMillis"));
            Tiers tiers = Tiers.parse("latencyMillis<=0.5;1;2").named(List.of("watch", "phone", "tablet"));
            SearchResult found = run.search(new CoarseToFine(), objectives, tiers, 42, SearchLine.to(System.err));
            run.keep(tiers.members(found)); // in family.safetensors, with statistics and numbers
            for (Tier tier : tiers.tiers()) {
                run.export(tier.name(), ExportOptions.onnx(folder.resolve(tier.name() + ".onnx")));
            }
        }
        // end::members-for-tiers[]
    }
}
