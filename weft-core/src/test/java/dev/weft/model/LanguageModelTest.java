package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.nn.KeyValueCache;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LanguageModelTest {
    static Stream<LanguageModel> models() {
        return Stream.of(TinyModels.languageModel(), TinyModels.llama());
    }

    private static Pass evaluation(Member member) {
        return Pass.evaluation(member, MemberStatistics.none());
    }

    private static List<Member> members(Family family) {
        return List.of(
                family.space().smallest(),
                family.space().sample(new SplittableRandom(3)),
                family.space().largest());
    }

    /** Sums have other lengths and orders, so the last bits may differ: 1e-5 of logits around 1. */
    @ParameterizedTest
    @MethodSource("models")
    void passesWithACacheGiveWhatOnePassGives(LanguageModel model) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = loud(model)) {
            Tensor tokens = TinyModels.examples(model, 3, 5); // (3, 10)
            for (Member member : members(family)) {
                Tensor whole = family.forward(tokens, evaluation(member));
                for (List<Integer> chunks :
                        List.of(List.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), List.of(4, 1, 5), List.of(7, 3), List.of(10))) {
                    try (KeyValueCache cache = new KeyValueCache(10)) {
                        TensorVector parts = new TensorVector();
                        for (int count : chunks) {
                            Tensor next = tokens.narrow(1, cache.length(), count);
                            parts.push_back(
                                    family.forward(next, evaluation(member).after(cache)));
                        }
                        assertThat(cache.length()).isEqualTo(10);
                        TensorAssert.assertThat(torch.cat(parts, 1))
                                .as(member + " in " + chunks)
                                .isCloseTo(whole, 1e-5);
                    }
                }
            }
        }
    }

    /** Weights ten times as large as at the start, so that every position and token matters. */
    private static Family loud(LanguageModel model) {
        Family family = Family.of(model, 1);
        try (NoGradGuard guard = new NoGradGuard()) {
            family.weights().tensors().forEach((name, tensor) -> {
                if (!name.contains("norm")) {
                    tensor.mul_(new org.bytedeco.pytorch.Scalar(10.0));
                }
            });
        }
        return family;
    }

    @ParameterizedTest
    @MethodSource("models")
    void logitsOfATokenDependOnAllBeforeItInTheirOrderAndOnNoneAfterIt(LanguageModel model) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = loud(model)) {
            Member member = family.space().largest();
            long[] tokens = {1, 2, 3, 4, 5, 6};
            float[] before = logits(family, member, tokens);
            for (int changed = 0; changed < tokens.length; changed++) {
                long[] other = tokens.clone();
                other[changed] = 9;
                float[] after = logits(family, member, other);
                for (int t = 0; t < tokens.length; t++) {
                    float[] row = Arrays.copyOfRange(before, t * 11, t * 11 + 11);
                    float[] otherRow = Arrays.copyOfRange(after, t * 11, t * 11 + 11);
                    if (t < changed) {
                        assertThat(otherRow).isEqualTo(row);
                    } else {
                        assertThat(otherRow).isNotEqualTo(row);
                    }
                }
            }
            float[] swapped = logits(family, member, new long[] {2, 1, 3, 4, 5, 6});
            double moved = 0;
            for (int i = 0; i < 11; i++) {
                moved = Math.max(moved, Math.abs(swapped[5 * 11 + i] - before[5 * 11 + i]));
            }
            assertThat(moved).isGreaterThan(1e-3); // the order is told
        }
    }

    private static float[] logits(Family family, Member member, long[] tokens) {
        return Tensors.floats(family.forward(Tensor.create(tokens, 1, tokens.length), evaluation(member)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void passBeyondTheContextIsRefusedWithAndWithoutACache(LanguageModel model) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                KeyValueCache cache = new KeyValueCache(20);
                Family family = Family.of(model, 1)) {
            Member member = family.space().largest();
            assertThatThrownBy(() -> family.forward(Tensor.create(new long[11], 1, 11), evaluation(member)))
                    .hasMessageContaining("within the 10 tokens of the context");
            Pass pass = evaluation(member).after(cache);
            family.forward(Tensor.create(new long[8], 1, 8), pass);
            assertThatThrownBy(() -> family.forward(Tensor.create(new long[3], 1, 3), pass))
                    .hasMessageContaining("reads 3 after 8");
        }
    }

    @Test
    void cacheServesOneMemberOneBatchAndEvaluation() {
        LanguageModel model = TinyModels.llama();
        try (PointerScope scope = new PointerScope();
                KeyValueCache cache = new KeyValueCache(5);
                Family family = Family.of(model, 1)) {
            Pass pass = evaluation(family.space().largest()).after(cache);
            assertThatThrownBy(() -> family.forward(Tensor.create(new long[4], 2, 2), pass))
                    .hasMessageContaining("without gradients");
            try (NoGradGuard guard = new NoGradGuard()) {
                family.forward(Tensor.create(new long[4], 2, 2), pass);
                assertThat(cache.sizeBytes())
                        .isEqualTo(3L * 2 * 4 * 2 * 2 * 5 * 6); // blocks, k and v, float; B, nkv, S, hd
                assertThatThrownBy(() -> family.forward(Tensor.create(new long[3], 3, 1), pass))
                        .hasMessageContaining("serves one batch");
                assertThatThrownBy(() -> family.forward(
                                Tensor.create(new long[2], 2, 1),
                                evaluation(family.space().smallest()).after(cache)))
                        .hasMessageContaining("serves one member");
                assertThatThrownBy(() -> family.forward(Tensor.create(new long[8], 2, 4), pass))
                        .hasMessageContaining("holds 2 and cannot take 4 more");
                assertThat(cache.length()).isEqualTo(2);
                cache.clear();
                family.forward(Tensor.create(new long[10], 2, 5), pass);
                assertThat(cache.length()).isEqualTo(5);
            }
        }
    }

    @Test
    void dropoutActsInTrainingOnly() {
        LanguageModel model = TinyModels.languageModel();
        try (PointerScope scope = new PointerScope();
                Family family = loud(model)) {
            Tensor tokens = TinyModels.examples(model, 2, 1);
            Member member = family.space().largest();
            Pass training = new Pass(member, MemberStatistics.none(), 0.5, 0);
            assertThat(Tensors.floats(family.forward(tokens, training)))
                    .isNotEqualTo(Tensors.floats(family.forward(tokens, training)));
            TensorAssert.assertThat(family.forward(tokens, evaluation(member)))
                    .isBitEqualTo(family.forward(tokens, evaluation(member)));
        }
    }

    private static LanguageModel of(int embed, int headDim, int group, LanguageModel.Positions positions, int heads) {
        return new LanguageModel(
                null,
                List.of(embed),
                List.of(1),
                headDim,
                group,
                positions,
                Mlp.GELU,
                Norm.Kind.LAYER,
                1e-5,
                true,
                true,
                List.of(new LanguageModel.Block(List.of(heads), List.of(2.0))));
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        LanguageModel.Positions rotary = LanguageModel.Positions.ROTARY;
        assertThatThrownBy(() -> of(16, 0, 1, rotary, 3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("3 does not divide 16");
        assertThatThrownBy(() -> of(16, 4, 2, rotary, 3)).hasMessageContaining("groupSize=2 and 3 heads");
        assertThatThrownBy(() -> of(12, 0, 1, rotary, 4)).hasMessageContaining("it is 3 with 4 heads");
        assertThatThrownBy(() -> of(12, 5, 1, rotary, 4)).hasMessageContaining("it is 5 with 4 heads");
        assertThat(of(12, 5, 1, LanguageModel.Positions.LEARNED, 4).headDim()).isEqualTo(5);
        assertThatThrownBy(() -> of(12, -1, 1, rotary, 4)).hasMessageContaining("headDim=-1");
        assertThatThrownBy(() -> of(12, 4, 1, null, 4)).hasMessageContaining("positions=null");
        assertThatThrownBy(() -> of(12, 4, 1, rotary, 4).build(null)).hasMessageContaining("withInput");
    }
}
