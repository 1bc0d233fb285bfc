package dev.weft.space;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import java.util.HashSet;
import java.util.List;

/**
 * One named decision with its options, from the smallest to the largest.
 *
 * <p>A choice may be <em>conditional</em>: it means something only while another (unconditional) integer choice is at least
 * {@code activeFrom}, as the kernel size of the third block does only while the depth is 3 or more. Members differ only in
 * decisions that mean something: see {@link Space#canonical}.
 *
 * <p>A choice may also be <em>switched</em>: while another one picks certain options, a member picks any of this choice's options but one,
 * and that one otherwise. So is the operation on an edge of a cell of which a member keeps some edges: {@code none} where the edge is not
 * kept, and any other operation where it is. A blend mixes all options, the one that stands for off among them.
 *
 * @param name unique in a space, for instance {@code stage2.width}; letters, digits, dots, dashes and underscores
 * @param options distinct values of one kind: integers, decimal numbers, or names
 * @param controller the choice this one depends on, or the empty string
 * @param activeFrom the smallest value of the controller for which this choice means something
 * @param switched when it is on, and what stands for off; {@code null} of a choice that is not switched
 */
public record Choice<T>(String name, List<T> options, String controller, int activeFrom, Switch<T> switched) {
    /**
     * What switches a choice.
     *
     * @param on the options of the controller with which it is on; without a controller it always is
     * @param off the option that a member picks exactly while it is off
     */
    public record Switch<T>(List<?> on, T off) {
        public Switch {
            on = List.copyOf(on);
        }
    }

    public Choice {
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new InputException(
                    "A choice's name must be letters, digits, '.', '-' and '_', but got \"" + name + "\".");
        }
        options = List.copyOf(options);
        if (options.isEmpty() || new HashSet<>(options).size() != options.size()) {
            throw new InputException(
                    "Choice " + name + " must have one or more distinct options, but got " + options + ".");
        }
        Class<?> kind = options.get(0).getClass();
        for (int i = 0; i < options.size(); i++) {
            T option = options.get(i);
            if (option.getClass() != kind || !option.toString().matches("[^,\\s]+")) {
                throw new InputException("Choice " + name
                        + " must have options of one kind, written without commas and blanks, but got " + options
                        + ".");
            }
            if (option instanceof Number number
                    && !(number.doubleValue()
                                    > (i == 0 ? Double.NEGATIVE_INFINITY : ((Number) options.get(i - 1)).doubleValue())
                            && number.doubleValue() < Double.POSITIVE_INFINITY)) {
                throw new InputException("Choice " + name
                        + " must list finite numbers from the smallest to the largest, but got " + options + ".");
            }
        }
    }

    public Choice(String name, List<T> options) {
        this(name, options, "", 0, null);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // List.of copies, and writes nothing into the array
    public static <T> Choice<T> of(String name, T... options) {
        return new Choice<>(name, List.of(options));
    }

    /** This choice, meaningful only while {@code controller} is at least {@code atLeast}. */
    public Choice<T> activeWhen(String controller, int atLeast) {
        return new Choice<>(name, options, controller, atLeast, null);
    }

    /** This choice, {@code off} unless {@code controller} picks one of the options {@code on}, and never off then. */
    public Choice<T> switchedBy(String controller, List<?> on, T off) {
        return new Choice<>(name, options, controller, 0, new Switch<>(on, off));
    }

    /** This choice, of which no member picks {@code off}, though a blend mixes it. */
    public Choice<T> neverOff(T off) {
        return new Choice<>(name, options, "", 0, new Switch<>(List.of(), off));
    }

    /** This choice with some of its options. */
    Choice<T> withOptions(List<T> some) {
        return new Choice<>(name, some, controller, activeFrom, switched);
    }

    public boolean isConditional() {
        return !controller.isEmpty();
    }

    public boolean isSwitched() {
        return switched != null;
    }

    /** Whether a member that picks this option has the choice switched off. */
    public boolean isOff(Object option) {
        return isSwitched() && switched.off.equals(option);
    }

    /**
     * Whether this choice means something, or is on, while its controller picks an option.
     *
     * @param controlling that option; {@code null} for a choice without a controller
     */
    public boolean isActiveWith(Object controlling) {
        if (!isConditional()) {
            return true;
        }
        return isSwitched()
                ? controlling != null && switched.on.contains(controlling)
                : !(controlling instanceof Integer value) || value >= activeFrom;
    }

    /** The options that a canonical member may pick while its controller picks {@code controlling}. */
    public List<T> optionsWith(Object controlling) {
        boolean active = isActiveWith(controlling);
        if (!isSwitched()) {
            return active ? options : List.of(smallest());
        }
        return options.stream()
                .filter(option -> option.equals(switched.off) != active)
                .toList();
    }

    public T smallest() {
        return options.get(0);
    }

    public T largest() {
        return options.get(options.size() - 1);
    }

    /** The option that prints as {@code text}; the error names the nearest one. */
    T parse(String text, String where) {
        for (T option : options) {
            if (option.toString().equals(text)) {
                return option;
            }
        }
        throw new InputException(
                where + ": " + name + " must be one of " + options + ", but got " + text + "." + nearest(text));
    }

    private String nearest(String text) {
        if (!(options.get(0) instanceof Number)) {
            return Suggest.nearest(text, options.stream().map(Object::toString).toList());
        }
        double given;
        try {
            given = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return "";
        }
        T best = options.get(0);
        for (T option : options) {
            if (Math.abs(((Number) option).doubleValue() - given) < Math.abs(((Number) best).doubleValue() - given)) {
                best = option;
            }
        }
        return " Nearest: " + best + ".";
    }
}
