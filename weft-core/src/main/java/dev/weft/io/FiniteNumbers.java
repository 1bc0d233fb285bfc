package dev.weft.io;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
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
        module.addSerializer(type, new NullUnlessFinite<>(single));
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

    private static final class NullUnlessFinite<T> extends JsonSerializer<T> {
        private final boolean single;

        NullUnlessFinite(boolean single) {
            this.single = single;
        }

        @Override
        public void serialize(T value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            Number number = (Number) value;
            if (!Double.isFinite(number.doubleValue())) {
                generator.writeNull();
            } else if (single) {
                generator.writeNumber(number.floatValue());
            } else {
                generator.writeNumber(number.doubleValue());
            }
        }
    }
}
