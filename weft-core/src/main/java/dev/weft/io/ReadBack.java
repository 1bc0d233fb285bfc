package dev.weft.io;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks into the records of settings. Finds where a value differs from what its own document gave: a record that forgets what it was
 * made with cannot be resumed.
 */
final class ReadBack {
    private ReadBack() {}

    /** The path to the first difference in the components of records and in lists, as {@code train.sampler}; empty when both are equal. */
    static Optional<String> difference(Object written, Object read) {
        return Objects.equals(written, read) ? Optional.empty() : Optional.of(path(written, read));
    }

    private static String path(Object written, Object read) {
        if (written instanceof Record && read != null && written.getClass() == read.getClass()) {
            for (RecordComponent component : written.getClass().getRecordComponents()) {
                Object before = value(component, written);
                Object after = value(component, read);
                if (!Objects.equals(before, after)) {
                    return join(component.getName(), path(before, after));
                }
            }
        }
        if (written instanceof List<?> before && read instanceof List<?> after && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                if (!Objects.equals(before.get(i), after.get(i))) {
                    return join("[" + i + "]", path(before.get(i), after.get(i)));
                }
            }
        }
        return "";
    }

    /** Calls for a value and everything in it that is a record, an element of a list or a value of a map. */
    static void visit(Object value, Consumer<Object> visitor) {
        if (value == null) {
            return;
        }
        visitor.accept(value);
        if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                visit(value(component, value), visitor);
            }
        } else if (value instanceof Collection<?> values) {
            values.forEach(each -> visit(each, visitor));
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(each -> visit(each, visitor));
        }
    }

    private static String join(String name, String rest) {
        return rest.isEmpty() || rest.startsWith("[") ? name + rest : name + "." + rest;
    }

    private static Object value(RecordComponent component, Object record) {
        try {
            component.getAccessor().setAccessible(true); // of a record that is not public
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a component of a record can be read", e);
        }
    }
}
