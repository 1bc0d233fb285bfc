package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.StoredTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are sound safetensors and yet no family. */
class FamilyFileTest {
    private static final String STATISTIC = "members/small/bn1.running_mean";
    private static final String PACKED = "members/small/statistics";

    @TempDir
    Path folder;

    private Path file;
    private String document;
    private final LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();

    @BeforeEach
    void writeFamily() {
        file = folder.resolve("family.safetensors");
        try (Family family = Family.of(TinyModels.mobileCnn(), 1)) {
            Member small = family.space().smallest();
            MemberStatistics statistics =
                    FamilyTest.calibrate(family, small, TinyModels.images(family.definition(), 2, 1));
            family.name("small", new NamedMember(small, statistics, Map.of("accuracy", 0.5)));
            family.save(file);
        }
        SafetensorsFile stored = SafetensorsFile.open(file);
        document = stored.metadata().get(FamilyFile.KEY);
        stored.names().forEach(name -> tensors.put(name, StoredTensors.data(StoredTensors.copied(stored, name))));
    }

    /** A tensor for each mean and variance, as plain models have them, and as families had them that kept few members. */
    private void layerByLayer() {
        try (PointerScope scope = new PointerScope();
                Family family = Family.open(file)) {
            family.members()
                    .get("small")
                    .statistics()
                    .tensors()
                    .forEach((name, tensor) -> tensors.put(
                            "members/small/" + name,
                            TensorData.floats(List.of(tensor.size(0)), Tensors.floats(tensor))));
        }
        tensors.remove(PACKED);
        document(d -> d.replaceFirst(",\"statistics\":\\{[^{}]*\\}", ""));
        Safetensors.write(file, tensors, Map.of(FamilyFile.KEY, document));
    }

    private void refused(String... message) {
        Safetensors.write(file, tensors, Map.of(FamilyFile.KEY, document));
        assertThatThrownBy(() -> Family.open(file).close())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(message)
                .hasMessageNotContaining("Cannot invoke");
    }

    private void document(UnaryOperator<String> change) {
        String changed = change.apply(document);
        assertThat(changed).isNotEqualTo(document);
        document = changed;
    }

    private static TensorData zeros(long... shape) {
        return StoredTensors.data(Tensors.zeros(shape));
    }

    @Test
    void statisticsThatLieLayerByLayerAreTheSame() {
        float[] packed = Tensors.floats(StoredTensors.copied(SafetensorsFile.open(file), PACKED));
        layerByLayer();
        assertThat(tensors).containsKey(STATISTIC).doesNotContainKey(PACKED);
        try (Family family = Family.open(file)) {
            assertThat(Tensors.floats(family.members().get("small").statistics().packed()))
                    .isEqualTo(packed);
        }
    }

