package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KindsTest {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Square.class, name = "square"),
        @JsonSubTypes.Type(value = Disc.class, name = "disc")
    })
    interface GardenBed {
        double area();
    }

    record Square(double side) implements GardenBed {
        @Override
        public double area() {
            return side * side;
        }
    }

    record Disc(double radius) implements GardenBed {
        @Override
        public double area() {
            return Math.PI * radius * radius;
        }
    }

    interface Cornered extends GardenBed {}

    /** A kind of another jar: by way of an interface between, with a default, and holding another kind. */
    @JsonTypeName("frame")
    record Frame(
            GardenBed outer,
            @JsonProperty(defaultValue = "0.5") double width) implements Cornered {
        @Override
        public double area() {
            return outer.area() - width;
        }
    }

    @JsonTypeName("forgetful")
    record Forgetful(@JsonIgnore Integer seed) implements GardenBed {
        @Override
        public double area() {
            return seed;
        }
    }

    @JsonTypeName("square")
    record OtherSquare() implements GardenBed {
        @Override
        public double area() {
            return 0;
        }
    }

    record Nameless() implements GardenBed {
        @Override
        public double area() {
            return 0;
        }
    }

    @JsonTypeName("stone")
    record Stone() {}

    record Garden(String name, List<GardenBed> beds) {}

    private static final Kinds WITH_FRAMES = Kinds.builtIn().with(Frame.class);
    private static final Garden FRAMED = new Garden("x", List.of(new Square(2), new Frame(new Disc(1), 0.25)));

    @Test
    void addedKindsAreReadAndWrittenAsWeftsOwn() {
        String yaml = Yaml.writeReadable(FRAMED, "The settings of a garden", WITH_FRAMES);
        assertThat(yaml).contains("kind: \"frame\"");
        assertThat(Yaml.parse(yaml, "g", Garden.class, WITH_FRAMES)).isEqualTo(FRAMED);
        String json = Json.writeReadableLine(FRAMED, "The settings of a garden", WITH_FRAMES);
        assertThat(Json.parse(json, "g", Garden.class, WITH_FRAMES)).isEqualTo(FRAMED);
        assertThat(Yaml.parse(
                        "name: x\nbeds: [{kind: frame, outer: {kind: disc, radius: 1.0}}]",
                        "g",
                        Garden.class,
                        WITH_FRAMES))
                .isEqualTo(new Garden("x", List.of(new Frame(new Disc(1), 0.5))));
    }

    @Test
    void valueIsNotChangedByWhatIsAddedToIt() {
        assertThat(WITH_FRAMES.of(GardenBed.class).keySet()).containsExactly("square", "disc", "frame");
        assertThat(Kinds.builtIn().of(GardenBed.class).keySet()).containsExactly("square", "disc");
        assertThat(WITH_FRAMES.with(Frame.class).added()).containsExactly(Frame.class);
        assertThat(WITH_FRAMES.of(String.class)).isEmpty();
    }

    @Test
    void unknownKindSaysWhatIsKnownAndWhatMayBeMissing() {
        String yaml = Yaml.write(FRAMED);
        assertThatThrownBy(() -> Yaml.parse(yaml, "garden.yaml", Garden.class))
                .isInstanceOf(InputException.class)
                .hasMessage("Unknown kind \"frame\" in garden.yaml line 5 at beds[1]. Known: square, disc."
                        + " If it comes from another jar, that jar must be on the class path.");
        assertThatThrownBy(() ->
                        Yaml.parse("name: x\nbeds: [{kind: fram, width: 1.0}]", "g.yaml", Garden.class, WITH_FRAMES))
                .hasMessage("Unknown kind \"fram\" in g.yaml line 2 at beds[0]. Known: square, disc, frame."
                        + " Did you mean \"frame\"?");
    }

    record Sourced(Garden garden, Map<String, String> kinds) {}

    @Test
    void documentThatSaysWhereItsKindsComeFromNamesTheJar() {
        Map<String, String> sources = WITH_FRAMES.sources(FRAMED);
        assertThat(sources).containsExactly(Map.entry("frame", Frame.class.getName()));
        String yaml = Yaml.write(new Sourced(FRAMED, Map.of("frame", "org.example.Frame of frames-1.0.jar")));
        assertThatThrownBy(() -> Yaml.parse(yaml, "config.yaml", Sourced.class))
                .hasMessageEndingWith("It is org.example.Frame of frames-1.0.jar, which must be on the class path.");
        assertThat(WITH_FRAMES.sources(new Square(1))).isEmpty();
    }

    @Test
    void misspeltKeyOfAnAddedKindIsFound() {
        assertThatThrownBy(() -> Yaml.parse(
                        "name: x\nbeds: [{kind: frame, outer: {kind: disc, radius: 1.0}, widht: 2.0}]",
                        "g.yaml",
                        Garden.class,
                        WITH_FRAMES))
                .hasMessageContaining("Unknown key \"widht\"")
                .hasMessageContaining("Did you mean \"width\"?");
    }

    @Test
    void whatCannotBeReadBackIsNotWritten() {
        assertThatThrownBy(() -> Yaml.writeReadable(FRAMED, "The settings of a garden", Kinds.builtIn()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "The settings of a garden must be read back from their own YAML: Unknown kind \"frame\"");
        Garden forgetful = new Garden("x", List.of(new Square(1), new Forgetful(3)));
        assertThatThrownBy(() -> Yaml.writeReadable(
                        forgetful, "The settings of a garden", Kinds.builtIn().with(Forgetful.class)))
                .isInstanceOf(InputException.class)
                .hasMessage("The settings of a garden must be read back from their own YAML as they are, but"
                        + " beds[1].seed differs. Whatever a record was made with must be in its components.");
    }

    @Test
    void classWithoutANameIsNotWritten() {
        Garden nameless = new Garden("x", List.of(new Square(1), new Nameless()));
        assertThatThrownBy(() -> Json.write(nameless))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("beds[1]")
                .hasMessageContaining("a garden bed that is written must be of a named kind")
                .hasMessageContaining(Nameless.class.getName())
                .hasMessageNotContaining("\n");
        GardenBed lambda = () -> 3;
        assertThatThrownBy(() -> Yaml.write(new Garden("x", List.of(lambda)))).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> Json.writeLine(lambda)).isInstanceOf(InputException.class);
    }

    @Test
    void schemaHasAddedKinds() {
        JsonNode schema = Json.parse(JsonSchema.of(Garden.class, "x", "x", WITH_FRAMES), "schema", JsonNode.class)
                .get("$defs");
        assertThat(schema.at("/KindsTest.Garden/properties/beds/anyOf/0/items/oneOf"))
                .hasToString("[{\"$ref\":\"#/$defs/KindsTest.Square.square\"},"
                        + "{\"$ref\":\"#/$defs/KindsTest.Disc.disc\"},{\"$ref\":\"#/$defs/KindsTest.Frame.frame\"}]");
        assertThat(schema.at("/KindsTest.Frame.frame/properties/width/default").asDouble())
                .isEqualTo(0.5);
    }

    @Test
    void whatIsNoKindIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Kinds.builtIn().with(Nameless.class))
                .withMessageContaining("must say its name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Kinds.builtIn().with(Stone.class))
                .withMessageContaining("must be a class of an interface that has kinds");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Kinds.builtIn().with(OtherSquare.class))
                .withMessageContaining("Kinds of a garden bed must differ in name, but \"square\" is");
    }
}
