package dev.weft.export;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One message of a protocol buffer, read as far as {@link OnnxRules} needs it: the fields that Weft writes and no other. A parser of
 * protobuf would be a second dependency, and would pass over what it does not know; here that is an error. Content stays where it
 * lies in {@code bytes}.
 */
final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    /** One field as it lies in the file: a number, or {@code length} bytes from {@code start}. */
    private record Field(int number, int type, long value, int start, int length) {}

    private final byte[] bytes;
    private final String name;
    private final List<Field> fields = new ArrayList<>();
    private int at;

    /** The message that fills {@code bytes}. */
    static ProtoMessage of(byte[] bytes, String name, int... known) {
        return new ProtoMessage(bytes, 0, bytes.length, name, known);
    }

    private ProtoMessage(byte[] bytes, int start, int length, String name, int... known) {
        this.bytes = bytes;
        this.name = name;
        this.at = start;
        int end = start + length;
        while (at < end) {
            Field field = next(end);
            boolean isKnown = false;
            for (int number : known) {
                isKnown |= number == field.number;
            }
            if (!isKnown) {
                throw new Malformed(name + " has a field " + field.number);
            }
            fields.add(field);
        }
    }

    /** What is wrong with a file, in words. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    private Field next(int end) {
        long tag = varint(end);
        int type = (int) (tag & 7);
        if (tag >>> 3 < 1 || tag >>> 3 > 1 << 20) {
            throw new Malformed(name + " cannot be parsed");
        }
        int number = (int) (tag >>> 3);
        if (type == VARINT) {
            return new Field(number, type, varint(end), 0, 0);
        }
        long length = type == FIXED32 ? Float.BYTES : type == LENGTH ? varint(end) : -1;
        if (length < 0 || length > end - at) {
            throw new Malformed(name + " cannot be parsed");
        }
        Field field = new Field(number, type, 0, at, (int) length);
        at += (int) length;
        return field;
    }

    private long varint(int end) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (at >= end) {
                break;
            }
            byte next = bytes[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new Malformed(name + " cannot be parsed");
    }

    private List<Field> all(int number, int type) {
        List<Field> found = fields.stream().filter(f -> f.number == number).toList();
        if (found.stream().anyMatch(f -> f.type != type)) {
            throw new Malformed(name + " cannot be parsed");
        }
        return found;
    }

    /** A field that is there at most once; readers differ in what they make of a second one. */
    private Field one(int number, int type) {
        List<Field> found = all(number, type);
        if (found.size() > 1) {
            throw new Malformed(name + " has two fields " + number);
        }
        return found.isEmpty() ? null : found.get(0);
    }

    /** 0 where the field is not there, as in protobuf. */
    long number(int number) {
        Field field = one(number, VARINT);
        return field == null ? 0 : field.value;
    }

    /** Numbers of a field that repeats, one by one or packed. */
    List<Long> numbers(int number) {
        List<Long> numbers = new ArrayList<>();
        for (Field field : fields) {
            if (field.number == number && field.type == VARINT) {
                numbers.add(field.value);
            } else if (field.number == number && field.type == LENGTH) {
                at = field.start;
                while (at < field.start + field.length) {
                    numbers.add(varint(field.start + field.length));
                }
            } else if (field.number == number) {
                throw new Malformed(name + " cannot be parsed");
            }
        }
        return numbers;
    }

    /** Empty where the field is not there. */
    String text(int number) {
        Field field = one(number, LENGTH);
        return field == null ? "" : new String(bytes, field.start, field.length, StandardCharsets.UTF_8);
    }

    /** The length of a field of bytes; 0 where it is not there. */
    int length(int number) {
        Field field = one(number, LENGTH);
        return field == null ? 0 : field.length;
    }

    /** A message that must be there. */
    ProtoMessage message(int number, String called, int... known) {
        Field field = one(number, LENGTH);
        if (field == null) {
            throw new Malformed(name + " has no " + called);
        }
        return new ProtoMessage(bytes, field.start, field.length, called, known);
    }

    List<ProtoMessage> messages(int number, String called, int... known) {
        return all(number, LENGTH).stream()
                .map(f -> new ProtoMessage(bytes, f.start, f.length, called, known))
                .toList();
    }
}
