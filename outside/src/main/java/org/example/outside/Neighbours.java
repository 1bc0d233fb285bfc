package org.example.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.io.InputException;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

// tag::sampler[]
/** The largest member, a random one and some of its neighbours, so that a step moves members that are alike. */
@JsonTypeName("neighbours")
public record Neighbours(@JsonProperty(defaultValue = "2") int count) implements Sampler.Memoryless {
    public Neighbours {
        if (count < 1) {
            throw new InputException("Neighbours must have count >= 1, but got " + count + ".");
        }
    }

    @Override
    public List<TrainingMember> draw(Space space, RandomGenerator random) {
        List<TrainingMember> drawn = new ArrayList<>();
        drawn.add(new TrainingMember(Role.LARGEST, space.largest()));
        Member centre = space.sample(random);
        drawn.add(new TrainingMember(Role.RANDOM, centre));
        for (int i = 0; i < count; i++) {
            drawn.add(new TrainingMember(Role.RANDOM, space.mutate(centre, 0.3, random)));
        }
        return drawn;
    }

    @Override
    public boolean drawsLargest() {
        return true;
    }

    @Override
    public int membersPerStep(Space space) {
        return count + 2;
    }
}
// end::sampler[]
