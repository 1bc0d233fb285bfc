package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.text.CharacterTokenizer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelInputTest {
    private static final TextInput TEXT = new TextInput(new CharacterTokenizer("abcde"), 6);

    /** A kind that is added to Weft gets its class here. */
    @Test
    void everyBuiltInKindIsUnderContract() {
        List<InputContract> tests = List.of(new ContractOfImages(), new ContractOfText());
        assertThat(tests.stream().<Class<?>>map(test -> test.model().input().getClass()))
                .containsExactlyElementsOf(Kinds.builtIn().of(ModelInput.class).values());
    }

    @Nested
    class ContractOfImages implements InputContract {
        @Override
        public ModelDefinition model() {
            return TinyModels.visionTransformer();
        }
    }

    @Nested
    class ContractOfText implements InputContract {
        @Override
        public ModelDefinition model() {
            return TinyModels.llama();
        }
    }

    /** Models of one input say which in their type, so that families stored before inputs were a kind read as ever. */
    @Test
    void nameOfTheKindMayBeLeftOutWhereTheModelReadsOneKindAlone() {
        String json = Json.writeLine(TinyModels.mobileCnn());
        String before = json.replace("\"kind\":\"images\",", "");
        assertThat(before).isNotEqualTo(json);
        assertThat(Json.parse(before, "a model", ModelDefinition.class)).isEqualTo(TinyModels.mobileCnn());
    }

    static Stream<ModelInput> inputs() {
        return Stream.of(TinyModels.input(3, 16), TEXT);
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void shapesAndRandomExamplesAreAlike(ModelInput input) {
        try (PointerScope scope = new PointerScope();
                Tensor shapes = input.shapes(4).only();
                Tensor random = input.random(4, new SplittableRandom(1)).only();
                Tensor same = input.random(4, new SplittableRandom(1)).only();
                Tensor other = input.random(4, new SplittableRandom(2)).only()) {
            assertThat(shapes.is_meta()).isTrue();
            assertThat(random.shape()).isEqualTo(shapes.shape());
            assertThat(random.scalar_type().intern())
                    .isEqualTo(shapes.scalar_type().intern());
            assertThat(random.equal(same)).isTrue();
            assertThat(random.equal(other)).isFalse();
            double limit = input instanceof TextInput ? 5 : 256;
            assertThat(random.min().item_double()).isGreaterThanOrEqualTo(0);
            assertThat(random.max().item_double()).isLessThan(limit);
            assertThat(input.inputs()).hasSize(1).allMatch(port -> port.takes(random));
            assertThat(input.randomTargets(4, new SplittableRandom(1)).only().size(0))
                    .isEqualTo(4);
        }
    }

    @Test
    void anInputSaysWhatAnExampleIsCalled() {
        assertThat(inputs()).extracting(ModelInput::noun).containsExactly("image", "text");
        assertThat(new PortsModel.Ports(List.of(), List.of()).noun()).isEqualTo("example");
    }

    @Test
    void imageModelRefusesText() {
        for (String preset : List.of("mobile-tiny", "vit-tiny")) {
            ModelDefinition model = Presets.named(preset);
            assertThatThrownBy(() -> model.withInput(TEXT))
                    .isInstanceOf(InputException.class)
                    .hasMessage("Model " + model.name() + " must be given images, but the data is text of 5 different"
                            + " tokens, 6 at a time. Give images, or a model that reads text.");
            assertThat(model.withInput(null).input()).isNull();
        }
        assertThatThrownBy(() -> TextInput.of("poet", TinyModels.input(1, 8)))
                .isInstanceOf(InputException.class)
                .hasMessage("Model poet must be given text, but the data is 1×8×8 images of classes [a, b, c]."
                        + " Give text, or a model that reads images.");
    }

    @Test
    void teacherMustReadAndPredictTheSame() {
        assertThat(TEXT.covers(new TextInput(new CharacterTokenizer("abcde"), 4)))
                .isTrue();
        assertThat(TEXT.covers(new TextInput(new CharacterTokenizer("abcde"), 7)))
                .isFalse();
        assertThat(TEXT.covers(new TextInput(new CharacterTokenizer("abced"), 6)))
                .isFalse();
        assertThat(TEXT.covers(TinyModels.input(1, 8))).isFalse();
        assertThat(TinyModels.input(1, 8).covers(TEXT)).isFalse();
        assertThat(TinyModels.input(1, 8).covers(TinyModels.input(1, 8))).isTrue();
        assertThat(TinyModels.input(1, 8).covers(TinyModels.input(3, 8))).isFalse();
    }
}
