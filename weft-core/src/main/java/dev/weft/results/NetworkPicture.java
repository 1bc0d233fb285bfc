package dev.weft.results;

import dev.weft.model.FamilyDefinition;
import dev.weft.model.ModelDefinition;
import dev.weft.report.RunReport.Block;
import dev.weft.report.RunReport.Stage;
import dev.weft.space.Member;
import dev.weft.weight.RequestedWeights;
import dev.weft.weight.SharedWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network as reports draw it: blocks with a width and a kernel size. Read off the names and shapes of the weights, so a new model
 * needs no drawing of its own: {@code blocks.1.0.conv_pwl.weight} (24, 48, 1, 1) belongs to block 1 of stage 2, which is 24 wide.
 */
final class NetworkPicture {
    /** {@code blocks.1.0.} or {@code blocks.3.}, then the layer. */
    private static final Pattern IN_BLOCK = Pattern.compile("([A-Za-z_]+)\\.(\\d+)\\.(?:(\\d+)\\.)?(.+)");

    /** Tables of tokens and of positions, as language models call them. */
    private static final Set<String> EMBEDDINGS = Set.of("wte.weight", "wpe.weight");

    /** The place in the network where a weight belongs. */
    private record Place(String stage, String block) {}

    /** What is read off the weights of one block. */
    private record Size(String kind, int width, int kernel) {}

    private final Map<Place, Size> largest;

    /** @param family with its input filled in */
    NetworkPicture(FamilyDefinition family) {
        largest = sizes(family.model().at(family.space().largest()));
    }

    /** The full network. */
    List<Stage> full() {
        return of(largest);
    }

    /** A member against the full network; blocks it does not run are inactive. */
    List<Stage> of(ModelDefinition definition, Member member) {
        return of(sizes(definition.at(member)));
    }

    private List<Stage> of(Map<Place, Size> sizes) {
        Map<String, List<Block>> stages = new LinkedHashMap<>();
        largest.forEach((place, max) -> {
            Size own = sizes.get(place);
            stages.computeIfAbsent(place.stage, s -> new ArrayList<>())
                    .add(new Block(
                            place.block,
                            max.kind,
                            own == null ? 0 : Math.min(own.width, max.width),
                            own == null ? 0 : Math.min(own.kernel, max.kernel),
                            max.width,
                            max.kernel,
                            own != null));
        });
        return stages.entrySet().stream()
                .map(e -> new Stage(e.getKey(), e.getValue()))
                .toList();
    }

    private static Map<Place, Size> sizes(ModelDefinition plain) {
        Map<Place, Size> sizes = new LinkedHashMap<>();
        try (SharedWeights shapes = SharedWeights.shapesOnly()) {
            RequestedWeights requested = new RequestedWeights(shapes);
            plain.build(requested);
            requested.byName().forEach((name, weight) -> {
                String plainName = name.replaceFirst("\\[.*", ""); // a part of a stored tensor
                List<Integer> shape = weight.shape(Member.PLAIN);
                if (plainName.endsWith(".weight") && shape.size() >= 2) {
                    sizes.merge(place(plainName), size(plainName, shape), NetworkPicture::together);
                }
            });
        }
        return sizes;
    }

    private static Place place(String name) {
        Matcher inBlock = IN_BLOCK.matcher(name);
        if (!inBlock.matches()) {
            String layer = name.substring(0, name.indexOf('.'));
            return new Place(layer, layer);
        }
        int first = Integer.parseInt(inBlock.group(2)) + 1;
        return inBlock.group(3) == null
                ? new Place(inBlock.group(1), "block " + first)
                : new Place("stage " + first, "block " + (Integer.parseInt(inBlock.group(3)) + 1));
    }

    private static Size size(String name, List<Integer> shape) {
        int kernel = shape.size() == 4 ? shape.get(2) : 0;
        boolean depthwise = kernel > 0 && shape.get(1) == 1 && name.contains("_dw");
        String kind = name.contains(".attn.")
                ? "attention"
                : depthwise ? "inverted residual" : kernel > 0 ? "convolution" : "linear";
        int width = EMBEDDINGS.contains(name) ? shape.get(1) : shape.get(0); // a table has a row for each token
        return new Size(kind, width, kernel);
    }

    /** The last weight decides the width, the largest kernel is the block's, and what tells most names the kind. */
    private static Size together(Size before, Size next) {
        List<String> telling = List.of("attention", "inverted residual", "convolution", "linear");
        String kind = telling.indexOf(before.kind) < telling.indexOf(next.kind) ? before.kind : next.kind;
        return new Size(kind, next.width, Math.max(before.kernel, next.kernel));
    }
}
