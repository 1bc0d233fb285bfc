package dev.weft.train;

import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.recipe.Phase;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.run.RunFolder;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Goes on to the next phase of a run, as one does that is resumed there. */
record PhaseChange(RunFolder run, Recipe recipe, Loop loop, ShippedFamily shown) {
    /** The largest member is kept, where a later phase learns from it, and channels are sorted. */
    void go() {
        List<Phase> phases = recipe.train().phases();
        int next = loop.phase().index() + 1;
        String done = phases.get(loop.phase().index()).name();
        boolean teaches = recipe.train().ofPhases().stream()
                .anyMatch(rule -> rule.distillation().earlierPhase().equals(Optional.of(done)));
        if (teaches) {
            Member largest = loop.family().space().largest();
            try (MemberStatistics statistics = shown.calibrate(largest);
                    Family alone = loop.family().extract(largest, statistics)) {
                alone.save(run.phaseFamily(done));
            }
        }
        Set<String> sorting = phases.get(next).sorting(loop.family().space());
        if (!sorting.isEmpty()) {
            ChannelSorting.sort(loop.family(), sorting, trainedUntil(next));
        }
        loop.enter(next);
        run.database().event("phase", phases.get(next).name() + " after step " + loop.stepsDone());
    }

    /** The members that have trained before a phase. */
    private List<Space> trainedUntil(int next) {
        List<TrainSettings> rules = recipe.train().ofPhases();
        List<Space> trained = new ArrayList<>();
        for (int i = 0; i < next; i++) {
            trained.add(rules.get(i)
                    .sampler()
                    .reach(recipe.train().phases().get(i).within(loop.family().space())));
        }
        return trained;
    }
}
