package dev.weft.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.run.TensorBoardFile.Scalar;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardFileTest {
    @Test
    void readsBackRecordByRecord(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("events.out.tfevents.1.weft");
        List<Scalar> scalars = List.of(
                new Scalar("loss", 1, 2.25, 1_700_000_000.5),
                new Scalar("Verlust für µ", 300_000_000_000L, -1e-3, 1_700_000_001),
                new Scalar("loss", 0, Double.NaN, 1_700_000_002));
        TensorBoardFile.write(file, scalars);
        List<Map<Integer, Object>> events = read(file);
        assertThat(events.get(0)).containsEntry(1, 1_700_000_000.5);
        assertThat((byte[]) events.get(0).get(3))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("brain.Event:2");
        assertThat(events.subList(1, events.size()).stream().map(TensorBoardFileTest::scalar))
                .containsExactly(
                        new Scalar("loss", 1, 2.25, 1_700_000_000.5),
                        new Scalar("Verlust für µ", 300_000_000_000L, (float) -1e-3, 1_700_000_001),
                        new Scalar("loss", 0, Double.NaN, 1_700_000_002));
    }

    /** The check value of CRC-32C, 0xe3069283 of "123456789", masked by hand; and the record that TensorFlow writes for no bytes. */
    @Test
    void checksumIsTheMaskedOneOfTfRecord() {
        int crc = 0xe3069283;
        int masked = ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
        assertThat(TensorBoardFile.checksum("123456789".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(masked);
        assertThat(TensorBoardFile.checksum(new byte[0])).isEqualTo(0xa282ead8);
    }

    private static Scalar scalar(Map<Integer, Object> event) {
        Map<Integer, Object> value =
                fields((byte[]) fields((byte[]) event.get(5)).get(1));
        return new Scalar(
                new String((byte[]) value.get(1), StandardCharsets.UTF_8),
                (Long) event.get(2),
                (Float) value.get(2),
                (Double) event.get(1));
    }

    /** Reads as the format is described, not as the writer writes: a wrong length or checksum fails. */
    static List<Map<Integer, Object>> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Map<Integer, Object>> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertThat(in.getInt()).isEqualTo(masked(length));
            byte[] content = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            in.get(content);
            assertThat(in.getInt()).isEqualTo(masked(content));
            events.add(fields(content));
        }
        return events;
    }

    /** Bit by bit, by the polynomial 0x1edc6f41 reversed. */
    private static int masked(byte[] bytes) {
        int crc = -1;
        for (byte each : bytes) {
            crc ^= each & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 1 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
            }
        }
        crc = ~crc;
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static Map<Integer, Object> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, Object> fields = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            long key = varint(in);
            int field = (int) (key >> 3);
            switch ((int) (key & 7)) {
                case 0 -> fields.put(field, varint(in));
                case 1 -> fields.put(field, in.getDouble());
                case 5 -> fields.put(field, in.getFloat());
                case 2 -> {
                    byte[] content = new byte[(int) varint(in)];
                    in.get(content);
                    fields.put(field, content);
                }
                default -> throw new AssertionError("wire type " + (key & 7));
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            number |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }
}
