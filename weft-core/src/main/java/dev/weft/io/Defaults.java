package dev.weft.io;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.NullValueProvider;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.AccessPattern;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;

/**
 * Gives a component of a record that a document leaves out, or has as {@code null}, the value that its
 * {@code @JsonProperty(defaultValue = "…")} says, as a document would say it in YAML.
 *
 * <p>Only a component that no valid record has as {@code null} may have a default: what is {@code null} is not written, so a document
 * that was written whole would read back otherwise.
 */
final class Defaults extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1;
    private static final YAMLMapper YAML = new YAMLMapper();

    private Defaults() {}

    static Module module() {
        return new SimpleModule("weft-defaults").setDeserializerModifier(new Defaults());
    }

    /** What the annotation says; {@code null} where there is none, or it says nothing. */
    static JsonNode of(JsonProperty annotation) {
        return annotation == null || annotation.defaultValue().isEmpty() ? null : parse(annotation.defaultValue());
    }

    private static JsonNode parse(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a default must be YAML, but is " + yaml, e);
        }
    }

    @Override
    public BeanDeserializerBuilder updateBuilder(
            DeserializationConfig config, BeanDescription description, BeanDeserializerBuilder builder) {
        SettableBeanProperty[] components = builder.getValueInstantiator().getFromObjectArguments(config);
        for (int i = 0; components != null && i < components.length; i++) {
            String yaml = components[i].getMetadata().getDefaultValue();
            if (yaml != null) {
                // Jackson itself replaces elements of this array, by identity with the builder's properties.
                components[i] = components[i].withNullProvider(new Default(components[i].getType(), parse(yaml)));
                builder.addOrReplaceProperty(components[i], true);
            }
        }
        return builder;
    }

    private record Default(JavaType type, JsonNode value) implements NullValueProvider {
        @Override
        public Object getNullValue(DeserializationContext context) {
            try {
                return context.readTreeAsValue(value, type);
            } catch (IOException e) {
                throw new IllegalArgumentException("a default must be a " + type + ", but is " + value, e);
            }
        }

        @Override
        public AccessPattern getNullAccessPattern() {
            return AccessPattern.DYNAMIC;
        }
    }
}
