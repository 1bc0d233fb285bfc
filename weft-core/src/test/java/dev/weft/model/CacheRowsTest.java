package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.nn.KeyValueCache;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.nn.TokenContext;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A cache whose rows are at different places, whose entries have room of their own, and which is freed in part. */
class CacheRowsTest {
    private static final List<List<Long>> PROMPTS =
            List.of(List.of(3L, 1L, 4L), List.of(9L), List.of(2L, 7L, 1L, 8L, 2L));
    private static final int WRITTEN = 4;

    static Stream<LanguageModel> models() {
        return Stream.of(TinyModels.languageModel(), TinyModels.llama());
    }

    private static Pass pass(Member member, KeyValueCache cache) {
        return Pass.evaluation(member, MemberStatistics.none()).after(cache);
    }

    /** Weights ten times as large as at the start, so that every position and token matters. */
    private static Family loud(LanguageModel model) {
        Family family = Family.of(model, 1);
        try (NoGradGuard guard = new NoGradGuard()) {
            family.weights().tensors().forEach((name, tensor) -> {
                if (!name.contains("norm")) {
                    tensor.mul_(new Scalar(10.0));
                }
            });
        }
        return family;
    }

    private static Tensor tokens(List<Long> row) {
        return Tensor.create(row.stream().mapToLong(Long::longValue).toArray(), 1, row.size());
    }

    /** The logits after one prompt and after each token that is written behind it, the likeliest one each time. */
    private static List<Tensor> alone(Family family, Member member, List<Long> prompt, List<Long> written) {
        List<Tensor> logits = new ArrayList<>();
        try (KeyValueCache cache = new KeyValueCache(10)) {
            List<Long> fresh = prompt;
            for (int i = 0; i < WRITTEN; i++) {
                Tensor all = family.forward(tokens(fresh), pass(member, cache));
                logits.add(all.select(0, 0).select(0, fresh.size() - 1));
                written.add(logits.get(i).argmax().item_long());
                fresh = List.of(written.get(i));
            }
        }
        return logits;
    }

    /** Sums have other lengths and orders, so the last bits may differ: 1e-5 of logits around 1. */
    @ParameterizedTest
    @MethodSource("models")
    void rowsOfUnequalLengthAreWrittenAsEachOneAlone(LanguageModel model) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = loud(model)) {
            for (Member member :
                    List.of(family.space().smallest(), family.space().largest())) {
                List<List<Long>> expected = new ArrayList<>();
                List<List<Tensor>> logits = new ArrayList<>();
                for (List<Long> prompt : PROMPTS) {
                    List<Long> written = new ArrayList<>();
                    logits.add(alone(family, member, prompt, written));
                    expected.add(written);
                }
                try (KeyValueCache cache = new KeyValueCache(10)) {
                    assertThat(together(family, member, cache, logits)).isEqualTo(expected);
                    assertThat(cache.length()).isEqualTo(5 + WRITTEN - 1);
                    assertThat(cache.length(1)).isEqualTo(1 + WRITTEN - 1);
                }
            }
        }
    }

    private static List<List<Long>> together(
            Family family, Member member, KeyValueCache cache, List<List<Tensor>> logits) {
        List<List<Long>> written = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Tensor fresh = padded();
        List<Integer> counts = PROMPTS.stream().map(List::size).toList();
        for (int i = 0; i < WRITTEN; i++) {
            Tensor all = family.forward(fresh, pass(member, cache).with(TokenContext.NONE.withCounts(counts)));
            long[] next = new long[PROMPTS.size()];
            for (int row = 0; row < next.length; row++) {
                Tensor last = all.select(0, row).select(0, counts.get(row) - 1);
                TensorAssert.assertThat(last)
                        .as(member + ", row " + row + ", token " + i)
                        .isCloseTo(logits.get(row).get(i), 1e-5);
                next[row] = last.argmax().item_long();
                written.get(row).add(next[row]);
            }
            fresh = Tensor.create(next, next.length, 1);
            counts = Collections.nCopies(next.length, 1);
        }
        return written;
    }

    /** The prompts in rows of five, filled up with a token that must not matter. */
    private static Tensor padded() {
        long[] rows = new long[15];
        for (int row = 0; row < 3; row++) {
            for (int t = 0; t < 5; t++) {
                rows[5 * row + t] =
                        t < PROMPTS.get(row).size() ? PROMPTS.get(row).get(t) : 6;
            }
        }
        return Tensor.create(rows, 3, 5);
    }

    @Test
    void eachAttentionHasItsOwnRoomAndIsFreedAlone() {
        LanguageModel model = TinyModels.llama();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                KeyValueCache cache = new KeyValueCache(name -> name.startsWith("blocks.0.") ? 6 : 4);
                Family family = Family.of(model, 1)) {
            Pass pass = pass(family.space().largest(), cache);
            family.forward(Tensor.create(new long[8], 2, 4), pass);
            long position = 2L * 2 * 2 * 6 * Float.BYTES; // k and v; B, nkv, hd
            assertThat(cache.sizeBytes()).isEqualTo(position * (6 + 4 + 4));
            assertThatThrownBy(() -> family.forward(Tensor.create(new long[2], 2, 1), pass))
                    .hasMessageContaining("of 4 positions holds 4");
            assertThat(cache.length()).isEqualTo(4); // the failed pass left no trace
            cache.free(name -> !name.startsWith("blocks.0."));
            assertThat(cache.sizeBytes()).isEqualTo(position * 6);
            assertThatThrownBy(() -> family.forward(Tensor.create(new long[2], 2, 1), pass))
                    .hasMessageContaining("was freed");
            cache.clear();
            family.forward(Tensor.create(new long[4], 2, 2), pass);
            assertThat(cache.length()).isEqualTo(2);
            assertThat(cache.sizeBytes()).isEqualTo(position * (6 + 4 + 4));
        }
    }

    @Test
    void countsMustFitTheRows() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                KeyValueCache cache = new KeyValueCache(10);
                Family family = Family.of(TinyModels.llama(), 1)) {
            Pass pass = pass(family.space().largest(), cache).with(TokenContext.NONE.withCounts(List.of(1, 3)));
            assertThatThrownBy(() -> family.forward(Tensor.create(new long[4], 2, 2), pass))
                    .hasMessageContaining("Each of 2 rows must have from 0 to 2 tokens that count, but got [1, 3]");
        }
    }
}
