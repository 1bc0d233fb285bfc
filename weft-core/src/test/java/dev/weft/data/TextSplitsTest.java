package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.text.CharacterTokenizer;
import dev.weft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TextSplitsTest {
    private static final TextSource TEXT = new TextSource("tale", text(103, 1));
    private static final Tokenizer TOKENIZER = CharacterTokenizer.of(TEXT.text());
    private static final int[] TOKENS = TOKENIZER.encode(TEXT.text());

    /** Letters in no order, so that a window in the wrong place differs. */
    private static String text(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, length)
                .mapToObj(i -> Character.toString('a' + random.nextInt(20)))
                .collect(Collectors.joining());
    }

    private static TextSplits splits(int contextLength) {
        return TextSplits.of(TextParts.of(TEXT, 0.2, 0.1), TOKENIZER, contextLength);
    }

    @Test
    void splitsFollowEachOtherAndHoldEveryTokenOnce() {
        TextSplits splits = splits(5);
        assertThat(splits.train().from()).isZero();
        assertThat(splits.selection().from()).isEqualTo(splits.train().to()).isEqualTo(72);
        assertThat(splits.report().from()).isEqualTo(splits.selection().to()).isEqualTo(93);
        assertThat(splits.report().to()).isEqualTo(103);
        assertThat(splits.selection().name()).isEqualTo("tale/selection");
    }

    @Test
    void windowsPredictEveryTokenButTheFirstOnceInOrder() {
        for (int contextLength : new int[] {2, 3, 4, 5, 10, 20}) { // of 21 tokens: also where nothing is left over
            TextWindows selection =
                    new TextWindows("part", TOKENIZER, Arrays.copyOfRange(TOKENS, 72, 93), 72, contextLength);
            List<Integer> read = new ArrayList<>();
            List<Integer> predicted = new ArrayList<>();
            EvaluationBatches batches = new EvaluationBatches(selection, 3);
            try (PointerScope scope = new PointerScope()) {
                for (int i = 0; i < batches.count(); i++) {
                    Batch batch = batches.batch(i);
                    assertThat(batch.inputs().only().scalar_type().intern()).isEqualTo(ScalarType.Long);
                    assertThat(batch.inputs().only().shape())
                            .isEqualTo(batch.labels().shape());
                    assertThat(batch.inputs().only().shape()[0]).isEqualTo(batch.size());
                    Arrays.stream(longs(batch.inputs().only())).forEach(t -> read.add((int) t));
                    Arrays.stream(longs(batch.labels())).forEach(t -> predicted.add((int) t));
                }
            }
            List<Integer> tokens = Arrays.stream(TOKENS).boxed().toList();
            assertThat(read).isEqualTo(tokens.subList(72, 92));
            assertThat(predicted).isEqualTo(tokens.subList(73, 93));
            assertThat(batches.count()).isEqualTo((selection.size() + 2) / 3 + (lastIsAlone(selection) ? 1 : 0));
        }
    }

    /** A shorter last window that would have had room in the batch before. */
    private static boolean lastIsAlone(TextWindows windows) {
        return windows.predictions(windows.size() - 1) < windows.contextLength() && windows.size() % 3 != 1;
    }

    @Test
    void idOfAWindowIsWhereItStarts() {
        TextWindows selection = splits(8).selection();
        assertThat(IntStream.range(0, selection.size()).mapToObj(selection::id)).containsExactly("72", "80", "88");
        assertThat(IntStream.range(0, 3).map(selection::predictions)).containsExactly(8, 8, 4);
        try (PointerScope scope = new PointerScope()) {
            assertThat(selection.batch(new int[] {0, 1}).indices()).containsExactly(72, 80);
            assertThatThrownBy(() -> selection.batch(new int[] {1, 2})).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void trainingWindowsAreAFunctionOfSeedAndStepAndStayInTheirSplit() {
        TextWindows train = new TextWindows("part", TOKENIZER, Arrays.copyOfRange(TOKENS, 40, 60), 40, 4);
        TextBatches batches = new TextBatches(train, 3, 7);
        TextBatches again = new TextBatches(train, 3, 7);
        assertThat(batches.stepsPerEpoch()).isEqualTo(1); // 19 predictions, 4 full windows, batches of 3
        List<Integer> starts = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            for (int step = 199; step >= 0; step--) {
                Batch batch = batches.batch(step);
                assertThat(again.starts(step))
                        .isEqualTo(batch.indices().stream().mapToInt(i -> i).toArray());
                for (int i = 0; i < 3; i++) {
                    int start = batch.indices().get(i);
                    starts.add(start);
                    for (int t = 0; t < 4; t++) {
                        assertThat(longs(batch.inputs().only())[4 * i + t]).isEqualTo(TOKENS[start + t]);
                        assertThat(longs(batch.labels())[4 * i + t]).isEqualTo(TOKENS[start + t + 1]);
                    }
                }
            }
        }
        assertThat(starts.stream().distinct().sorted())
                .isEqualTo(IntStream.range(40, 56).boxed().toList());
        assertThat(new TextBatches(train, 3, 8).starts(0)).isNotEqualTo(batches.starts(0));
    }

    /** A checkpoint of an earlier version must go on with the same windows. */
    @Test
    void windowsAreTheSameInEveryProcessAndRelease() {
        TextBatches batches = new TextBatches(splits(4).train(), 5, 123);
        assertThat(batches.starts(0)).containsExactly(29, 5, 33, 54, 35);
        assertThat(batches.starts(1000)).containsExactly(54, 13, 43, 36, 13);
    }

    @Test
    void textThatFillsNoWindowIsRefused() {
        assertThat(splits(9).report().size()).isEqualTo(1);
        assertThatThrownBy(() -> splits(10))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "tale/report must have a window of contextLength 10 and the token after it, 11 tokens or more,"
                                + " but has 10. Give more text, a larger part of it, or a smaller contextLength.");
        assertThatThrownBy(() -> new TextBatches(splits(4).train(), 18, 0))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "batchSize must be from 1 to the number of windows of 4 tokens, 17 in tale/train, but is 18");
        assertThatThrownBy(() -> TextParts.of(TEXT, 0.5, 0.5))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("together less than 1, but got 0.5 and 0.5");
    }

    @Test
    void cutsDoNotPartACharacter() {
        String wide = "\uD83D\uDE00".repeat(10); // ten characters of two chars each
        TextParts parts = TextParts.of(new TextSource("wide", wide), 0.25, 0.25);
        assertThat(parts.train().codePointCount(0, parts.train().length())).isEqualTo(5);
        assertThat(parts.train() + parts.selection() + parts.report()).isEqualTo(wide);
        for (String part : List.of(parts.train(), parts.selection(), parts.report())) {
            assertThat(part.codePoints()).allMatch(c -> c == 0x1F600);
        }
    }

    @Test
    void changedTextIsFoundOut() {
        SplitsRecord recorded = splits(5).record();
        splits(5).verify(recorded);
        assertThat(recorded.train().examples()).isEqualTo(15);
        String changed = TEXT.text().substring(0, 80) + "zz" + TEXT.text().substring(82);
        Tokenizer tokenizer = CharacterTokenizer.of(TEXT.text() + "z");
        SplitsRecord before =
                TextSplits.of(TextParts.of(TEXT, 0.2, 0.1), tokenizer, 5).record();
        assertThatThrownBy(() -> TextSplits.of(TextParts.of(new TextSource("tale", changed), 0.2, 0.1), tokenizer, 5)
                        .verify(before))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The selection split must hold what the run began with");
        assertThatThrownBy(() -> splits(6).verify(recorded))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The training split must be the one the run began with (15 examples");
    }

    private static long[] longs(Tensor tensor) {
        long[] values = new long[(int) tensor.numel()];
        new LongPointer(tensor.data_ptr()).get(values);
        return values;
    }
}
