package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SafetensorsPropertyTest {
    private static final List<String> DTYPES = List.copyOf(Safetensors.DTYPE_BITS.keySet());
    private static final String[] INSERTS = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "-1",
        "9223372036854775807",
        "1e9",
        "null",
        "\u0000",
        "\\u0000",
        "{\"a\":",
        "[[[["
    };

    @Property(tries = 200)
    void whatIsWrittenIsRead(@ForAll long seed, @ForAll @IntRange(max = 6) int count) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        Map<String, byte[]> content = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String dtype = DTYPES.get(random.nextInt(DTYPES.size()));
            List<Long> shape = new ArrayList<>(shape(random));
            shape.add(8L / Integer.lowestOneBit(Math.min(8, Safetensors.DTYPE_BITS.get(dtype)))); // whole bytes
            byte[] bytes = new byte[(int) Safetensors.byteSize(dtype, shape)];
            random.nextBytes(bytes);
            String name = i + "\u00e4\"\\\n" + Character.toString(0x1F9F6).repeat(random.nextInt(3));
            tensors.put(name, TensorData.of(dtype, shape, () -> ByteBuffer.wrap(bytes)));
            content.put(name, bytes);
        }
        inTemporaryFile(file -> {
            Safetensors.write(file, tensors, Map.of("seed", "" + seed));
            SafetensorsFile read = SafetensorsFile.open(file);
            read.verify();
            assertThat(read.names()).containsExactlyInAnyOrderElementsOf(content.keySet());
            assertThat(read.metadata()).containsEntry("seed", "" + seed);
            long data = Files.size(file)
                    - content.values().stream().mapToLong(b -> b.length).sum();
            assertThat(data % Safetensors.ALIGNMENT).isZero();
            for (String name : read.names()) {
                TensorEntry entry = read.entry(name);
                byte[] bytes = new byte[(int) entry.byteSize()];
                read.bytes(name).get(bytes);
                assertThat(bytes).isEqualTo(content.get(name));
                assertThat(entry.dtype()).isEqualTo(tensors.get(name).dtype());
                assertThat(entry.shape()).isEqualTo(tensors.get(name).shape());
                assertThat(entry.begin() % Safetensors.alignment(entry.dtype())).isZero();
            }
        });
    }

    /** 10,000 damaged files: each is either still a valid file or refused with one line; nothing else may come out. */
    @Example
    void damagedFilesAreRefusedOrSound() throws IOException {
        inTemporaryFile(file -> {
            Safetensors.write(file, SafetensorsTest.sample(), Map.of("k", "v"));
            byte[] good = Files.readAllBytes(file);
            SplittableRandom random = new SplittableRandom(7);
            int refused = 0;
            for (int i = 0; i < 10_000; i++) {
                byte[] bad = damage(good, random);
                Files.delete(file); // overwriting would make the file system flush each time
                Files.write(file, bad);
                try {
                    SafetensorsFile read = SafetensorsFile.open(file);
                    for (String name : read.names()) {
                        assertThat(read.bytes(name).remaining())
                                .isEqualTo((int) read.entry(name).byteSize());
                    }
                    read.verify();
                    assertThat(bad).as("damage that the checksum must find").isEqualTo(good);
                } catch (InputException e) {
                    assertThat(e.getMessage())
                            .contains(file.toString())
                            .doesNotContain("\n")
                            .hasSizeLessThan(1000);
                    refused++;
                } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                    fail("damage " + i + " got " + e, e);
                }
            }
            assertThat(refused).isGreaterThan(7_500);
        });
    }

    private static byte[] damage(byte[] good, SplittableRandom random) {
        byte[] bad = good.clone();
        int header = 300;
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(Math.min(bad.length, random.nextBoolean() ? header : bad.length));
            switch (random.nextInt(6)) {
                case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bad[at] = (byte) random.nextInt(256);
                case 2 -> bad = Arrays.copyOf(bad, Math.max(1, at));
                case 3 -> bad = Arrays.copyOf(bad, bad.length + 1 + random.nextInt(64));
                case 4 -> bad[random.nextInt(Math.min(8, bad.length))] = (byte) random.nextInt(256);
                default -> bad = insert(bad, at, INSERTS[random.nextInt(INSERTS.length)].getBytes());
            }
        }
        return bad;
    }

    private static byte[] insert(byte[] bytes, int at, byte[] more) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
        System.arraycopy(more, 0, longer, at, more.length);
        return longer;
    }

    private static List<Long> shape(SplittableRandom random) {
        List<Long> shape = new ArrayList<>();
        for (int rank = random.nextInt(4); rank > 0; rank--) {
            shape.add((long) random.nextInt(random.nextInt(10) == 0 ? 1 : 5));
        }
        return shape;
    }

    private interface FileTest {
        void run(Path file) throws IOException;
    }

    private static void inTemporaryFile(FileTest test) throws IOException {
        Path folder = Files.createTempDirectory("safetensors");
        Path file = folder.resolve("x.safetensors");
        try {
            test.run(file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }
}
