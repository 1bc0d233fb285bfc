package dev.weft.lab.mos;

import dev.weft.data.Dataset;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.weight.RoutedWeights;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Loss on the report split, in nats a character, of the members that arms are judged by; and what an arm's weights are. */
final class MosMeasurement {
    /** Numbers in all weights that are trained: experts and routers with the rest. */
    static final String PARAMETERS = "parameters";
    /** The largest difference, over the measured members, between the loss of the routed member and of the collapsed model. */
    static final String COLLAPSE = "collapse";

    private MosMeasurement() {}

    /** @param members by name, each of the family's space */
    static Map<String, Double> of(Trainer trainer, Map<String, Member> members) {
        Family family = trainer.family();
        Dataset report = trainer.splits().report();
        Map<String, Double> values = new LinkedHashMap<>();
        members.forEach((name, member) -> values.put(name, loss(family, member, report)));
        values.put(
                PARAMETERS,
                family.weights().tensors().values().stream()
                        .mapToDouble(Tensor::numel)
                        .sum());
        if (family.strategy(RoutedWeights.class).isPresent()) {
            double most = 0;
            for (Map.Entry<String, Member> entry : members.entrySet()) {
                most = Math.max(
                        most, Math.abs(collapsedLoss(family, entry.getValue(), report) - values.get(entry.getKey())));
            }
            values.put(COLLAPSE, most);
        }
        return values;
    }

    /** A language model has no statistics to calibrate. */
    static double loss(Family family, Member member, Dataset data) {
        return Evaluation.loss(family, member, MemberStatistics.none(), data);
    }

    /** The loss of the static model that a member becomes: its mixtures are computed once, experts and routers are left behind. */
    static double collapsedLoss(Family family, Member member, Dataset data) {
        try (Family collapsed = family.extract(member, MemberStatistics.none())) {
            return loss(collapsed, Member.PLAIN, data);
        }
    }
}
