package dev.weft.weight.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.DoubleWeights;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.encoding.MemberEncoding.Combine;
import dev.weft.weight.encoding.MemberEncoding.Feature;
import dev.weft.weight.encoding.MemberEncoding.Features;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Check 9 of the specification: each published encoding on the smallest, the largest and one member computed by hand. */
class MemberEncodingTest {
    private static final float NEAR = 1e-6f;

    /** Six layers of an encoder and up to six of a decoder, as in the space of hardware-aware transformers. */
    private static Space translation() {
        List<Choice<?>> choices = new ArrayList<>(List.of(
                Choice.of("encoder.embed", 512, 640),
                Choice.of("encoder.layers", 6),
                Choice.of("decoder.embed", 512, 640),
                Choice.of("decoder.layers", 1, 2, 3, 4, 5, 6)));
        for (int l = 1; l <= 6; l++) {
            choices.add(Choice.of("encoder" + l + ".ffn", 1024, 2048, 3072));
            choices.add(Choice.of("encoder" + l + ".heads", 4, 8));
            choices.add(deep(l, Choice.of("decoder" + l + ".ffn", 1024, 2048, 3072)));
            choices.add(deep(l, Choice.of("decoder" + l + ".heads", 4, 8)));
            choices.add(deep(l, Choice.of("decoder" + l + ".crossHeads", 4, 8)));
            choices.add(deep(l, Choice.of("decoder" + l + ".attendTo", -1, 1, 2)));
        }
        return new Space("translation", choices);
    }

    private static Choice<Integer> deep(int layer, Choice<Integer> choice) {
        return layer == 1 ? choice : choice.activeWhen("decoder.layers", layer);
    }

    private static Feature mean(String choices, double divide) {
        return new Feature(choices, Combine.MEAN, 0, divide, 0);
    }

    private static Feature each(String choices, double divide) {
        return new Feature(choices, Combine.EACH, 0, divide, 0);
    }

    private static final Features TEN = new Features(List.of(
            each("encoder\\.embed", 640),
            each("encoder\\.layers", 6),
            mean("encoder\\d\\.ffn", 3072),
            mean("encoder\\d\\.heads", 8),
            each("decoder\\.embed", 640),
            each("decoder\\.layers", 6),
            mean("decoder\\d\\.ffn", 3072),
            mean("decoder\\d\\.heads", 8),
            mean("decoder\\d\\.crossHeads", 8),
            mean("decoder\\d\\.attendTo", 2)));

    private static float[] numbers(MemberEncoding encoding, Space space, Member member) {
        return numbers(new DoubleWeights(), encoding, space, member);
    }

    private static float[] numbers(Weights source, MemberEncoding encoding, Space space, Member member) {
        try (PointerScope scope = new PointerScope()) {
            return Tensors.floats(new Encoder(source, encoding, space, false).encoded(Reading.of(member)));
        }
    }

    @Test
    void twelveHiddenSizesOfBert() {
        List<Choice<?>> choices = new ArrayList<>();
        Integer[] sizes = {120, 240, 360, 480, 540, 600, 768};
        for (int l = 1; l <= 12; l++) {
            choices.add(Choice.of("layer" + l + ".hidden", sizes));
        }
        Space space = new Space("bert", choices);
        Features encoding =
                new Features(List.of(new Feature("layer\\d+\\.hidden", Combine.EACH, 120, 768 - 120, 0.01)));
        assertThat(numbers(encoding, space, space.smallest())).hasSize(12).containsOnly(0.01f);
        float[] largest = numbers(encoding, space, space.largest());
        assertThat(largest).hasSize(12);
        for (float number : largest) {
            assertThat(number).isCloseTo(1.01f, within(NEAR));
        }
        Member third = space.smallest().with(choices.get(2), 480);
        float[] one = numbers(encoding, space, third);
        assertThat(one[2]).isCloseTo(0.01f + 360f / 648, within(NEAR));
        assertThat(one[1]).isEqualTo(0.01f);
        assertThat(one[3]).isEqualTo(0.01f);
    }

