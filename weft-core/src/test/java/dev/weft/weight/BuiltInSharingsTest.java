package dev.weft.weight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.model.VisionTransformer;
import dev.weft.space.Choice;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.SimplexMap;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import dev.weft.weight.generator.MemberGenerator;
import dev.weft.weight.kernel.KernelTransforms;
import dev.weft.weight.layers.TiedLayers;
import dev.weft.weight.lowrank.LowRank;
import dev.weft.weight.tree.Tree;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every way of sharing that comes with Weft keeps the contract of sharings. */
class BuiltInSharingsTest {
    /** A kind that is added to Weft gets its class here. */
    @Test
    void everyBuiltInKindIsUnderContract() {
        List<Class<?>> tested = List.of(
                new BlendTest().sharing().getClass(),
                new GeneratorTest().sharing().getClass(),
                new ExpertsTest().sharing().getClass(),
                new LowRankTest().sharing().getClass(),
                new KernelTransformsTest().sharing().getClass(),
                new TreeTest().sharing().getClass(),
                new TiedLayersTest().sharing().getClass());
        assertThat(tested)
                .containsExactlyElementsOf(Arrays.stream(
                                Sharing.class.getAnnotation(JsonSubTypes.class).value())
                        .<Class<?>>map(JsonSubTypes.Type::value)
                        .toList());
    }

    @Nested
    class BlendTest implements SharingContract {
        @Override
        public Sharing sharing() {
            return new Blend(new SimplexMap.Softmax(), Blend.Norm.MASKED, Blend.Ownership.ENTANGLED, 1);
        }

        @Override
        public ModelDefinition model() {
            return TinyModels.mobileCnn();
        }
    }

    @Nested
    class GeneratorTest implements SharingContract {
        @Override
        public Sharing sharing() {
            return new MemberGenerator("macs", 8, null, MemberGenerator.View.MASK);
        }

        @Override
        public ModelDefinition model() {
            return TinyModels.mobileCnn();
        }
    }

    @Nested
    class ExpertsTest implements SharingContract {
        @Override
        public Sharing sharing() {
            return new Experts(
                    "mlp",
                    2,
                    Experts.Granularity.NEURON,
                    Experts.Routing.SOFT,
                    8,
                    2,
                    new MemberEncoding.Scaled(),
                    false,
                    new ExpertStart.Independent(),
                    false);
        }

        @Override
        public ModelDefinition model() {
            return TinyModels.languageModel();
        }
    }

    @Nested
    class LowRankTest implements SharingContract {
        @Override
        public Sharing sharing() {
            return new LowRank("mlp", 3, 8, 2, new MemberEncoding.OneHot(), false, false);
        }

        @Override
        public ModelDefinition model() {
            return TinyModels.visionTransformer();
        }
    }

    @Nested
    class KernelTransformsTest implements SharingContract {
        @Override
        public Sharing sharing() {
            return new KernelTransforms("conv_dw");
        }

        @Override
        public ModelDefinition model() {
            return TinyModels.mobileCnn();
        }
    }

    @Nested
    class TreeTest implements SharingContract {
        @Override
        public Sharing sharing() {
            Choice<?> split = model().choices().get(0);
            List<String> options =
                    split.options().stream().map(Object::toString).toList();
            return new Tree(
                    List.of(
                            new Tree.Leaf("first", Map.of(split.name(), options.subList(0, 1))),
                            new Tree.Leaf("rest", Map.of(split.name(), options.subList(1, options.size())))),
                    List.of());
        }

        @Override
        public ModelDefinition model() {
            return TinyModels.cellNetwork();
        }
    }

    @Nested
    class TiedLayersTest implements SharingContract {
        @Override
        public Sharing sharing() {
            return new TiedLayers(LayerMap.of("blocks", LayerMap.Rule.EVEN, 3, 2));
        }

        @Override
        public ModelDefinition model() {
            VisionTransformer one = TinyModels.visionTransformer();
            VisionTransformer.Block block = one.blocks().get(0);
            return new VisionTransformer(
                    one.input(),
                    one.resolution(),
                    one.patchSize(),
                    one.embedDim(),
                    List.of(2, 3),
                    one.headDim(),
                    List.of(block, block, block));
        }
    }
}
