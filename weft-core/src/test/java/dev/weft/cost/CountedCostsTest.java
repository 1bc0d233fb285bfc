package dev.weft.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.Family;
import dev.weft.model.LanguageModel;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.nn.ShapeStatistics;
import dev.weft.ops.Bundle;
import dev.weft.ops.Op;
import dev.weft.ops.Ops;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CountedCostsTest {
    static List<ModelDefinition> definitions() {
        return List.of(
                TinyModels.mobileCnn(), TinyModels.visionTransformer(), TinyModels.languageModel(), TinyModels.llama());
    }

    private static MemberCosts byHand(ModelDefinition definition, Member member) {
        if (definition instanceof LanguageModel model) {
            return model.headDim() == 0 ? HandFormula.languageModel(member) : HandFormula.llama(member);
        }
        return definition.name().equals("mobile-cnn")
                ? HandFormula.mobileCnn(member)
                : HandFormula.visionTransformer(member);
    }

    /** Heads that split the width: so many of them cost what any other number does. */
    private static boolean costsNothing(ModelDefinition definition, Choice<?> choice) {
        return definition instanceof LanguageModel model
                && model.headDim() == 0
                && choice.name().endsWith(".numHeads");
    }

    static List<Member> sample(Space space, int count) {
        SplittableRandom random = new SplittableRandom(5);
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(space.smallest(), space.largest()),
                        java.util.stream.Stream.generate(() -> space.sample(random)))
                .limit(count)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void equalTheFormulaLayerByLayer(ModelDefinition definition) {
        try (CountedCosts costs = new CountedCosts(definition)) {
            for (Member member : sample(definition.space(), 300)) {
                assertThat(costs.of(member)).as(member.toString()).isEqualTo(byHand(definition, member));
            }
        }
    }

    /** Check 11 of the BigNAS specification. */
    @ParameterizedTest
    @MethodSource("definitions")
    void equalWhatIsCountedInTheExtractedModel(ModelDefinition definition) {
        try (CountedCosts costs = new CountedCosts(definition);
                Family family = Family.of(definition, 1)) {
            for (Member member : sample(definition.space(), 60)) {
                try (CountedCosts plain = new CountedCosts(definition.at(member));
                        Family alone = family.extract(member, MemberStatistics.none())) {
                    MemberCosts counted = costs.of(member);
                    assertThat(counted).as(member.toString()).isEqualTo(plain.of(Member.PLAIN));
                    assertThat(costs.operations(member)).isEqualTo(plain.operations(Member.PLAIN));
                    assertThat(counted.params())
                            .isEqualTo(alone.weights().tensors().values().stream()
                                    .mapToLong(Tensor::numel)
                                    .sum());
                }
            }
        }
    }

    /** Check 11 of the BigNAS specification. */
    @ParameterizedTest
    @MethodSource("definitions")
    void largerOptionOfAnyChoiceCostsMore(ModelDefinition definition) {
        Space space = definition.space();
        try (CountedCosts costs = new CountedCosts(definition)) {
            for (Member member : sample(space, 40)) {
                for (Choice<?> choice : space.choices()) {
                    int index = choice.options().indexOf(member.options().get(choice.name()));
                    if (index + 1 == choice.options().size()) {
                        continue;
                    }
                    Member larger =
                            space.canonical(member.with(choice, choice.options().get(index + 1)));
                    String what = member + " with a larger " + choice.name();
                    if (larger.equals(member)) {
                        continue; // the choice means nothing at this depth
                    }
                    if (costsNothing(definition, choice)) {
                        assertThat(costs.of(larger)).as(what).isEqualTo(costs.of(member));
                        continue;
                    }
                    assertThat(costs.of(larger).macs())
                            .as(what)
                            .isGreaterThan(costs.of(member).macs());
                    assertThat(costs.of(larger).params())
                            .as(what)
                            .isGreaterThanOrEqualTo(costs.of(member).params());
                }
            }
        }
    }

    @Test
    void attentionCountsBothProducts() {
        try (CountedCosts costs = new CountedCosts(TinyModels.visionTransformer())) {
            Member largest = TinyModels.visionTransformer().space().largest();
            assertThat(costs.operations(largest))
                    .filteredOn(o -> o.op() == Op.ATTENTION)
                    .hasSize(4)
                    .allMatch(o -> o.macs() == 2 * 3 * 5 * 5 * 8);
        }
    }

    /** A pool of 7 × 3 numbers, of which 5 rows are gathered by index and multiplied by the input. */
    @Test
    void productsAreCountedAndListsOfIndicesInBytesAlone() {
        try (PointerScope scope = new PointerScope();
                Tensor x = Tensors.meta(2, 4, 5);
                Tensor pool = Tensors.meta(7, 3);
                Tensor indices = Tensors.metaLongs(5);
                OperationCounter counter = new OperationCounter(Bundle.of("x", x))) {
            Ops.record(counter, () -> {
                Tensor gathered = Ops.gather(pool, 0, indices);
                Ops.matmul(x, gathered);
                Ops.matmul(x, Ops.gather(pool, 0, indices));
            });
            assertThat(counter.costs()).isEqualTo(new MemberCosts(21, 2 * 2 * 4 * 5 * 3, 4 * 21 + 8 * 5));
        }
    }

    @Test
    void weightThatIsReadTwiceIsCountedOnceAndEveryRunOfIt() {
        try (PointerScope scope = new PointerScope();
                Tensor image = Tensors.meta(2, 6);
                Tensor shared = Tensors.meta(12, 6);
                OperationCounter counter = new OperationCounter(Bundle.of("image", image))) {
            Ops.record(counter, () -> {
                Tensor half = Ops.linear(image, shared.narrow(0, 0, 6), null);
                Tensor again = Ops.linear(half, shared.narrow(0, 0, 6), null);
                Ops.linear(again, shared.narrow(0, 6, 6), null);
            });
            assertThat(counter.costs()).isEqualTo(new MemberCosts(72, 3 * 2 * 36, 4 * 72));
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void bytesAreThoseOfTheTensorsInTheFile(ModelDefinition definition) {
        Member member = definition.space().largest();
        ShapeStatistics statistics = new ShapeStatistics();
        try (PointerScope scope = new PointerScope();
                CountedCosts costs = new CountedCosts(definition);
                Family shapes = Family.ofShapes(definition.at(member));
                Bundle image = definition.input().shapes(1)) {
            shapes.forward(image, Pass.evaluation(Member.PLAIN, statistics));
            long channels = statistics.channels().values().stream()
                    .mapToLong(Integer::longValue)
                    .sum();
            long weights = shapes.weights().tensors().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
            assertThat(costs.of(member).bytes()).isEqualTo(4 * (weights + 2 * channels));
        }
    }
}
