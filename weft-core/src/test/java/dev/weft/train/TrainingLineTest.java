package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.space.Member;
import dev.weft.step.MemberLoss;
import dev.weft.step.StepReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingLineTest {
    private static MemberLoss loss(Role role, double loss) {
        return new MemberLoss(new TrainingMember(role, Member.PLAIN), loss);
    }

    @Test
    void measuresOfAnUpdateAreShownByNameBesideTheLosses() {
        assertThat(TrainingLine.numbers(new StepReport(
                        7,
                        40,
                        0.05,
                        List.of(loss(Role.LARGEST, 0.5), loss(Role.RANDOM, 0.7)),
                        Map.of("gains", Map.of("largestGain", 1.0625)))))
                .isEqualTo("loss largest 0.500, largestGain 1.06");
        assertThat(TrainingLine.numbers(new StepReport(7, 40, 0.05, List.of(loss(Role.RANDOM, 0.7)))))
                .isEmpty();
    }
}
