package dev.weft.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    static LinkedHashMap<String, TensorData> sample() {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("mask", TensorData.of("U8", List.of(3L), () -> ByteBuffer.wrap(new byte[] {1, 0, 1})));
        tensors.put("fc.weight", TensorData.floats(List.of(2L, 3L), 1, 2, 3, 4, 5, -6.5f));
        tensors.put("step", TensorData.longs(List.of(), 123456789012L));
        tensors.put("fc.bias", TensorData.floats(List.of(0L)));
        return tensors;
    }

    @Test
    void roundTripKeepsValuesShapesAndMetadata() {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, sample(), Map.of("b", "2 \"ü\"", "a", "1"));
        SafetensorsFile read = SafetensorsFile.open(file);

        assertThat(read.names()).containsExactly("step", "fc.weight", "fc.bias", "mask");
        assertThat(read.entry("fc.weight")).isEqualTo(new TensorEntry("F32", List.of(2L, 3L), 8, 32));
        assertThat(read.metadata().keySet()).containsExactly(Safetensors.CHECKSUM, "a", "b");
        assertThat(read.metadata()).containsEntry("b", "2 \"ü\"");
        assertThat(read.bytes("step").getLong(0)).isEqualTo(123456789012L);
        float[] weight = new float[6];
        read.bytes("fc.weight").asFloatBuffer().get(weight);
        assertThat(weight).containsExactly(1, 2, 3, 4, 5, -6.5f);
        assertThat(read.bytes("fc.bias").remaining()).isZero();
        assertThat(read.bytes("mask").isReadOnly()).isTrue();
        assertThat(read.bytes("mask").isDirect()).isTrue();
        read.verify();
    }

    @Test
    void layoutIsTheFormatsOwn() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, sample(), Map.of());
        byte[] bytes = Files.readAllBytes(file);
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(bytes, 8, (int) length, UTF_8);

        assertThat((8 + length) % 64).isZero();
        assertThat(header)
                .matches("\\{\"__metadata__\":\\{\"weft.sha256\":\"[0-9a-f]{64}\"},"
                        + "\"step\":\\{\"dtype\":\"I64\",\"shape\":\\[],\"data_offsets\":\\[0,8]},"
                        + "\"fc.weight\":\\{\"dtype\":\"F32\",\"shape\":\\[2,3],\"data_offsets\":\\[8,32]},"
                        + "\"fc.bias\":\\{\"dtype\":\"F32\",\"shape\":\\[0],\"data_offsets\":\\[32,32]},"
                        + "\"mask\":\\{\"dtype\":\"U8\",\"shape\":\\[3],\"data_offsets\":\\[32,35]}} *");
        ByteBuffer data = ByteBuffer.wrap(bytes, (int) (8 + length), 35).slice().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(data.getLong(0)).isEqualTo(123456789012L);
        assertThat(data.getFloat(28)).isEqualTo(-6.5f);
        assertThat(data.get(34)).isEqualTo((byte) 1);
        assertThat(bytes).hasSize((int) (8 + length + 35));
    }

    @Test
    void sameContentGivesSameBytes() throws IOException {
        Safetensors.write(folder.resolve("a"), sample(), Map.of("x", "1", "y", "2", "z", "3"));
        Safetensors.write(folder.resolve("b"), sample(), Map.of("z", "3", "y", "2", "x", "1"));
        assertThat(folder.resolve("a")).hasSameBinaryContentAs(folder.resolve("b"));
    }

    @Test
    void metadataReadFromAFileCanBeWrittenAgain() {
        Path first = folder.resolve("a");
        Path second = folder.resolve("b");
        Safetensors.write(first, sample(), Map.of("k", "v"));
        LinkedHashMap<String, TensorData> other = new LinkedHashMap<>();
        other.put("t", TensorData.floats(List.of(1L), 7));
        Safetensors.write(second, other, SafetensorsFile.open(first).metadata());
        SafetensorsFile.open(second).verify();
    }

    @Test
    void everyBitFlipInTheFileIsFound() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, sample(), Map.of("learningRate", "0.125"));
        byte[] good = Files.readAllBytes(file);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] flipped = good.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.delete(file); // overwriting would make the file system flush each time
            Files.write(file, flipped);
            assertThatThrownBy(() -> SafetensorsFile.open(file).verify())
                    .as("bit %d", bit)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void damageIsSaidPlainly() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, sample(), Map.of());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 4;
        Files.write(file, bytes);
        assertThatThrownBy(() -> SafetensorsFile.open(file).verify())
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + " is damaged: its content does not match its checksum");
    }

    @Test
    void filesOfOtherProgramsOpenWithoutChecksumAndUnaligned() throws IOException {
        // Header of 59 bytes: the data begins at 67, and the float at 68 with it at 67.
        Path file = write(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}   ", new byte[] {0, 0, -128, 63});
        SafetensorsFile read = SafetensorsFile.open(file);
        assertThat(read.bytes("a").getFloat()).isEqualTo(1f);
        assertThat(read.hasChecksum()).isFalse();
        assertThatThrownBy(read::verify).isInstanceOf(InputException.class).hasMessageContaining("has no checksum");
    }

    @Test
    void missingTensorIsNamedWithASuggestion() {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, sample(), Map.of());
        assertThatThrownBy(() -> SafetensorsFile.open(file).bytes("fc.wieght"))
                .isInstanceOf(InputException.class)
                .hasMessage(file + " must hold a tensor \"fc.wieght\", but does not. Did you mean \"fc.weight\"?");
    }

    @Test
    void fullDiskLeavesThePreviousFile() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, sample(), Map.of());
        byte[] before = Files.readAllBytes(file);
        LinkedHashMap<String, TensorData> failing = sample();
        failing.put("bad", TensorData.of("U8", List.of(1L), () -> {
            throw new IllegalStateException("the device is gone");
        }));
        assertThatThrownBy(() -> Safetensors.write(file, failing, Map.of())).hasMessage("the device is gone");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(folder.toFile().list()).containsExactly("x.safetensors");
    }

    @Test
    void fileOverTwoGibibytesIsMappedTensorByTensor() throws IOException {
        Path file = folder.resolve("big.safetensors");
        long each = 1_500_000_000L;
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + each + "],\"data_offsets\":[0," + each
                + "]},\"b\":{\"dtype\":\"U8\"," + "\"shape\":[" + each + "],\"data_offsets\":[" + each + "," + 2 * each
                + "]}}";
        try (var out = new java.io.RandomAccessFile(file.toFile(), "rw")) { // sparse
            out.write(headerLength(header.length()));
            out.write(header.getBytes(UTF_8));
            out.seek(8 + header.length() + 2 * each - 1);
            out.write(77);
        }
        SafetensorsFile read = SafetensorsFile.open(file);
        assertThat(read.bytes("a").get((int) each - 1)).isZero();
        assertThat(read.bytes("b").get((int) each - 1)).isEqualTo((byte) 77);
    }

    @Test
    void hostileHeadersAreRefusedWithTheirReason() throws IOException {
        refused(
                "its first 8 bytes give a header of 9223372036854775807 bytes",
                raw(headerLength(Long.MAX_VALUE), "{}"));
        refused("its first 8 bytes give a header of 18446744073709551615 bytes", raw(headerLength(-1), "{}"));
        refused("its first 8 bytes give a header of 0 bytes", raw(headerLength(0), "{}"));
        refused("its first 8 bytes give a header of 3 bytes", raw(headerLength(3), "{}"));
        refused("at least 9 bytes", raw(new byte[7], ""));
        refused("at least 9 bytes", raw(new byte[0], ""));
        refused("must begin with", write(" {}", new byte[0]));
        refused("must be valid JSON", write("{\"a\":", new byte[0]));
        refused("must end after the JSON object", write("{} {}", new byte[0]));
        refused("data_offsets only", write("{" + "\"a\":{".repeat(100_000), new byte[0]));
        refused("must be valid JSON", write("{\"" + "x".repeat(100_000) + "\":{}}", new byte[0]));
        refused("must be a list", write("{\"a\":{\"shape\":" + "[".repeat(100_000), new byte[0]));
        refused("Duplicate", write("{\"a\":" + f32(1, 0, 4) + ",\"a\":" + f32(1, 4, 8) + "}", new byte[8]));
        refused("Duplicate", write("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", new byte[0]));
        refused("every value in __metadata__ must be text", write("{\"__metadata__\":{\"k\":1}}", new byte[0]));
        refused("dtype must be a name", write("{\"a\":" + f32(1, 0, 4).replace("F32", "F 32") + "}", new byte[4]));
        refused("dtype must be a name", write("{\"a\":" + f32(1, 0, 4).replace("F32", "F\\n32") + "}", new byte[4]));
        refused("must fill whole bytes", write("{\"a\":" + f32(3, 0, 2).replace("F32", "F4") + "}", new byte[2]));
        refused("none negative", write("{\"a\":" + f32(1, -4, 0) + "}", new byte[0]));
        refused("none negative", write("{\"a\":" + f32(-1, 0, 4) + "}", new byte[4]));
        refused(
                "above 2^63",
                write("{\"a\":" + f32(1, 0, 4).replace("[1]", "[99999999999999999999]") + "}", new byte[4]));
        refused("must not end before it begins", write("{\"a\":" + f32(1, 4, 0) + "}", new byte[4]));
        refused("must not overflow", write("{\"a\":" + f32(1L << 62, 0, 4) + "}", new byte[4]));
        refused(
                "must not overflow",
                write("{\"a\":" + f32(1, 0, 0).replace("[1]", "[4294967296,4294967296,0]") + "}", new byte[0]));
        refused("must have the 8 bytes of F32 [2]", write("{\"a\":" + f32(2, 0, 4) + "}", new byte[4]));
        refused(
                "must not overlap tensor \"a\"",
                write("{\"a\":" + f32(2, 0, 8) + ",\"b\":" + f32(1, 4, 8) + "}", new byte[8]));
        refused(
                "must follow tensor \"a\" without a gap",
                write("{\"a\":" + f32(1, 0, 4) + ",\"b\":" + f32(1, 8, 12) + "}", new byte[12]));
        refused("must follow the header without a gap", write("{\"a\":" + f32(1, 4, 8) + "}", new byte[8]));
        refused("it may be cut short", write("{\"a\":" + f32(2, 0, 8) + "}", new byte[7]));
        refused("none must be left over", write("{\"a\":" + f32(1, 0, 4) + "}", new byte[5]));
        refused("dtype, shape and data_offsets only", write("{\"a\":{\"type\":\"F32\"}}", new byte[0]));
        refused("must have a dtype, a shape and two data_offsets", write("{\"a\":{\"dtype\":\"F32\"}}", new byte[0]));
        refused("UTF-8", raw(headerLength(3), "{\u00ff}".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
    }

    /** Sizes are those of the format's own implementation, in bits. */
    @ParameterizedTest
    @CsvSource({
        "F4,4",
        "F6_E2M3,6",
        "F6_E3M2,6",
        "BOOL,8",
        "U8,8",
        "I8,8",
        "F8_E5M2,8",
        "F8_E4M3,8",
        "F8_E8M0,8",
        "F8_E4M3FNUZ,8",
        "F8_E5M2FNUZ,8",
        "I16,16",
        "U16,16",
        "F16,16",
        "BF16,16",
        "I32,32",
        "U32,32",
        "F32,32",
        "I64,64",
        "U64,64",
        "F64,64",
        "C64,64"
    })
    void everyElementTypeOfTheFormatIsKnownByItsBits(String dtype, int bits) throws IOException {
        int bytes = bits; // eight elements
        String entry = "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":[2,4],\"data_offsets\":[0,%d]},\"b\":"
                + "{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%d,%d]}}";
        byte[] data = new byte[bytes + 1];
        data[bytes - 1] = 5;
        data[bytes] = 7;
        SafetensorsFile file =
                SafetensorsFile.open(write(String.format(Locale.ROOT, entry, bytes, bytes, bytes + 1), data));
        assertThat(file.entry("a").byteSize()).isEqualTo(bytes);
        assertThat(file.bytes("a").get(bytes - 1)).isEqualTo((byte) 5);
        assertThat(file.bytes("b").get(0)).isEqualTo((byte) 7);
        refused(
                "must have the " + bytes + " bytes of " + dtype + " [2, 4]",
                write(String.format(Locale.ROOT, entry, bytes - 1, bytes - 1, bytes), new byte[bytes]));
        assertThat(Safetensors.DTYPE_BITS).hasSize(22).containsEntry(dtype, bits);
    }

    @Test
    void aTypeOfTomorrowIsListedByItsNameWithTheBytesOfItsOffsets() throws IOException {
        SafetensorsFile file = SafetensorsFile.open(write(
                "{\"a\":{\"dtype\":\"F3_E1M1\",\"shape\":[5],\"data_offsets\":[0,3]},\"b\":" + f32(1, 3, 7) + "}",
                new byte[] {1, 2, 3, 0, 0, -128, 63}));
        assertThat(file.entry("a")).isEqualTo(new TensorEntry("F3_E1M1", List.of(5L), 0, 3));
        assertThat(file.bytes("a").get(2)).isEqualTo((byte) 3);
        assertThat(file.bytes("b").getFloat()).isEqualTo(1f);
        refused(
                "without a gap",
                write(
                        "{\"a\":{\"dtype\":\"F3_E1M1\",\"shape\":[5],\"data_offsets\":[0,3]},\"b\":" + f32(1, 4, 8)
                                + "}",
                        new byte[8]));
    }

    @Test
    void whatIsNotAFileIsRefused() {
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("there is no such file");
    }

    private static void refused(String reason, Path file) {
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .as(reason)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + " is not a usable safetensors file: ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(700));
    }

    private static String f32(long size, long begin, long end) {
        return "{\"dtype\":\"F32\",\"shape\":[" + size + "],\"data_offsets\":[" + begin + "," + end + "]}";
    }

    private Path write(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(UTF_8);
        byte[] all = Arrays.copyOf(json, json.length + data.length);
        System.arraycopy(data, 0, all, json.length, data.length);
        return raw(headerLength(json.length), all);
    }

    private Path raw(byte[] length, String rest) throws IOException {
        return raw(length, rest.getBytes(UTF_8));
    }

    private Path raw(byte[] length, byte[] rest) throws IOException {
        byte[] all = Arrays.copyOf(length, length.length + rest.length);
        System.arraycopy(rest, 0, all, length.length, rest.length);
        return Files.write(Files.createTempFile(folder, "hostile", ""), all);
    }

    private static byte[] headerLength(long length) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array();
    }
}
