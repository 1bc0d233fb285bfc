package dev.weft.io;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;

/** Documents hold finite numbers only: reading refuses NaN and infinity, and writing puts {@code null} in their place. */
final class FiniteNumbers {
    private FiniteNumbers() {}

    static SimpleModule module() {
        SimpleModule module = new SimpleModule("finite numbers");
        for (Class<?> type : new Class<?>[] {double.class, Double.class, float.class, Float.class}) {
            add(module, type);
        }
        return module;
    }

    @SuppressWarnings("unchecked")
    private static <T> void add(SimpleModule module, Class<T> type) {
        boolean single = type == float.class || type == Float.class;
        JsonDeserializer<T> plain = (JsonDeserializer<T>)
                NumberDeserializers.find(type, single ? Float.class.getName() : Double.class.getName());
        module.addDeserializer(type, new Finite<>(type, plain));
    }

    private static final class Finite<T> extends StdScalarDeserializer<T> {
        private static final long serialVersionUID = 1L;
        private final transient JsonDeserializer<T> plain;

        Finite(Class<T> type, JsonDeserializer<T> plain) {
            super(type);
            this.plain = plain;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            T value = plain.deserialize(parser, context);
            if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
                return context.reportInputMismatch(this, "must be a finite number, but is %s", parser.getText());
            }
            return value;
        }

        @Override
        public T getNullValue(DeserializationContext context)
                throws com.fasterxml.jackson.databind.JsonMappingException {
            return plain.getNullValue(context);
        }
    }

    /** A generator through which no number reaches {@code target} that is none, whichever serializer writes it. */
    static JsonGenerator writingTo(JsonGenerator target) {
        return new NullUnlessFinite(target);
    }

    private static final class NullUnlessFinite extends JsonGeneratorDelegate {
        NullUnlessFinite(JsonGenerator target) {
            super(target, false); // objects within are written through this one too
        }

        @Override
        public void writeNumber(double value) throws IOException {
            if (Double.isFinite(value)) {
                super.writeNumber(value);
            } else {
                writeNull();
            }
        }

        @Override
        public void writeNumber(float value) throws IOException {
            if (Float.isFinite(value)) {
                super.writeNumber(value);
            } else {
                writeNull();
            }
        }

        @Override
        public void writeArray(double[] values, int offset, int length) throws IOException {
            writeStartArray(values, length);
            for (int i = offset; i < offset + length; i++) {
                writeNumber(values[i]);
            }
            writeEndArray();
        }
    }
}
