package dev.weft.lab.bignas;

import dev.weft.nn.MemberStatistics;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Accuracy on the report split, in percent, of the members that arms are judged by. */
final class BigNasMeasurement {
    static final String RANDOM = "random";
    /** Ending of the values that were measured with running statistics instead of recalibrated ones. */
    static final String NOT_RECALIBRATED = ".not-recalibrated";

    private final BigNasScale scale;

    BigNasMeasurement(BigNasScale scale) {
        this.scale = scale;
    }

    /** The measurements of a supernet: the three sizes and the mean of the random members, twice where it kept running statistics. */
    Map<String, Double> ofSupernet(Trainer trainer) {
        Map<String, Double> values = new LinkedHashMap<>();
        supernet(trainer, trainer::calibrate, "", values);
        if (trainer.settings().recipe().train().runningStatistics()) {
            supernet(trainer, trainer::runningStatistics, NOT_RECALIBRATED, values);
        }
        return values;
    }

    /** The accuracy of a model trained alone, under the name of its size. */
    Map<String, Double> ofPlain(Trainer trainer, String size) {
        return Map.of(size, percent(trainer, trainer.family().space().largest(), trainer::calibrate));
    }

    private void supernet(
            Trainer trainer, Function<Member, MemberStatistics> statistics, String ending, Map<String, Double> values) {
        Space space = trainer.family().space();
        for (String size : BigNasMembers.SIZES) {
            values.put(size + ending, percent(trainer, BigNasMembers.ofSize(size, space), statistics));
        }
        List<Member> random = BigNasMembers.random(space, scale.randomMembers(), scale.memberSeed());
        values.put(
                RANDOM + ending,
                random.stream()
                        .mapToDouble(member -> percent(trainer, member, statistics))
                        .average()
                        .orElseThrow());
    }

    private static double percent(Trainer trainer, Member member, Function<Member, MemberStatistics> statistics) {
        try (MemberStatistics own = statistics.apply(member)) {
            return 100
                    * Evaluation.accuracy(
                            trainer.family(), member, own, trainer.splits().report());
        }
    }
}
