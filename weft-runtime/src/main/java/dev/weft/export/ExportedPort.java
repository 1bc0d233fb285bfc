package dev.weft.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An input or output of an exported model that reads neither images nor text, as its file says it: {@code positions float32 points:5 3}.
 *
 * @param isInteger whether it is int64; float32 otherwise
 * @param axes those after the batch
 */
public record ExportedPort(String name, boolean isInteger, List<Axis> axes) {
    static final String INPUT = "weft.in.";
    static final String OUTPUT = "weft.out.";
    static final String FLOATS = "float32";
    static final String INTEGERS = "int64";
    private static final long FLOAT = 1;
    private static final long INT64 = 7;

    /**
     * One axis.
     *
     * @param open its name where its size is open; empty where it is fixed
     * @param size where it is open, the largest that the model was exported with
     */
    public record Axis(String open, int size) {
        public Axis {
            if (!open.matches("[A-Za-z0-9_]*") || size < 1) {
                throw new InvalidInputException(
                        "An axis of a port must have a size of 1 or more, and where it is open a"
                                + " name of letters and digits, but is \"" + open + "\" " + size + ".");
            }
        }

        /** Whether a run may have another size. */
        public boolean isOpen() {
            return !open.isEmpty();
        }

        private static Axis of(String text) {
            int colon = text.indexOf(':');
            return new Axis(text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
        }

        private String text() {
            return (isOpen() ? open + ":" : "") + size;
        }
    }

    public ExportedPort {
        axes = List.copyOf(axes);
    }

    /** The numbers that one example has, of the largest size. */
    public int numbers() {
        return axes.stream().mapToInt(Axis::size).reduce(1, Math::multiplyExact);
    }

    /** What the metadata of a model with these ports says of them. */
    public static Map<String, String> label(List<ExportedPort> inputs, List<ExportedPort> outputs) {
        Map<String, String> label = new LinkedHashMap<>();
        label.putAll(Label.ofList(INPUT, inputs.stream().map(ExportedPort::text).toList()));
        label.putAll(
                Label.ofList(OUTPUT, outputs.stream().map(ExportedPort::text).toList()));
        return label;
    }

    private String text() {
        return name + " " + (isInteger ? INTEGERS : FLOATS)
                + axes.stream().map(axis -> " " + axis.text()).collect(Collectors.joining());
    }

    static List<ExportedPort> of(Label label, String prefix) {
        List<ExportedPort> ports = new ArrayList<>();
        for (String text : label.list(prefix)) {
            String[] words = text.split(" ");
            boolean isKnown = words.length > 1 && List.of(FLOATS, INTEGERS).contains(words[1]);
            try {
                if (isKnown) {
                    ports.add(new ExportedPort(
                            words[0],
                            words[1].equals(INTEGERS),
                            Arrays.stream(words).skip(2).map(Axis::of).toList()));
                    continue;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new InvalidInputException(label.where() + ", metadata " + prefix
                    + ": it must be a name, float32 or int64, and the sizes of its axes, but is \""
                    + text.substring(0, Math.min(40, text.length())) + "\".");
        }
        return List.copyOf(ports);
    }

    /** As people read it: {@code positions float32 (batch, points, 3)}. */
    @Override
    public String toString() {
        return name + " " + (isInteger ? INTEGERS : FLOATS) + " (batch"
                + axes.stream()
                        .map(axis -> ", " + (axis.isOpen() ? axis.open() : axis.size()))
                        .collect(Collectors.joining())
                + ")";
    }

    OnnxValue value() {
        List<Long> sizes = new ArrayList<>(List.of(0L));
        axes.forEach(axis -> sizes.add(axis.isOpen() ? 0L : axis.size()));
        return new OnnxValue(name, isInteger ? INT64 : FLOAT, sizes);
    }
}
