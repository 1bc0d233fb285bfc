package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestTest {
    @Test
    void nearestNameIsSuggested() {
        List<String> known = List.of("path", "sandwich", "single");
        assertThat(Suggest.nearest("sandwhich", known)).isEqualTo(" Did you mean \"sandwich\"?");
        assertThat(Suggest.nearest("PATH", known)).isEqualTo(" Did you mean \"path\"?");
        assertThat(Suggest.nearest("snigle", known)).isEqualTo(" Did you mean \"single\"?");
    }

    @Test
    void nothingNearMeansNothingSaid() {
        assertThat(Suggest.nearest("evolution", List.of("path", "single"))).isEmpty();
        assertThat(Suggest.nearest("a", List.of("b"))).isEmpty();
        assertThat(Suggest.nearest("", List.of("x"))).isEmpty();
        assertThat(Suggest.nearest("x", List.of())).isEmpty();
    }

    @Test
    void nearestPartOfANameIsSuggestedForAPattern() {
        List<String> known = List.of("cls_token", "blocks.0.attn.qkv.weight", "blocks.0.mlp.fc1.weight");
        String mlp = " Did you mean \"mlp\", as in \"blocks.0.mlp.fc1.weight\"?";
        assertThat(Suggest.part("mpl", known)).isEqualTo(mlp);
        assertThat(Suggest.part("(blocks\\.\\d+)\\.mpl\\.fc1", known)).isEqualTo(mlp);
        assertThat(Suggest.part("atn\\.qkv", known))
                .isEqualTo(" Did you mean \"attn\", as in \"blocks.0.attn.qkv.weight\"?");
        assertThat(Suggest.part("convolution", known)).isEmpty();
        assertThat(Suggest.part("mlp$", known)).isEmpty(); // every word is known: the pattern is what is wrong
        assertThat(Suggest.part("", List.of())).isEmpty();
    }

    @Test
    void distanceCountsEdits() {
        assertThat(Suggest.distance("abcd", "abcd")).isZero();
        assertThat(Suggest.distance("abcd", "abdc")).isEqualTo(1);
        assertThat(Suggest.distance("", "abc")).isEqualTo(3);
        assertThat(Suggest.distance("kitten", "sitting")).isEqualTo(3);
    }
}
