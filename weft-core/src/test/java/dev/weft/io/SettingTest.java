package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTest {
    private static final String TEXT =
            "name: garden\nbeds:\n  - {plants: [tulip, rose], width: 1.5}\nfence: {height: 2}\n";

    record Bed(List<String> plants, double width) {}

    record Fence(int height, String colour) {}

    record Garden(String name, List<Bed> beds, Fence fence, Fence gate) {}

    private static Garden with(String... settings) {
        return Yaml.parse(
                TEXT,
                "garden.yaml",
                Garden.class,
                Stream.of(settings).map(Setting::of).toList(),
                Kinds.builtIn());
    }

    @Test
    void setsWhatIsThereAndWhatIsNot() {
        assertThat(with("beds.0.width=1e-1", "fence.height=3", "gate.height=1", "name=my = own"))
                .isEqualTo(new Garden(
                        "my = own",
                        List.of(new Bed(List.of("tulip", "rose"), 0.1)),
                        new Fence(3, null),
                        new Fence(1, null)));
        assertThat(with("beds=[{plants: [], width: 2.0}]").beds()).containsExactly(new Bed(List.of(), 2));
        assertThat(with("fence=").fence()).isNull();
        assertThat(with("name=@home: [").name()).isEqualTo("@home: [");
        assertThat(with().name()).isEqualTo("garden");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fence.heihgt=3 | Did you mean \"height\"?",
                "fence.height=high | must be a whole number, but is \"high\"",
                "fence.height=1.5 | must be a whole number",
                "beds.1.width=2.0 | Cannot set beds.1.width: there is no element 1 in a list of 1",
                "name.first=x | Cannot set name.first: what holds first is the value \"garden\"",
                "fence | A setting must be KEY=VALUE, as train.epochs=3, but is \"fence\"",
                "=3 | must be KEY=VALUE",
                "a..b=3 | must be KEY=VALUE"
            })
    void refusesWithOneLine(String setting, String message) {
        assertThatThrownBy(() -> with(setting))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining(" line ");
    }

    @Test
    void saysWhichSettingWasGiven() {
        assertThatThrownBy(() -> with("fence.height=high"))
                .hasMessage(
                        "garden.yaml with fence.height=high at fence.height: must be a whole number, but is \"high\".");
    }

    @ParameterizedTest
    @CsvSource({
        "fence.height=1, fence.height=2",
        "fence={height: 1}, fence.height=2",
        "fence.height=2, fence={height: 1}"
    })
    void aKeyIsSetOnce(String first, String second) {
        assertThatThrownBy(() -> with(first, second))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("set the same");
        assertThat(with("fence.height=1", "fence.colour=green").fence()).isEqualTo(new Fence(1, "green"));
    }

    @Test
    void theDocumentsOwnFaultsComeFirst() {
        assertThatThrownBy(() -> Yaml.parse(
                        "nam: x\n", "g.yaml", Garden.class, List.of(Setting.of("fence.height=x")), Kinds.builtIn()))
                .hasMessageContaining("g.yaml line 1")
                .hasMessageContaining("Did you mean \"name\"?");
    }
}
