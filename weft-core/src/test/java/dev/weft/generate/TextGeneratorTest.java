package dev.weft.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.Llama2c;
import dev.weft.model.Stories;
import dev.weft.model.TextInput;
import dev.weft.model.TinyModels;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {
    private static final String PROMPT = "Once upon a time";
    private static Family stories;

    @BeforeAll
    static void read() {
        stories = Stories.family();
    }

    @AfterAll
    static void close() {
        stories.close();
    }

    private static GeneratedText write(Family family, String prompt, GenerationSettings settings) {
        return new TextGenerator(family, Member.PLAIN).generate(prompt, settings, piece -> {}, () -> false);
    }

    @Test
    void greedyTextOfATrainedModelIsThatOfTheReferenceProgram() {
        int prompt = ((TextInput) stories.definition().input()).tokenizer().encode(PROMPT).length;
        List<String> pieces = new ArrayList<>();
        GeneratedText text = new TextGenerator(stories, Member.PLAIN)
                .generate(PROMPT, GenerationSettings.greedy(200 - prompt), pieces::add, () -> false);
        assertThat(PROMPT + text.text()).isEqualTo(Stories.golden().stripTrailing());
        assertThat(String.join("", pieces)).isEqualTo(text.text());
        assertThat(pieces).hasSizeGreaterThan(150);
        assertThat(text.ending()).isEqualTo(GeneratedText.Ending.MAX_TOKENS);
    }

    @Test
    void drawsFollowFromTheSeed() {
        GenerationSettings settings = new GenerationSettings(40, 1, 0, 7);
        assertThat(write(stories, PROMPT, settings)).isEqualTo(write(stories, PROMPT, settings));
        assertThat(write(stories, PROMPT, settings).text())
                .isNotEqualTo(write(stories, PROMPT, new GenerationSettings(40, 1, 0, 8))
                        .text());
    }

    @Test
    void drawAmongOneIsTheMostLikely() {
        assertThat(write(stories, PROMPT, new GenerationSettings(40, 1.5, 1, 7)).text())
                .isEqualTo(write(stories, PROMPT, GenerationSettings.greedy(40)).text());
    }

    @Test
    void textLongerThanTheContextSlidesAndBeginsAsThatOfALongerOne() {
        try (Family narrow = Llama2c.read(Stories.MODEL, Stories.TOKENIZER, 32)) {
            GeneratedText slid = write(narrow, PROMPT, GenerationSettings.greedy(100));
            GeneratedText whole = write(stories, PROMPT, GenerationSettings.greedy(100));
            assertThat(slid.tokens()).hasSize(100);
            int same = 32 - 5; // begin and four words are read, then each token until the context is full
            assertThat(slid.tokens().subList(0, same)).isEqualTo(whole.tokens().subList(0, same));
            String long40 = whole.text(); // about a hundred tokens: more than the context
            assertThat(write(narrow, PROMPT + long40, GenerationSettings.greedy(5))
                            .tokens())
                    .hasSize(5);
        }
    }

    @Test
    void stopsWhenAskedTo() {
        int[] asked = {0};
        GeneratedText text = new TextGenerator(stories, Member.PLAIN)
                .generate(PROMPT, GenerationSettings.greedy(50), piece -> {}, () -> ++asked[0] > 3);
        assertThat(text.tokens()).hasSize(3);
        assertThat(text.ending()).isEqualTo(GeneratedText.Ending.STOPPED);
    }

    @Test
    void emptyPromptBeginsATextWhereTheTokenizerHasABegin() {
        assertThat(write(stories, "", GenerationSettings.greedy(5)).text()).isEqualTo("Once upon a time,");
    }

    @Test
    void modelThatReadsImagesIsRefused() {
        try (Family images = Family.of(TinyModels.visionTransformer(), 1)) {
            assertThatThrownBy(() -> new TextGenerator(images, images.space().largest()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("this family is of a vision-transformer");
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> GenerationSettings.greedy(0))
                .hasMessageContaining("maxTokens must be 1 or more, but is 0");
        assertThatThrownBy(() -> new GenerationSettings(1, -1, 0, 0))
                .hasMessageContaining("temperature must be from 0");
        assertThatThrownBy(() -> new GenerationSettings(1, Double.NaN, 0, 0)).hasMessageContaining("but is NaN");
        assertThatThrownBy(() -> new GenerationSettings(1, 1, -1, 0))
                .hasMessageContaining("topK must be 0 (all tokens) or more, but is -1");
    }
}
