package dev.weft.run;

import dev.weft.io.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * An event file of TensorBoard: scalars by step. Such a file is records of TFRecord, each {@code length (uint64), checksum of the
 * length, bytes, checksum of the bytes}, little-endian, of which every one holds a protobuf message {@code Event {1: wall_time
 * (double), 2: step (int64), 3: file_version (string), 5: Summary {1: Value {1: tag (string), 2: simple_value (float)}}}}; the first
 * says the version. The checksums are CRC-32C, rotated by 15 bits and moved by a constant.
 */
public final class TensorBoardFile {
    private static final String VERSION = "brain.Event:2";
    private static final int MASK = 0xa282ead8;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private TensorBoardFile() {}

    /**
     * A number at a step.
     *
     * @param tag what it is, such as {@code loss}: numbers of one tag make a curve
     * @param wallSeconds when it was taken, since 1970
     */
    public record Scalar(String tag, long step, double value, double wallSeconds) {}

    /** Writes a file, which TensorBoard finds where its name contains {@code tfevents}; it appears whole or not at all. */
    public static void write(Path file, List<Scalar> scalars) {
        double first = scalars.stream().mapToDouble(Scalar::wallSeconds).min().orElse(0);
        AtomicFile.write(file, out -> {
            Message version = new Message();
            version.real(1, first);
            version.bytes(3, VERSION.getBytes(StandardCharsets.UTF_8));
            record(out, version.toByteArray());
            for (Scalar scalar : scalars) {
                record(out, event(scalar));
            }
        });
    }

    private static byte[] event(Scalar scalar) {
        Message value = new Message();
        value.bytes(1, scalar.tag.getBytes(StandardCharsets.UTF_8));
        value.single(2, (float) scalar.value);
        Message summary = new Message();
        summary.bytes(1, value.toByteArray());
        Message event = new Message();
        event.real(1, scalar.wallSeconds);
        event.whole(2, scalar.step);
        event.bytes(5, summary.toByteArray());
        return event.toByteArray();
    }

    private static void record(OutputStream out, byte[] bytes) throws IOException {
        byte[] length = little(8).putLong(bytes.length).array();
        out.write(length);
        out.write(little(4).putInt(checksum(length)).array());
        out.write(bytes);
        out.write(little(4).putInt(checksum(bytes)).array());
    }

    static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The fields of a protobuf message, as they are written one after the other. */
    private static final class Message extends ByteArrayOutputStream {
        private void key(int field, int type) {
            varint((long) field << 3 | type);
        }

        private void varint(long number) {
            long rest = number;
            while ((rest & ~0x7fL) != 0) {
                write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            write((int) rest);
        }

        void whole(int field, long number) {
            key(field, VARINT);
            varint(number);
        }

        void real(int field, double number) {
            key(field, FIXED64);
            writeBytes(little(8).putDouble(number).array());
        }

        void single(int field, float number) {
            key(field, FIXED32);
            writeBytes(little(4).putFloat(number).array());
        }

        void bytes(int field, byte[] content) {
            key(field, BYTES);
            varint(content.length);
            writeBytes(content);
        }
    }
}
