package org.example.outside;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.cost.CountedCosts;
import dev.weft.cost.MemberCosts;
import dev.weft.cost.Meter;
import dev.weft.metric.Direction;
import dev.weft.metric.Form;
import dev.weft.metric.Metric;
import dev.weft.metric.Needs;
import dev.weft.metric.Shown;
import dev.weft.model.Family;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;

// tag::meter[]
/**
 * An estimate of the energy of one inference from its counts: each multiply-add in float32 takes 4.6 pJ and each weight that is read
 * from memory 640 pJ, as Horowitz gives for 45 nm ("Computing's Energy Problem", ISSCC 2014).
 */
@JsonTypeName("energy")
public record Energy() implements Meter {
    /** The unit of the number is the microjoule. */
    public static final Metric MICROJOULES = new Metric(
            "energyMicrojoules", "Energy", Direction.MINIMIZE, Needs.SHAPES, Form.plain("µJ", 3), Shown.EVERYWHERE);

    @Override
    public List<Metric> metrics() {
        return List.of(MICROJOULES);
    }

    @Override
    public Map<Metric, Double> measure(Family family, Member member) {
        try (CountedCosts counted = new CountedCosts(family.definition())) {
            MemberCosts costs = counted.of(member);
            return Map.of(MICROJOULES, (4.6 * costs.macs() + 640 * costs.params()) * 1e-6);
        }
    }
}
// end::meter[]
