package dev.weft.examples;

import dev.weft.ops.Ops;
import dev.weft.space.Member;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

// tag::weight[]
/** One weight under the mask of the member's task. */
record MaskedWeight(Weight weight, Map<String, Weight> masks) implements Weight {
    @Override
    public Tensor tensor(Reading reading) {
        Member member = reading.member();
        Weight mask = masks.get(member.context().get("task"));
        if (mask == null) {
            throw new IllegalArgumentException(
                    "Member \"" + member + "\" must name a task, @task=NAME, of " + masks.keySet() + ".");
        }
        return Ops.multiply(weight.tensor(reading), mask.tensor(reading).detach());
    }

    @Override
    public List<Integer> shape(Member member) {
        return weight.shape(member);
    }
}
// end::weight[]
