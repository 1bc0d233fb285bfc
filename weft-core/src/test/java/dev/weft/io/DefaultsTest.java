package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefaultsTest {
    record Journey(
            String to,
            @JsonProperty(defaultValue = "3") int days,

            @JsonProperty(defaultValue = "{kind: sandwich, random: 4}")
            JsonTest.Sampler sampler,

            @JsonProperty(defaultValue = "gpu") JsonTest.Device device,
            @JsonProperty(defaultValue = "[1, 2]") List<Integer> stops,
            @JsonProperty(defaultValue = "{}") Bag bag) {}

    record Bag(@JsonProperty(defaultValue = "0.5") double weight) {}

    private static final Journey PLAIN =
            new Journey(null, 3, new JsonTest.Sandwich(4), JsonTest.Device.gpu, List.of(1, 2), new Bag(0.5));

    @Test
    void whatIsLeftOutOrNullIsTheDefault() {
        assertThat(Yaml.parse("{}", "x", Journey.class)).isEqualTo(PLAIN);
        assertThat(Yaml.parse("days:\nsampler: null\nbag: {weight: null}\n", "x", Journey.class))
                .isEqualTo(PLAIN);
        assertThat(Yaml.parse("days: 8\n", "x", Journey.class, List.of(Setting.of("days=")), Kinds.builtIn()))
                .isEqualTo(PLAIN);
    }

    @Test
    void whatIsGivenStays() {
        Journey other = new Journey("there", 0, new JsonTest.Single(), JsonTest.Device.cpu, List.of(), new Bag(0));
        assertThat(Yaml.parse(Yaml.write(other), "x", Journey.class)).isEqualTo(other);
        assertThat(Json.parse(Json.write(PLAIN), "x", Journey.class)).isEqualTo(PLAIN);
        assertThat(Yaml.parse("bag: {weight: 2}", "x", Journey.class).bag()).isEqualTo(new Bag(2));
    }

    /** JSON is what programs wrote, whole: where a key is missing, it is damaged. */
    @Test
    void jsonHasNoDefaults() {
        assertThatThrownBy(() -> Json.parse("{}", "x", Journey.class)).isInstanceOf(InputException.class);
    }

    @Test
    void wrongKeysAndValuesAreStillRefused() {
        assertThatThrownBy(() -> Yaml.parse("to: x\ndayz: 3\n", "j.yaml", Journey.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Unknown key \"dayz\" in j.yaml line 2")
                .hasMessageContaining("Did you mean \"days\"?");
        assertThatThrownBy(() -> Yaml.parse("to: x\ndays: many\n", "j.yaml", Journey.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("j.yaml line 2 at days: must be a whole number");
    }

    @Test
    void theSchemaSaysThemAndRequiresNoSuchKey() {
        JsonNode journey = Json.parse(JsonSchema.of(Journey.class, "x", "x", Kinds.builtIn()), "schema", JsonNode.class)
                .at("/$defs/DefaultsTest.Journey");
        assertThat(journey.has("required")).isFalse();
        assertThat(journey.at("/properties/days"))
                .hasToString("{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}],\"default\":3}");
        assertThat(journey.at("/properties/sampler/default")).hasToString("{\"kind\":\"sandwich\",\"random\":4}");
        assertThat(journey.at("/properties/to").has("default")).isFalse();
    }
}