    @Test
    void homogeneousBert() {
        Space space = new Space(
                "bert",
                List.of(
                        Choice.of("hidden", 120, 384, 768),
                        Choice.of("heads", 6, 12),
                        Choice.of("ffn", 512, 1536, 3072),
                        Choice.of("layers", 6, 12)));
        Features encoding =
                new Features(List.of(each("hidden", 768), each("heads", 12), each("ffn", 3072), each("layers", 12)));
        assertThat(numbers(encoding, space, space.smallest()))
                .containsExactly(new float[] {120f / 768, 0.5f, 512f / 3072, 0.5f}, within(NEAR));
        assertThat(numbers(encoding, space, space.largest())).containsExactly(1, 1, 1, 1);
        assertThat(numbers(encoding, space, space.parse("hidden=384,heads=12,ffn=1536,layers=6")))
                .containsExactly(0.5f, 1, 0.5f, 0.5f);
    }

    @Test
    void tenFeaturesOfTranslation() {
        Space space = translation();
        assertThat(numbers(TEN, space, space.smallest()))
                .containsExactly(
                        new float[] {0.8f, 1, 1 / 3f, 0.5f, 0.8f, 1 / 6f, 1 / 3f, 0.5f, 0.5f, -0.5f}, within(NEAR));
        assertThat(numbers(TEN, space, space.largest())).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        Member member = space.canonical(with(
                space.smallest(),
                Map.of(
                        "encoder2.ffn", 3072,
                        "decoder.layers", 2,
                        "decoder1.ffn", 2048,
                        "decoder2.ffn", 3072,
                        "decoder2.heads", 8,
                        "decoder2.attendTo", 2)));
        assertThat(numbers(TEN, space, member))
                .containsExactly(
                        new float[] {
                            0.8f,
                            1,
                            (5 * 1024 + 3072) / 6f / 3072, // over all encoder layers
                            0.5f,
                            0.8f,
                            2 / 6f,
                            (2048 + 3072) / 2f / 3072, // over the two decoder layers there are
                            (4 + 8) / 2f / 8,
                            0.5f,
                            (-1 + 2) / 2f / 2
                        },
                        within(NEAR));
    }

    @Test
    void fortyNumbersOfTranslation() {
        Space space = translation();
        Features encoding = new Features(List.of(
                each("encoder\\.embed", 640),
                each("encoder\\.layers", 6),
                each("encoder\\d\\.ffn", 3072),
                each("encoder\\d\\.heads", 8),
                each("decoder\\.embed", 640),
                each("decoder\\.layers", 6),
                each("decoder\\d\\.ffn", 3072),
                each("decoder\\d\\.heads", 8),
                each("decoder\\d\\.crossHeads", 8),
                each("decoder\\d\\.attendTo", 2)));
        assertThat(numbers(encoding, space, space.largest())).hasSize(40).containsOnly(1);
        Member member = with(space.largest(), Map.of("encoder3.ffn", 1024, "decoder6.attendTo", -1));
        float[] numbers = numbers(encoding, space, member);
        assertThat(numbers[4]).isCloseTo(1 / 3f, within(NEAR)); // after embedding, layers and two more
        assertThat(numbers[39]).isEqualTo(-0.5f);
        float[] smallest = numbers(encoding, space, space.smallest());
        assertThat(smallest[0]).isEqualTo(0.8f);
        assertThat(smallest[2]).isCloseTo(1 / 3f, within(NEAR));
        assertThat(smallest[39]).isEqualTo(-0.5f);
    }

    @Test
    void scaledIsByTheLargestSizeAndNamesCountByPosition() {
        Space space = new Space(
                "mixed",
                List.of(
                        Choice.of("width", 8, 16),
                        Choice.of("ratio", 0.5, 2.0),
                        Choice.of("kind", "a", "b", "c", "d"),
                        Choice.of("offset", -3, 0)));
        assertThat(numbers(new MemberEncoding.Scaled(), space, space.parse("width=8,ratio=2.0,kind=c,offset=-3")))
                .containsExactly(0.5f, 1, 0.75f, -1);
        assertThat(numbers(new MemberEncoding.OneHot(), space, space.parse("width=8,ratio=2.0,kind=c,offset=-3")))
                .containsExactly(1, 0, 0, 1, 0, 0, 1, 0, 1, 0);
    }

