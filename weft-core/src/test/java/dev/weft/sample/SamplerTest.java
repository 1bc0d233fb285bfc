package dev.weft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.weft.io.InputException;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.sample.fair.FairSampler;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.TinyTraining;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final Space SPACE = TinyTraining.boundModel().space();

    @Test
    void settingsReadAsWords() {
        assertThat(new Sampler.Sandwich(2).inWords()).isEqualTo("sandwich, random 2");
        assertThat(new Sampler.Largest().inWords()).isEqualTo("largest");
        assertThat(new FairSampler(true).inWords()).startsWith("fair").doesNotContain("[", "{");
    }

    private abstract static class OnTinySpace implements SamplerContract {
        @Override
        public Space space() {
            return SPACE;
        }
    }

    @Nested
    class Sandwich extends OnTinySpace {
        @Override
        public Sampler.Memoryless sampler() {
            return new Sampler.Sandwich(2);
        }

        @Test
        void isLargestThenSmallestThenRandomMembers() {
            assertThat(sampler().draw(SPACE, new SplittableRandom(1)))
                    .extracting(TrainingMember::role)
                    .containsExactly(Role.LARGEST, Role.SMALLEST, Role.RANDOM, Role.RANDOM);
            assertThat(new Sampler.Sandwich(0).draw(SPACE, new SplittableRandom(1)))
                    .containsExactly(
                            new TrainingMember(Role.LARGEST, SPACE.largest()),
                            new TrainingMember(Role.SMALLEST, SPACE.smallest()));
        }
    }

    @Nested
    class SinglePath extends OnTinySpace {
        @Override
        public Sampler.Memoryless sampler() {
            return new Sampler.SinglePath(3);
        }

        @Test
        void reachesEveryMember() {
            SplittableRandom random = new SplittableRandom(6);
            Set<Member> seen = new HashSet<>();
            for (int i = 0; i < 1000; i++) {
                List<TrainingMember> draws = sampler().draw(SPACE, random);
                assertThat(draws).hasSize(3).allMatch(draw -> draw.role() == Role.RANDOM);
                draws.forEach(draw -> seen.add(draw.member()));
            }
            assertThat(seen).hasSize(SPACE.count().intValueExact());
        }
    }

    @Nested
    class StochasticSandwich extends OnTinySpace {
        @Override
        public Sampler.Memoryless sampler() {
            return new Sampler.StochasticSandwich(0.2, 0.3);
        }

        /** One member a step; of 10,000 steps the standard deviation of a count is under 50. */
        @Test
        void drawsTheExtremesAsOftenAsItSays() {
            SplittableRandom random = new SplittableRandom(6);
            int[] counts = new int[Role.values().length];
            Set<Member> seen = new HashSet<>();
            for (int i = 0; i < 10_000; i++) {
                List<TrainingMember> draws = sampler().draw(SPACE, random);
                assertThat(draws).hasSize(1);
                counts[draws.get(0).role().ordinal()]++;
                seen.add(draws.get(0).member());
            }
            assertThat(counts[Role.LARGEST.ordinal()]).isBetween(1800, 2200);
            assertThat(counts[Role.SMALLEST.ordinal()]).isBetween(2800, 3200);
            assertThat(counts[Role.RANDOM.ordinal()]).isBetween(4800, 5200);
            assertThat(seen).hasSize(SPACE.count().intValueExact());
        }

        @Test
        void probabilitiesThatExceedOneAreRefused() {
            assertThatThrownBy(() -> new Sampler.StochasticSandwich(0.6, 0.5))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("largest=0.6, smallest=0.5");
            assertThatThrownBy(() -> new Sampler.StochasticSandwich(-0.1, 0.5)).isInstanceOf(InputException.class);
        }
    }

    @Nested
    class Largest extends OnTinySpace {
        @Override
        public Sampler.Memoryless sampler() {
            return new Sampler.Largest();
        }

        @Test
        void isTheLargestAlone() {
            assertThat(sampler().draw(SPACE, new SplittableRandom(1)))
                    .containsExactly(new TrainingMember(Role.LARGEST, SPACE.largest()));
        }
    }

    @Nested
    class Blend extends OnTinySpace {
        @Override
        public Sampler.Memoryless sampler() {
            return new Sampler.Blend();
        }

        @Test
        void isOneBlendOfAllWithADrawOfItsOwnEachTime() {
            SplittableRandom random = new SplittableRandom(1);
            List<TrainingMember> one = sampler().draw(SPACE, random);
            assertThat(one).extracting(TrainingMember::role).containsExactly(Role.BLEND);
            assertThat(one.get(0).member().context()).containsKey("blend");
            assertThat(sampler().draw(SPACE, random)).isNotEqualTo(one);
        }
    }

    @Test
    void everyRegisteredSamplerHasItsContractTest() {
        Set<String> tested = Arrays.stream(SamplerTest.class.getDeclaredClasses())
                .filter(OnTinySpace.class::isAssignableFrom)
                .map(Class::getSimpleName)
                .collect(Collectors.toSet());
        assertThat(Sampler.class.getAnnotation(JsonSubTypes.class).value())
                .filteredOn(type -> Sampler.Memoryless.class.isAssignableFrom(type.value()))
                .allSatisfy(type -> assertThat(tested).contains(type.value().getSimpleName()));
    }

    /** Draws of those that remember need a run, so they have tests of their own. */
    @Test
    void everySamplerThatRemembersHasATest() {
        assertThat(Sampler.class.getAnnotation(JsonSubTypes.class).value())
                .filteredOn(type -> !Sampler.Memoryless.class.isAssignableFrom(type.value()))
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.value()
                                .getResource(
                                        type.value().getSimpleName().replace("Sampler", "Sampling") + "Test.class"))
                        .as(type.name())
                        .isNotNull());
    }

    @Test
    void impossibleCountsAreRefused() {
        assertThatThrownBy(() -> new Sampler.Sandwich(-1)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Sampler.SinglePath(0)).isInstanceOf(InputException.class);
    }
}