    @Test
    void unchangedFileIsOpened() {
        Safetensors.write(file, tensors, Map.of(FamilyFile.KEY, document));
        try (Family family = Family.open(file)) {
            assertThat(family.members()).containsOnlyKeys("small");
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNoNumberIsRefusedInWeightsAndStatistics(float none) {
        SafetensorsFile stored = SafetensorsFile.open(file);
        for (String name : List.of(stored.names().get(1), PACKED)) {
            TensorData sound = tensors.get(name);
            float[] values = Tensors.floats(StoredTensors.copied(stored, name));
            values[values.length - 1] = none;
            tensors.put(name, TensorData.floats(stored.entry(name).shape(), values));
            refused("tensor \"" + name + "\" must hold finite numbers, but 1 of " + values.length
                    + " are none (element " + (values.length - 1) + ", from 0, is " + none + ")");
            tensors.put(name, sound);
        }
    }

    @Test
    void aVarianceBelowZeroIsRefused() {
        layerByLayer();
        String name = STATISTIC.replace("mean", "var");
        float[] values = Tensors.floats(StoredTensors.copied(SafetensorsFile.open(file), name));
        values[0] = -1e-3f;
        tensors.put(name, TensorData.floats(List.of((long) values.length), values));
        refused("member \"small\" must have no variance below 0", "bn1.running_var");
    }

    @Test
    void fileOfAnotherProgramIsRefused() {
        Safetensors.write(file, tensors, Map.of("format", "pt"));
        assertThatThrownBy(() -> Family.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be a Weft family");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "not json", "null", "{}", "{\"formatVersion\":1}", "[[[["})
    void metadataThatIsNoDocumentIsRefused(String text) {
        document = text;
        refused("weft.family");
    }

    @Test
    void anotherFormatVersionIsRefused() {
        document(d -> d.replace("\"formatVersion\":1", "\"formatVersion\":2"));
        refused("must have formatVersion 1, but has 2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"kind\":\"mobile-cnn\"    | \"kind\":\"mobile\"    | Unknown kind",
                "\"stride\":1               | \"stride\":3           | stride must be 1 or 2",
                "\"kernelSize\":[3]         | \"kernelSize\":[4]     | must be odd",
                "\"resolution\":[12,16]     | \"resolution\":[]      | resolution must have an option",
                "\"resolution\":[12,16]     | \"resolution\":[12,99] | at most the size of the images",
                "\"resolution\":[12,16]     | \"resolution\":[16,12] | rising sizes",
                "\"headWidth\":[32,48]      | \"headWidth\":[32,2000000000] | rising sizes from 1 to 16384",
                "\"headWidth\":[32,48]      | \"headWidth\":[32,16384] | must be [16384, 32, 1, 1]",
                "\"expandRatio\":[2.0,4.0]  | \"expandRatio\":[1.0,4.0] | must be a stage's only option",
                "\"expandRatio\":[2.0,4.0]  | \"expandRatio\":[2.0,1e300] | rising ratios",
                "\"depth\":[1,2,3]          | \"depth\":[1,2,16384]  | the model needs a tensor blocks.1.3",
                "\"size\":16                | \"size\":1000000000    | a size from 1 to 16384",
                "\"std\":[0.5,0.5,0.5]      | \"std\":[0.5,0.5,0.0]  | std must be positive",
                "\"measurements\":          | \"measured\":          | Unknown key",
            })
    void definitionThatCannotBeIsRefused(String part, String replacement, String message) {
        document(d -> d.replace(part, replacement));
        refused(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"resolution", "stages", "headWidth", "stem", "activation", "input", "members", "notes", "block"})
    void missingPartOfTheDocumentIsRefused(String key) {
        document(d -> d.replaceFirst(
                        "\"" + key + "\":(\"[^\"]*\"|\\{[^{}]*\\}|\\[[^\\[\\]]*\\])", "\"" + key + "\":null")
                .replaceFirst(key.equals("stages") ? "\"stages\":\\[.*?\\}\\]" : "\u0001", "\"stages\":null")
                .replaceFirst(
                        key.equals("members") ? "\"members\":\\{.*\\},\"notes" : "\u0001", "\"members\":null,\"notes"));
        Safetensors.write(file, tensors, Map.of(FamilyFile.KEY, document));
        assertThatThrownBy(() -> Family.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining("Cannot invoke");
    }

    @Test
    void missingTensorIsRefused() {
        tensors.remove("classifier.bias");
        refused("needs a tensor classifier.bias [3], but there is none");
    }

    @Test
    void extraTensorIsRefused() {
        tensors.put("classifier.scale", zeros(3));
        refused("has no tensor classifier.scale");
    }

    @Test
    void tensorOfAnotherShapeIsRefused() {
        tensors.put("classifier.weight", zeros(48, 3));
        refused("classifier.weight must be [3, 48] of float32, but is [48, 3]");
    }

    @Test
    void tensorOfAnotherTypeIsRefused() {
        tensors.put("classifier.bias", StoredTensors.data(Tensor.create(new long[] {1, 2, 3}, 3)));
        refused("classifier.bias must be [3] of float32, but is [3] of Long");
    }

    @Test
    void missingStatisticIsRefused() {
        layerByLayer();
        tensors.remove(STATISTIC);
        refused("member \"small\" must have the batch-norm statistic bn1.running_mean [8] of float32, but has none");
    }

    @Test
    void statisticOfAnotherSizeIsRefused() {
        layerByLayer();
        tensors.put(STATISTIC, zeros(16));
        refused("member \"small\" must have the batch-norm statistic bn1.running_mean [8] of float32, but it is [16]");
    }

    @Test
    void statisticOfAnotherTypeIsRefused() {
        layerByLayer();
        tensors.put(STATISTIC, StoredTensors.data(Tensor.create(new long[8], 8)));
        refused("bn1.running_mean [8]", "Long");
    }

    @Test
    void extraStatisticIsRefused() {
        layerByLayer();
        tensors.put("members/small/blocks.0.1.bn1.running_mean", zeros(8));
        refused("member \"small\" has no batch norm for the statistic blocks.0.1.bn1.running_mean");
    }

    @Test
    void statisticsOfAMemberThatIsNotListedAreRefused() {
        layerByLayer();
        tensors.put("members/other/bn1.running_mean", zeros(8));
        refused("belongs to a member that the file does not list");
    }

    @Test
    void packedStatisticsThatAreNotWhatTheDocumentSaysAreRefused() {
        TensorData sound = tensors.get(PACKED);
        long channels = sound.shape().get(1);
        String where = "member \"small\" must have its batch-norm statistics in a tensor \"" + PACKED + "\" [2, "
                + channels + "]";
        tensors.put(PACKED, zeros(2, channels + 1));
        refused(where, "but it is [2, " + (channels + 1) + "]");
        tensors.put(PACKED, zeros(channels, 2));
        refused(where, "but it is [" + channels + ", 2]");
        tensors.put(PACKED, StoredTensors.data(Tensor.create(new long[(int) (2 * channels)], 2, channels)));
        refused(where, "Long");
        tensors.remove(PACKED);
        refused(where, "but has none");
        tensors.put(PACKED, sound);
        tensors.put(STATISTIC, zeros(8));
        refused("member \"small\" has its statistics in one tensor, and no place for bn1.running_mean");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"statistics\":{\"bn1\":8, | \"statistics\":{\"bn1\":0, | must have channels in the batch norm \"bn1\", but has 0",
                "\"statistics\":{\"bn1\":8, | \"statistics\":{\"bn1\":null, | must have channels in the batch norm \"bn1\", but has null",
                "\"statistics\":{\"bn1\":8, | \"statistics\":{\"bn9\":8, | must have the batch-norm statistic bn1.running_mean [8] of float32, but has none",
                "\"statistics\":{\"bn1\":8, | \"statistics\":{\"bn1\":2147483647, | must have its batch-norm statistics in a tensor",
                "\"statistics\":{\"bn1\":8, | \"statistics\":{\"bn1\":4,\"bn9\":4, | must have the batch-norm statistic bn1.running_mean [8] of float32, but it is [4]",
                "\"statistics\":{\"bn1\":8, | \"statistics\":{ | must have its batch-norm statistics in a tensor"
            })
    void channelsThatDoNotFitTheModelAreRefused(String part, String replacement, String message) {
        document(d -> d.replace(part, replacement));
        refused(message);
    }

    @Test
    void aPackedVarianceBelowZeroIsRefused() {
        TensorData sound = tensors.get(PACKED);
        float[] values = Tensors.floats(StoredTensors.copied(SafetensorsFile.open(file), PACKED));
        values[values.length / 2] = -1e-3f;
        tensors.put(PACKED, TensorData.floats(sound.shape(), values));
        refused("member \"small\" must have no variance below 0", "bn1.running_var");
    }

    /** A native tensor, or an entry of a file's header, for each statistic of each layer takes more memory than the numbers in it. */
    @Test
    void aKeptMemberCostsAFewNativeTensorsAndOneInTheFile() {
        int kept = 40;
        Path many = folder.resolve("many.safetensors");
        int layers;
        try (Family family = Family.open(file)) {
            NamedMember small = family.members().get("small");
            layers = small.statistics().channels().size();
            for (int i = 0; i < kept; i++) {
                family.name(
                        "m" + i,
                        new NamedMember(small.member(), small.statistics().copy(), Map.of()));
            }
            family.save(many);
        }
        assertThat(SafetensorsFile.open(many).names())
                .hasSize(SafetensorsFile.open(file).names().size() + kept);
        assertThat(opened(many) - opened(file)).isPositive().isLessThanOrEqualTo(3L * kept);
        assertThat(layers).isGreaterThan(3); // each has two statistics
    }

    /** How many native objects an opened family holds: the most of a few tries, for a collector may free others meanwhile. */
    private static long opened(Path path) {
        long most = Long.MIN_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = Pointer.totalCount();
            Family family;
            try (PointerScope scope = new PointerScope()) {
                family = Family.open(path);
            }
            try (family) {
                most = Math.max(most, Pointer.totalCount() - before);
            }
        }
        return most;
    }

    @Test
    void memberThatIsNotOfTheSpaceIsRefused() {
        document(d -> d.replace("stem.width=8", "stem.width=9"));
        refused("stem.width must be one of [8, 16], but got 9. Nearest: 8.");
    }

    @Test
    void memberWithoutStatisticsIsNotSaved() {
        try (Family family = Family.of(TinyModels.mobileCnn(), 1)) {
            family.name("raw", new NamedMember(family.space().largest(), MemberStatistics.none(), Map.of()));
            assertThatThrownBy(() -> family.save(file))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("member \"raw\"")
                    .hasMessageEndingWith("Calibrate the member before saving it.");
        }
    }

    @Test
    void plainModelKeepsTheStatisticsOfEachOfItsNames() {
        try (PointerScope scope = new PointerScope();
                Family family = Family.open(file);
                Family alone = family.extract(
                        family.space().smallest(), family.members().get("small").statistics())) {
            MemberStatistics second =
                    FamilyTest.calibrate(alone, Member.PLAIN, TinyModels.images(alone.definition(), 2, 9));
            alone.name("again", new NamedMember(Member.PLAIN, second, Map.of()));
            Path both = folder.resolve("both.safetensors");
            alone.save(both);
            assertThat(SafetensorsFile.open(both).names()).contains("members/again/statistics");
            try (Family opened = Family.open(both)) {
                for (String name : List.of("model", "again")) {
                    assertThat(Tensors.floats(opened.members()
                                    .get(name)
                                    .statistics()
                                    .tensors()
                                    .get("bn1.running_mean")))
                            .isEqualTo(Tensors.floats(alone.members()
                                    .get(name)
                                    .statistics()
                                    .tensors()
                                    .get("bn1.running_mean")));
                }
            }
        }
    }
}
