package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonSchemaTest {
    record Tree(
            @JsonPropertyDescription("What it is called") String name,
            @JsonProperty(required = true) List<Tree> children,
            List<? extends JsonTest.Sampler> samplers) {}

    record Unfit(Object anything) {}

    private final JsonNode schema = Json.parse(
            JsonSchema.of(JsonTest.Recipe.class, "https://weft.dev/recipe.schema.json", "A recipe", Kinds.builtIn()),
            "schema",
            JsonNode.class);

    @Test
    void rootIsTheRecord() {
        assertThat(schema.get("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.get("title").asText()).isEqualTo("A recipe");
        assertThat(schema.get("$ref").asText()).isEqualTo("#/$defs/JsonTest.Recipe");
    }

    @Test
    void primitivesAreRequiredAndNoOtherKeysAllowed() {
        JsonNode recipe = schema.at("/$defs/JsonTest.Recipe");
        assertThat(recipe.get("type").asText()).isEqualTo("object");
        assertThat(recipe.get("additionalProperties").asBoolean(true)).isFalse();
        assertThat(recipe.get("required")).hasToString("[\"steps\"]");
        assertThat(recipe.at("/properties/steps")).hasToString("{\"type\":\"integer\"}");
        assertThat(recipe.at("/properties/dropout"))
                .hasToString("{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"null\"}]}");
        assertThat(recipe.at("/properties/device/anyOf/0")).hasToString("{\"enum\":[\"cpu\",\"gpu\"]}");
        assertThat(recipe.at("/properties/train/anyOf/0")).hasToString("{\"$ref\":\"#/$defs/JsonTest.Train\"}");
        assertThat(schema.at("/$defs/JsonTest.Train/properties/decay/anyOf/0"))
                .hasToString("{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}}");
    }

    @Test
    void variantsAreToldApartByTheirKind() {
        assertThat(schema.at("/$defs/JsonTest.Recipe/properties/samplers/anyOf/0/items"))
                .hasToString("{\"oneOf\":[{\"$ref\":\"#/$defs/JsonTest.Sandwich.sandwich\"},"
                        + "{\"$ref\":\"#/$defs/JsonTest.Single.single\"}]}");
        assertThat(schema.at("/$defs/JsonTest.Sandwich.sandwich"))
                .hasToString(
                        "{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":\"sandwich\"},"
                                + "\"random\":{\"type\":\"integer\"}},\"required\":[\"kind\",\"random\"],\"additionalProperties\":false}");
    }

    @Test
    void recursionDescriptionsAndRequiredReferences() {
        JsonNode tree = Json.parse(JsonSchema.of(Tree.class, "x", "x", Kinds.builtIn()), "schema", JsonNode.class)
                .at("/$defs/JsonSchemaTest.Tree");
        assertThat(tree.at("/properties/children"))
                .hasToString("{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/JsonSchemaTest.Tree\"}}");
        assertThat(tree.get("required")).hasToString("[\"children\"]");
        assertThat(tree.at("/properties/name/description").asText()).isEqualTo("What it is called");
    }

    @Test
    void sameTypeGivesSameText() {
        assertThat(JsonSchema.of(JsonTest.Recipe.class, "x", "y", Kinds.builtIn()))
                .isEqualTo(JsonSchema.of(JsonTest.Recipe.class, "x", "y", Kinds.builtIn()));
    }

    @Test
    void typesWithoutASchemaAreRefused() {
        assertThatThrownBy(() -> JsonSchema.of(Unfit.class, "x", "y", Kinds.builtIn()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