    @Test
    void decisionsThatMeanNothingDoNotCount() {
        Space space = translation();
        Member shallow = with(space.largest(), Map.of("decoder.layers", 2));
        for (MemberEncoding encoding : List.of(new MemberEncoding.Scaled(), new MemberEncoding.OneHot(), TEN)) {
            assertThat(numbers(encoding, space, shallow))
                    .isEqualTo(numbers(encoding, space, space.canonical(shallow)))
                    .isNotEqualTo(numbers(encoding, space, space.largest()));
        }
    }

    /** A blend of one member, whatever else its controllers switch off, is encoded as that member. */
    @Test
    void blendOfOneMemberHasItsEncoding() {
        Space space = translation();
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 10; i++) {
            Member member = space.sample(random);
            Member picked = random(space, random, member);
            Weights source = spreadOn(picked);
            for (MemberEncoding encoding : List.of(new MemberEncoding.Scaled(), new MemberEncoding.OneHot(), TEN)) {
                assertThat(numbers(source, encoding, space, BlendedWeights.meanBlend(space.largest())))
                        .containsExactly(numbers(encoding, space, member), within(NEAR));
            }
        }
    }

    /** The member, with other options where they mean nothing. */
    private static Member random(Space space, SplittableRandom random, Member member) {
        int layers = (Integer) member.options().get("decoder.layers");
        Member changed = member;
        for (Choice<?> choice : space.choices()) {
            if (choice.isConditional() && choice.activeFrom() > layers) {
                changed = changed.with(
                        choice,
                        choice.options().get(random.nextInt(choice.options().size())));
            }
        }
        return changed;
    }

    private static Weights spreadOn(Member picked) {
        Weights plain = new DoubleWeights();
        return new WrappedWeights() {
            @Override
            public Weights source() {
                return plain;
            }

            @Override
            public Weight weight(String name, Init init, Axis... axes) {
                return plain.weight(name, init, axes);
            }

            @Override
            public Tensor distribution(Choice<?> choice, Reading reading) {
                return plain.distribution(choice, Reading.of(picked));
            }
        };
    }

    @Test
    void numbersOfABlendAreExpectedOnes() {
        Choice<Integer> depth = Choice.of("depth", 1, 2);
        Choice<Integer> width = Choice.of("width", 2, 8).activeWhen("depth", 2);
        Space space = new Space("two", List.of(depth, width));
        Map<String, float[]> spread = Map.of("depth", new float[] {0.25f, 0.75f}, "width", new float[] {0.4f, 0.6f});
        Weights source = new Weights() {
            @Override
            public Weight weight(String name, Init init, Axis... axes) {
                throw new AssertionError("An encoding asks for no weight, but asked for " + name);
            }

            @Override
            public Tensor buffer(String name, Supplier<Tensor> first) {
                throw new AssertionError("An encoding asks for no buffer, but asked for " + name);
            }

            @Override
            public Tensor distribution(Choice<?> choice, Reading reading) {
                return Tensor.create(spread.get(choice.name()), 2);
            }
        };
        float[] numbers =
                numbers(source, new MemberEncoding.Scaled(), space, BlendedWeights.meanBlend(space.largest()));
        assertThat(numbers[0]).isCloseTo(0.25f * 0.5f + 0.75f, within(NEAR));
        // With depth 1 (1 in 4) the width is the first option's.
        assertThat(numbers[1]).isCloseTo(0.75f * (0.4f * 0.25f + 0.6f) + 0.25f * 0.25f, within(NEAR));
    }

    @Test
    void featuresThatCannotBeAreRefused() {
        Space space = new Space("small", List.of(Choice.of("width", 2, 8), Choice.of("depth", 1, 2)));
        assertThatThrownBy(() -> new Features(List.of(each("widht", 1))).entries(space))
                .isInstanceOf(InputException.class)
                .hasMessage("A feature's choices must match a choice of space \"small\", but \"widht\" matches none of "
                        + "[width, depth]. Did you mean \"width\"?");
        assertThatThrownBy(() -> each("width", 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("divide != 0");
        assertThatThrownBy(() -> each("width(", 1))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "A feature's choices: a pattern must be a regular expression, but got \"width(\"");
        assertThatThrownBy(() -> each(null, 1)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Features(List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("one or more");
    }

    private static Member with(Member member, Map<String, Object> options) {
        assertThat(member.options().keySet()).containsAll(options.keySet());
        Map<String, Object> all = new LinkedHashMap<>(member.options());
        all.putAll(options);
        return new Member(all);
    }
}
