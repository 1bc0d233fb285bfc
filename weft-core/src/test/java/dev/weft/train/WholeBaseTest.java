package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.weft.delta.NameMap;
import dev.weft.io.InputException;
import dev.weft.io.Safetensors;
import dev.weft.io.TensorData;
import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.VisionTransformer;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.Exporter;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Base;
import dev.weft.recipe.Inheritance;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.space.Member;
import dev.weft.weight.LayerMap;
import dev.weft.weight.Sharing;
import dev.weft.weight.StoredTensors;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.layers.TiedLayers;
import dev.weft.weight.lowrank.LowRank;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that begin from a whole family, or from another program's weights, with sharing over them or parts of them frozen. */
class WholeBaseTest {
    private static final String ALL_BUT_LOW_RANK = "^(?!.*low_rank)";

    @TempDir
    Path temporary;

    private Recipe recipe;
    private Path source;

    private static VisionTransformer model(int depth, int width, int heads) {
        List<VisionTransformer.Block> blocks = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            blocks.add(new VisionTransformer.Block(List.of(1, heads), List.of(2.0)));
        }
        return new VisionTransformer(null, 16, 8, List.of(4, width), List.of(1, depth), 4, blocks);
    }

    private static Recipe recipe(ModelDefinition model, List<Sharing> sharing, Base base, Recipe like) {
        return new Recipe("over", "for tests", model, sharing, base, like.data(), like.train());
    }

    @BeforeEach
    void trained() throws IOException {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.epochs = 1;
        TrainSettings train = settings.build();
        recipe = new Recipe(
                "base",
                "for tests",
                model(3, 8, 3),
                TinyTraining.dataSettings(TinyTraining.data(temporary.resolve("data"))),
                train);
        try (Trainer trainer = Trainer.start(recipe, temporary.resolve("base"), 9)) {
            trainer.run();
        }
        source = temporary.resolve("base").resolve("family.safetensors");
    }

    private Base whole(String frozen, Inheritance inherit, String fresh) {
        return new Base(source.toString(), null, null, null, inherit, fresh, frozen);
    }

    private static Map<String, List<Byte>> bytes(Family family) {
        Map<String, List<Byte>> bytes = new LinkedHashMap<>();
        family.weights().stored().forEach((name, tensor) -> {
            var buffer = Tensors.bytes(tensor);
            List<Byte> all = new ArrayList<>();
            while (buffer.hasRemaining()) {
                all.add(buffer.get());
            }
            bytes.put(name, all);
        });
        return bytes;
    }

    /** A frozen family keeps every bit while the sharing over it trains, also after a stop. */
    @Test
    void sharingTrainsOverAFamilyThatStaysAsItIs() {
        Sharing lowRank = new LowRank("mlp", 2, 4, 1, new MemberEncoding.Scaled(), false, false);
        Recipe over = recipe(null, List.of(lowRank), whole(ALL_BUT_LOW_RANK, null, null), recipe);
        assertThat(Yaml.parse(Yaml.write(over), "written", Recipe.class)).isEqualTo(over);
        Path run = temporary.resolve("run");
        Map<String, List<Byte>> begun;
        try (Trainer trainer = Trainer.start(over, run, 9)) {
            begun = bytes(trainer.family());
            trainer.run(() -> trainer.stepsDone() == 2, List.of());
        }
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.family().frozen()).isNotEmpty().noneMatch(name -> name.contains("low_rank"));
            trainer.run();
        }
        try (Family base = Family.open(source);
                Family trained = Family.open(run.resolve("family.safetensors"))) {
            assertThat(trained.sharing()).containsExactly(lowRank);
            assertThat(trained.space().choices()).isEqualTo(base.space().choices());
            Map<String, List<Byte>> before = bytes(base);
            Map<String, List<Byte>> after = bytes(trained);
            assertThat(after).containsAllEntriesOf(before);
            after.keySet().removeAll(before.keySet());
            assertThat(after).isNotEmpty().anySatisfy((name, value) -> assertThat(value)
                    .isNotEqualTo(begun.get(name)));
        }
    }

    /** The corner of each of query, key and value, of every second layer; a slice of the whole matrix would be another one. */
    @Test
    void smallerModelInheritsTheLeadingEntriesOfMappedLayers() {
        Inheritance inherit = new Inheritance(
                LayerMap.of("blocks", List.of(0, 2)),
                List.of(new Inheritance.Kept("mlp.fc1", 0, List.of(1, 3, 5, 7, 9, 11, 13, 15))));
        VisionTransformer student = new VisionTransformer(
                null,
                16,
                8,
                List.of(4),
                List.of(2),
                4,
                List.of(
                        new VisionTransformer.Block(List.of(2), List.of(2.0)),
                        new VisionTransformer.Block(List.of(2), List.of(2.0))));
        Recipe small = recipe(student, List.of(), whole(null, inherit, null), recipe);
        try (Family base = Family.open(source);
                Trainer trainer = Trainer.start(small, temporary.resolve("small"), 9);
                PointerScope scope = new PointerScope()) {
            Map<String, Tensor> from = base.weights().stored();
            Map<String, Tensor> own = trainer.family().weights().stored();
            Tensor query = from.get("blocks.2.attn.qkv.weight");
            Tensor corner = query.unflatten(0, new long[] {3, 12})
                    .narrow(1, 0, 8)
                    .flatten(0, 1)
                    .narrow(1, 0, 4);
            Tensor inherited = own.get("blocks.1.attn.qkv.weight");
            assertThat(inherited.equal(corner)).isTrue();
            assertThat(inherited.equal(query.narrow(0, 0, 24).narrow(1, 0, 4))).isFalse();
            Tensor odd = from.get("blocks.2.mlp.fc1.weight")
                    .slice(0, new org.bytedeco.pytorch.LongOptional(1), new org.bytedeco.pytorch.LongOptional(16), 2);
            assertThat(own.get("blocks.1.mlp.fc1.weight").equal(odd.narrow(1, 0, 4)))
                    .isTrue();
        }
    }

    @Test
    void descendantOfTiedLayersHasACopyForEachLayer() {
        TiedLayers tied = new TiedLayers(LayerMap.of("blocks", List.of(0, 0, 1)));
        Recipe stages = recipe(model(3, 8, 3), List.of(tied), null, recipe);
        Path auxiliary = temporary.resolve("auxiliary");
        try (Trainer trainer = Trainer.start(stages, auxiliary, 4)) {
            assertThat(trainer.family().weights().stored().keySet()).noneMatch(name -> name.startsWith("blocks.2."));
            trainer.run();
        }
        source = auxiliary.resolve("family.safetensors");
        Inheritance expand = new Inheritance(LayerMap.of("blocks", LayerMap.Rule.EVEN, 3, 2), List.of());
        Recipe descendant = recipe(model(3, 8, 3), List.of(), whole(null, expand, null), recipe);
        try (Family base = Family.open(source);
                Trainer trainer = Trainer.start(descendant, temporary.resolve("descendant"), 4)) {
            Map<String, Tensor> from = base.weights().stored();
            Map<String, Tensor> own = trainer.family().weights().stored();
            assertThat(own.get("blocks.1.mlp.fc1.weight").equal(from.get("blocks.0.mlp.fc1.weight")))
                    .isTrue();
            assertThat(own.get("blocks.2.mlp.fc1.weight").equal(from.get("blocks.1.mlp.fc1.weight")))
                    .isTrue();
            trainer.run(() -> trainer.stepsDone() == 1, List.of());
            assertThat(own.get("blocks.1.mlp.fc1.weight").equal(own.get("blocks.0.mlp.fc1.weight")))
                    .as("independent after one step")
                    .isFalse();
        }
    }

    /** Another program's names and types; the head is this run's own. */
    @Test
    void anotherProgramsWeightsComeByANameMap() throws IOException {
        Path file = temporary.resolve("foreign.safetensors");
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        Map<String, Tensor> written = new LinkedHashMap<>();
        try (Family base = Family.open(source)) {
            List<ScalarType> types = List.of(ScalarType.Float, ScalarType.Half, ScalarType.BFloat16);
            base.weights().stored().forEach((name, tensor) -> {
                if (!name.startsWith("head")) {
                    Tensor other = tensor.detach()
                            .to(types.get(written.size() % 3))
                            .clone(); // the file is unmapped when it is closed
                    written.put(name, other);
                    tensors.put("encoder/" + name, StoredTensors.data(other));
                }
            });
            Safetensors.write(file, tensors, Map.of("format", "pt"));
        }
        source = file;
        List<NameMap.Rule> names = List.of(new NameMap.Rule("encoder/(.*)", "$1"));
        Base foreign = new Base(file.toString(), null, null, names, null, "^head", "^blocks");
        Recipe over = recipe(model(3, 8, 3), List.of(), foreign, recipe);
        try (Trainer trainer = Trainer.start(over, temporary.resolve("run"), 5)) {
            trainer.run();
            Map<String, Tensor> own = trainer.family().weights().stored();
            written.forEach((name, tensor) -> {
                boolean same = own.get(name).equal(tensor.to(ScalarType.Float));
                assertThat(same).as(name).isEqualTo(name.startsWith("blocks"));
            });
        }
        Base unmapped = new Base(file.toString(), null, null, null, null, "^head", null);
        assertThatThrownBy(() ->
                        Trainer.start(recipe(model(3, 8, 3), List.of(), unmapped, recipe), temporary.resolve("no"), 5))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must hold \"")
                .hasMessageContaining("Map its name");
        assertThatThrownBy(() -> Trainer.start(recipe(null, List.of(), foreign, recipe), temporary.resolve("no"), 5))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must have a model");
        assertThat(temporary.resolve("no")).doesNotExist();
    }

    /** The answers of the run's largest member before any step. */
    private float[] begun(Base base, String folder, Tensor images) {
        Recipe over = recipe(model(3, 8, 3), List.of(), base, recipe);
        try (Trainer trainer = Trainer.start(over, temporary.resolve(folder), 9);
                PointerScope scope = new PointerScope()) {
            Family family = trainer.family();
            return Tensors.floats(
                    family.forward(images, Pass.evaluation(family.space().largest(), MemberStatistics.none()))
                            .detach());
        }
    }

    private Base onnx(Path file, NameMap.Rule... names) {
        return new Base(file.toString(), null, null, List.of(names), null, null, null);
    }

    /** What Weft exports has the model's names, and each matrix as the model has it. */
    @Test
    void weightsOfAnExportedModelAnswerAsTheModelDoes() {
        Path file = temporary.resolve("model.onnx");
        try (Family base = Family.open(source);
                Tensor images = base.definition()
                        .input()
                        .random(5, new SplittableRandom(1))
                        .only()) {
            Member largest = base.space().largest();
            Exporter.export(
                    base,
                    largest,
                    MemberStatistics.none(),
                    List.of(Bundle.of("image", images)),
                    ExportOptions.onnx(file));
            try (PointerScope scope = new PointerScope()) {
                float[] answers =
                        Tensors.floats(base.forward(images, Pass.evaluation(largest, MemberStatistics.none())));
                assertThat(begun(onnx(file), "exported", images)).isEqualTo(answers);
            }
        }
    }

    /** As torch exports them: matrices of products stored (in, out) under names that the exporter made up, and some numbers in a file beside. */
    @Test
    void weightsOfAForeignOnnxModelAnswerAsTheModelDoes() throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder();
        ByteArrayOutputStream beside = new ByteArrayOutputStream();
        List<NameMap.Rule> names = new ArrayList<>();
        Path file = temporary.resolve("foreign.onnx");
        try (Family base = Family.open(source);
                Tensor images = base.definition()
                        .input()
                        .random(5, new SplittableRandom(1))
                        .only();
                PointerScope scope = new PointerScope()) {
            base.weights().stored().forEach((name, tensor) -> {
                boolean product = tensor.dim() == 2 && name.endsWith(".weight");
                Tensor stored = product ? tensor.detach().t().contiguous() : tensor.detach();
                TensorProto.Builder initializer = TensorProto.newBuilder()
                        .setName(product ? "onnx::MatMul_" + graph.getInitializerCount() : "encoder." + name)
                        .setDataType(TensorProto.DataType.FLOAT_VALUE);
                for (long size : stored.shape()) {
                    initializer.addDims(size);
                }
                ByteString bytes = ByteString.copyFrom(Tensors.bytes(stored));
                if (product) {
                    names.add(new NameMap.Rule(initializer.getName(), name, true));
                    initializer.setDataLocation(TensorProto.DataLocation.EXTERNAL);
                    Map.of("location", "foreign.data", "offset", "" + beside.size())
                            .forEach((key, value) -> initializer.addExternalData(StringStringEntryProto.newBuilder()
                                    .setKey(key)
                                    .setValue(value)));
                    beside.writeBytes(bytes.toByteArray());
                } else {
                    initializer.setRawData(bytes);
                }
                graph.addInitializer(initializer);
            });
            assertThat(names).isNotEmpty();
            names.add(new NameMap.Rule("encoder\\.(.*)", "$1"));
            Files.write(
                    file,
                    ModelProto.newBuilder()
                            .setIrVersion(8)
                            .setGraph(graph)
                            .build()
                            .toByteArray());
            Files.write(temporary.resolve("foreign.data"), beside.toByteArray());
            float[] answers = Tensors.floats(
                    base.forward(images, Pass.evaluation(base.space().largest(), MemberStatistics.none())));
            Base foreign = onnx(file, names.toArray(NameMap.Rule[]::new));
            assertThat(begun(foreign, "foreign", images)).isEqualTo(answers);
            Recipe over = recipe(model(3, 8, 3), List.of(), foreign, recipe);
            assertThat(Yaml.parse(Yaml.write(over), "written", Recipe.class)).isEqualTo(over);
        }
    }

    @Test
    void whatIsFrozenMustBeSomeOfTheWeights() {
        for (String pattern : List.of("nothing-like-it", ".")) {
            assertThatThrownBy(() -> Trainer.start(
                            recipe(null, List.of(), whole(pattern, null, null), recipe), temporary.resolve("no"), 9))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("must be some of the weights");
        }
        assertThat(temporary.resolve("no")).doesNotExist();
    }
}
