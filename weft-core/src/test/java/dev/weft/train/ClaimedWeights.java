package dev.weft.train;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.model.Family;
import dev.weft.space.Space;
import dev.weft.step.Step;
import dev.weft.step.Update;
import dev.weft.step.Updating;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;

/**
 * A sharing whose update says that it moves the parameters in whose names a text is found, and moves none.
 *
 * @param update its name
 * @param part that text; empty for no parameter
 * @param readsMembers whether it says that it reads the gradients of the members
 */
@JsonTypeName("claimed")
public record ClaimedWeights(String update, String part, boolean readsMembers) implements Sharing {
    static final AtomicInteger OPEN = new AtomicInteger(); // updates that nobody has closed

    @Override
    public Weights over(Weights source, Space space) {
        return new Claimed(source, this);
    }

    private record Claimed(Weights source, ClaimedWeights settings) implements WrappedWeights, Updating {
        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            return source.weight(name, init, axes);
        }

        @Override
        public Update update(Family family) {
            return settings.claim();
        }
    }

    Update claim() {
        OPEN.incrementAndGet();
        return new Update() {
            @Override
            public String name() {
                return update;
            }

            @Override
            public boolean owns(String parameter) {
                return !part.isEmpty() && parameter.contains(part);
            }

            @Override
            public boolean readsMembers() {
                return readsMembers;
            }

            @Override
            public void step(Step step) {}

            @Override
            public Map<String, Tensor> state() {
                return Map.of();
            }

            @Override
            public void close() {
                OPEN.decrementAndGet();
            }
        };
    }
}
