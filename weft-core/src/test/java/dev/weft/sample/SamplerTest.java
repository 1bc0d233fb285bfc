package dev.weft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.sample.fair.FairSampler;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.TinyTraining;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerTest {
    private static final Space SPACE = TinyTraining.boundModel().space();

    /** The contract draws from a space and a generator alone; these draw from more, and why. */
    private static final Map<String, String> NEED_A_RUN = Map.of(
            "cost-levels", "levels are of the costs of a family, and may be learnt",
            "fair", "the members of an epoch's first step may come again at its other steps",
            "attentive", "candidates are compared by what the family has learnt",
            "gradient-norm", "options and examples are drawn by the norms of gradients before");

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

    /** A kind that is added to Weft gets its class here, or its name in {@link #NEED_A_RUN} with the reason. */
    @Test
    void everyBuiltInKindIsUnderContractOrNeedsARun() {
        List<SamplerContract> tests =
                List.of(new Sandwich(), new SinglePath(), new StochasticSandwich(), new Largest(), new Blend());
        Map<String, Class<?>> kinds = Kinds.builtIn().of(Sampler.class);
        assertThat(kinds.keySet()).containsAll(NEED_A_RUN.keySet());
        kinds.keySet().removeAll(NEED_A_RUN.keySet());
        assertThat(tests.stream().<Class<?>>map(test -> test.sampler().getClass()))
                .containsExactlyElementsOf(kinds.values());
    }

    static Set<String> needARun() {
        return NEED_A_RUN.keySet();
    }

    @ParameterizedTest
    @MethodSource("needARun")
    void samplerThatNeedsARunHasATestOfItsOwn(String name) {
        Class<?> kind = Kinds.builtIn().of(Sampler.class).get(name);
        assertThat(Sampler.Memoryless.class.isAssignableFrom(kind)).isFalse();
        assertThat(kind.getResource(kind.getSimpleName().replace("Sampler", "Sampling") + "Test.class"))
                .isNotNull();
    }

    @Test
    void impossibleCountsAreRefused() {
        assertThatThrownBy(() -> new Sampler.Sandwich(-1)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Sampler.SinglePath(0)).isInstanceOf(InputException.class);
    }
}
