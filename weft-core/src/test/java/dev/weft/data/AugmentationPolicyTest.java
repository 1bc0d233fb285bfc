package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AugmentationPolicyTest {
    private static final int SIDE = 8;

    /** One operation of magnitude 15: the results are those of the fourteen, signs included, about equally often. */
    @Test
    void randAugmentDrawsEachOfFourteenEquallyOften() {
        Map<String, Set<ImageOperation>> results = new HashMap<>();
        for (ImageOperation operation : ImageOperation.values()) {
            double strength = operation.strength(0.5);
            for (double signed : operation.isSigned() ? new double[] {strength, -strength} : new double[] {strength}) {
                Planes image = image();
                operation.apply(image, signed);
                results.computeIfAbsent(Arrays.toString(image.bytes()), r -> new HashSet<>())
                        .add(operation);
            }
        }
        assertThat(results.values()).as("each result tells its operation").allSatisfy(of -> assertThat(of)
                .hasSize(1));
        Map<ImageOperation, Integer> seen = new HashMap<>();
        SplittableRandom random = new SplittableRandom(3);
        AugmentationPolicy policy = new AugmentationPolicy.RandAugment(1, 15);
        int draws = 14_000;
        for (int i = 0; i < draws; i++) {
            Planes image = image();
            policy.apply(image, random);
            seen.merge(results.get(Arrays.toString(image.bytes())).iterator().next(), 1, Integer::sum);
        }
        assertThat(seen).hasSize(14).doesNotContainKey(ImageOperation.INVERT);
        // 1,000 expected each, standard deviation 30
        assertThat(seen.values()).allSatisfy(count -> assertThat(count).isBetween(860, 1140));
    }

    /** The published table has Posterize in 5 pairs of 25, twice in one, with probabilities 0.4, 0.6, 0.6, 0.8, 0.4. */
    @Test
    void autoAugmentIsTheTableForImageNet() {
        assertThat(ImageNetPairs.ALL).hasSize(25).allSatisfy(pair -> assertThat(pair)
                .hasSize(2));
        Map<ImageOperation, Double> expected = new HashMap<>();
        ImageNetPairs.ALL.forEach(
                pair -> pair.forEach(part -> expected.merge(part.operation(), part.probability(), Double::sum)));
        assertThat(expected.get(ImageOperation.POSTERIZE)).isCloseTo(0.4 + 0.6 + 0.6 + 0.8 + 0.4, Offset.offset(1e-9));
        assertThat(expected.get(ImageOperation.EQUALIZE)).isCloseTo(11.2, Offset.offset(1e-9));
        assertThat(expected.get(ImageOperation.ROTATE))
                .isCloseTo(0.6 + 0.8 + 0.2 + 0.8 + 0.4 + 0.8, Offset.offset(1e-9));
        // How often nothing happens: both are left out, or are a Color of magnitude 0, which is none.
        double nothing = ImageNetPairs.ALL.stream()
                .mapToDouble(pair -> pair.stream()
                        .mapToDouble(part -> part.operation() == ImageOperation.COLOR && part.magnitude() == 0
                                ? 1
                                : 1 - part.probability())
                        .reduce(1, (a, b) -> a * b))
                .average()
                .orElseThrow();
        SplittableRandom random = new SplittableRandom(4);
        int draws = 20_000;
        int same = 0;
        for (int i = 0; i < draws; i++) {
            Planes image = image();
            new AugmentationPolicy.AutoAugment().apply(image, random);
            same += Arrays.equals(image.bytes(), image().bytes()) ? 1 : 0;
        }
        assertThat((double) same / draws).isCloseTo(nothing, Offset.offset(0.01)); // standard deviation 0.003
    }

    /** Only the brightness changes here: its factors are uniform from 0.6 to 1.4. */
    @Test
    void colourJitterDrawsFactorsAroundOne() {
        SplittableRandom random = new SplittableRandom(6);
        double sum = 0;
        double least = 2;
        double most = 0;
        for (int i = 0; i < 5_000; i++) {
            Planes pixel = new Planes(new byte[] {100}, 1, 1, 1);
            new AugmentationPolicy.ColourJitter(0.4, 0, 0).apply(pixel, random);
            double factor = (pixel.at(0, 0) + 0.5) / 100;
            sum += factor;
            least = Math.min(least, factor);
            most = Math.max(most, factor);
        }
        assertThat(sum / 5_000).isCloseTo(1, Offset.offset(0.015)); // standard deviation 0.0033
        assertThat(least).isBetween(0.595, 0.62);
        assertThat(most).isBetween(1.38, 1.405);
        Planes all = image();
        new AugmentationPolicy.ColourJitter(0.4, 0.4, 0.4).apply(all, random);
        assertThat(all.bytes()).isNotEqualTo(image().bytes());
    }

    @Test
    void theSameKeyGivesTheSameImageWhateverElseIsAsked() {
        Augmentation augmentation = Yaml.parse(
                "{horizontalFlip: true, randomResizedCrop: {}, policy: {kind: auto-augment}}",
                "test",
                Augmentation.class);
        assertThat(augmentation.randomResizedCrop()).isEqualTo(new RandomResizedCrop(0.08, 1, 0.75, 4 / 3.0));
        ImageDataset data = TestImages.numbered("train", 5, 2, 3, SIDE, SIDE);
        byte[] first = read(augmentation, data, 2, 99);
        read(augmentation, data, 3, 98);
        assertThat(read(augmentation, data, 2, 99)).isEqualTo(first);
        Set<String> seen = new HashSet<>();
        for (int key = 0; key < 50; key++) {
            seen.add(Arrays.toString(read(augmentation, data, 2, key)));
        }
        assertThat(seen).hasSizeGreaterThan(45);
        Augmentation defaults = Yaml.parse("{policy: {kind: rand-augment}}", "test", Augmentation.class);
        assertThat(defaults.policy()).isEqualTo(new AugmentationPolicy.RandAugment(2, 9));
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new AugmentationPolicy.RandAugment(0, 9))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("operations from 1 to 14");
        assertThatThrownBy(() -> new AugmentationPolicy.RandAugment(2, 31))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("magnitude=31");
        assertThatThrownBy(() -> new AugmentationPolicy.ColourJitter(0, 0, 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("one of them over 0");
    }

    private static byte[] read(Augmentation augmentation, ImageDataset data, int index, long key) {
        byte[] image = new byte[data.exampleBytes()];
        augmentation.read(data, index, key, image, 0);
        return image;
    }

    /** In colour, so large that equalizing does something, and without any symmetry. */
    private static Planes image() {
        int side = 20;
        byte[] bytes = new byte[3 * side * side];
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (20 + random.nextInt(200));
        }
        return new Planes(bytes, 3, side, side);
    }
}
