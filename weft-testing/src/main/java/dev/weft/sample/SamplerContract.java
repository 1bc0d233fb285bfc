package dev.weft.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.space.Space;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds for every sampler; implement it for a new one. */
public interface SamplerContract {
    Sampler.Memoryless sampler();

    Space space();

    /** The kinds that the sampler is among. */
    default Kinds kinds() {
        return Kinds.builtIn();
    }

    @Test
    default void everyDrawnMemberIsOfTheSpace() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 50; i++) {
            assertThat(sampler().draw(space(), random)).isNotEmpty().allMatch(draw -> space().contains(draw.member()));
        }
    }

    @Test
    default void rolesSayWhichMemberItIs() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 50; i++) {
            for (TrainingMember draw : sampler().draw(space(), random)) {
                if (draw.role() == Role.LARGEST) {
                    assertThat(draw.member()).isEqualTo(space().largest());
                } else if (draw.role() == Role.SMALLEST) {
                    assertThat(draw.member()).isEqualTo(space().smallest());
                }
            }
        }
    }

    /** Its logits teach the others, so they must be there before. */
    @Test
    default void theLargestComesFirstAndOnce() {
        var draws = sampler().draw(space(), new SplittableRandom(3));
        assertThat(IntStream.range(0, draws.size())
                        .filter(i -> draws.get(i).role() == Role.LARGEST)
                        .max()
                        .orElse(0))
                .isZero();
    }

    @Test
    default void saysWhetherEveryStepHasTheLargest() {
        SplittableRandom random = new SplittableRandom(5);
        boolean always = IntStream.range(0, 50)
                .allMatch(i -> sampler().draw(space(), random).stream().anyMatch(draw -> draw.role() == Role.LARGEST));
        assertThat(sampler().drawsLargest()).isEqualTo(always);
    }

    @Test
    default void drawsDependOnTheGeneratorAlone() {
        assertThat(sampler().draw(space(), new SplittableRandom(4)))
                .isEqualTo(sampler().draw(space(), new SplittableRandom(4)));
    }

    @Test
    default void readsBackFromItsDocument() {
        String text = Json.writeLine(sampler());
        assertThat(Json.parse(text, "sampler", Sampler.class, kinds())).isEqualTo(sampler());
    }
}
