package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.space.Choice;
import dev.weft.space.Space;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OptionWeightsTest {
    @Test
    void operationsOwnTheirOwnWeightsOfAllCells() {
        CellNetwork cells = (CellNetwork) Presets.named("cell-quick").withInput(TinyModels.input(1, 14));
        Space space = cells.space();
        OptionWeights weights = OptionWeights.of(FamilyDefinition.of(cells));
        for (Choice<?> edge : space.choices()) {
            String of = edge.name().substring("edge".length()).replace('-', ' ').replace(" ", "<-");
            for (int i = 0; i < edge.options().size(); i++) {
                Set<String> names = weights.names(edge, i);
                String option = edge.options().get(i).toString();
                if (!option.startsWith("nor_conv")) {
                    assertThat(names).as(option).isEmpty();
                } else {
                    int index = option.equals("nor_conv_1x1") ? 2 : 3;
                    assertThat(names)
                            .as(edge + " " + option)
                            .containsExactlyInAnyOrder(
                                    "cells.0.edges." + of + "." + index + ".op.1.weight",
                                    "cells.0.edges." + of + "." + index + ".op.1.bias",
                                    "cells.2.edges." + of + "." + index + ".op.1.weight",
                                    "cells.2.edges." + of + "." + index + ".op.1.bias");
                }
            }
        }
    }

    @Test
    void widthsOwnWhatTheySliceAndDepthsWhatTheyAdd() {
        MobileCnn model = TinyModels.mobileCnn();
        OptionWeights weights = OptionWeights.of(FamilyDefinition.of(model));
        for (Choice<?> choice : model.space().choices()) {
            Set<String> largest = weights.names(choice, choice.options().size() - 1);
            Set<String> smallest = weights.names(choice, 0);
            if (choice.name().equals("resolution")) {
                assertThat(largest).isEmpty();
            } else if (choice.name().endsWith("depth")) {
                assertThat(smallest).isEmpty();
                int stage = Integer.parseInt(choice.name().replaceAll("[^0-9]", "")) - 1;
                assertThat(largest).isNotEmpty().allMatch(name -> name.startsWith("blocks." + stage + "."));
            } else if (choice.name().endsWith("width")) {
                assertThat(largest).isNotEmpty().isEqualTo(smallest);
            }
        }
        assertThat(model.space().choices().stream().map(Choice::name).collect(Collectors.toSet()))
                .contains("resolution");
    }

    /** A stored weight that is asked for in parts counts once, under its own name. */
    @Test
    void partsAreOfOneStoredWeight() {
        VisionTransformer model = TinyModels.visionTransformer();
        OptionWeights weights = OptionWeights.of(FamilyDefinition.of(model));
        try (Family shapes = Family.ofShapes(model)) {
            for (Choice<?> choice : model.space().choices()) {
                for (int i = 0; i < choice.options().size(); i++) {
                    assertThat(shapes.weights().tensors().keySet()).containsAll(weights.names(choice, i));
                }
            }
        }
    }
}
