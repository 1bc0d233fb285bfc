package dev.weft.model;

import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Member;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** The law of design: a member inside its family and its extracted model give the same output, bit for bit. */
class ExtractionLawTest {
    @Property(tries = 40)
    void holdsForEveryMobileCnn(@ForAll("mobileCnns") MobileCnn definition, @ForAll long seed) {
        check(definition, seed);
    }

    @Property(tries = 40)
    void holdsForEveryVisionTransformer(@ForAll("visionTransformers") VisionTransformer definition, @ForAll long seed) {
        check(definition, seed);
    }

    @Property(tries = 60)
    void holdsForEveryLanguageModel(@ForAll("languageModels") LanguageModel definition, @ForAll long seed) {
        check(definition, seed);
    }

    private static void check(ModelDefinition definition, long seed) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = Family.of(definition, seed)) {
            Tensor examples = TinyModels.examples(definition, 3, seed);
            for (Member member : List.of(
                    family.space().sample(new SplittableRandom(seed)),
                    family.space().smallest())) {
                MemberStatistics statistics = FamilyTest.calibrate(family, member, examples);
                try (Family extracted = family.extract(member, statistics)) {
                    TensorAssert.assertThat(extracted.forward(
                                    examples,
                                    Pass.evaluation(
                                            Member.PLAIN,
                                            extracted.members().get("model").statistics())))
                            .as(member.toString())
                            .isBitEqualTo(family.forward(examples, Pass.evaluation(member, statistics)));
                }
            }
        }
    }

    @Provide
    Arbitrary<MobileCnn> mobileCnns() {
        Arbitrary<Stem> stems =
                Combinators.combine(sizes(3, 4, 8, 12), Arbitraries.of(1, 2)).as(Stem::new);
        return Combinators.combine(
                        Arbitraries.of(1, 3),
                        sizes(6, 9, 12),
                        stems,
                        stages().list().ofMinSize(1).ofMaxSize(3),
                        Arbitraries.oneOf(Arbitraries.just(List.<Integer>of()), sizes(5, 16, 24)),
                        Arbitraries.of(Activation.class),
                        Arbitraries.of(true, false))
                .as((channels, resolution, stem, stages, head, activation, zeroInit) -> new MobileCnn(
                        TinyModels.input(channels, 12), resolution, stem, stages, head, activation, zeroInit));
    }

    private static Arbitrary<Stage> stages() {
        Arbitrary<Block> blocks = Arbitraries.of(Block.class);
        return blocks.flatMap(block -> Combinators.combine(
                        sizes(3, 6, 8, 12, 20),
                        sizes(1, 2, 3),
                        sizes(1, 3, 5, 7),
                        block == Block.FUSED
                                ? options(1.0, 1.5, 2.0, 3.0)
                                : Arbitraries.oneOf(Arbitraries.just(List.of(1.0)), options(0.5, 1.5, 2.0, 3.0)),
                        Arbitraries.of(1, 2),
                        Arbitraries.of(true, false))
                .as((width, depth, kernel, expand, stride, squeezeExcite) ->
                        new Stage(block, width, depth, kernel, expand, stride, squeezeExcite)));
    }

    @Provide
    Arbitrary<VisionTransformer> visionTransformers() {
        return sizes(1, 2, 3).flatMap(depth -> Combinators.combine(
                        Arbitraries.of(1, 3),
                        Arbitraries.of(1, 2, 4),
                        sizes(5, 8, 12, 17),
                        Arbitraries.of(3, 4, 8),
                        blocks().list().ofSize(depth.get(depth.size() - 1)))
                .as((channels, patch, embed, headDim, blocks) -> new VisionTransformer(
                        TinyModels.input(channels, 10), 8, patch, embed, depth, headDim, blocks)));
    }

    private static Arbitrary<VisionTransformer.Block> blocks() {
        return Combinators.combine(sizes(1, 2, 3), options(0.5, 1.3, 2.0, 3.5)).as(VisionTransformer.Block::new);
    }

    /** Sizes that every setting allows: heads of 2 and 4 in groups of 1 or 2, widths that 4 heads split into even ones. */
    @Provide
    Arbitrary<LanguageModel> languageModels() {
        return sizes(1, 2, 3).flatMap(depth -> Combinators.combine(
                        sizes(8, 16, 24, 40),
                        Arbitraries.of(0, 2, 6),
                        Arbitraries.of(1, 2),
                        Arbitraries.of(LanguageModel.Positions.class),
                        Arbitraries.of(Mlp.class),
                        Arbitraries.of(Norm.Kind.class),
                        Arbitraries.integers().between(0, 3),
                        Combinators.combine(sizes(2, 4), options(0.5, 1.3, 2.0, 3.5))
                                .as(LanguageModel.Block::new)
                                .list()
                                .ofSize(depth.get(depth.size() - 1)))
                .as((embed, headDim, group, positions, mlp, norm, flags, blocks) -> new LanguageModel(
                        TinyModels.text(7, 6),
                        embed,
                        depth,
                        headDim,
                        group,
                        positions,
                        mlp,
                        norm,
                        1e-5,
                        flags % 2 == 0,
                        flags < 2,
                        blocks)));
    }

    private static Arbitrary<List<Integer>> sizes(Integer... options) {
        return options(options);
    }

    /** One or more of the options, in their order. */
    @SafeVarargs
    private static <T extends Comparable<T>> Arbitrary<List<T>> options(T... options) {
        return Arbitraries.subsetOf(options)
                .filter(chosen -> !chosen.isEmpty())
                .map(chosen -> chosen.stream().sorted().toList());
    }
}
