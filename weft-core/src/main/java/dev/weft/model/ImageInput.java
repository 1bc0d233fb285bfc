package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.nn.Layer;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The images a model reads: square, pixel values 0 to 255. Normalisation and the member's resolution are part of the model, so
 * that an exported member needs nothing else.
 *
 * @param channels 1 for grey, 3 for colour
 * @param size height and width of the images given to the model
 * @param resolution what a member resizes them to; at most {@code size}
 * @param mean per channel, on the scale 0 to 1
 * @param std per channel, on the scale 0 to 1
 * @param classes the names of the classes, in the order of the logits
 */
public record ImageInput(
        int channels, int size, List<Integer> resolution, List<Double> mean, List<Double> std, List<String> classes) {
    public ImageInput {
        resolution = List.copyOf(resolution);
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        classes = List.copyOf(classes);
        if (channels < 1 || size < 1 || mean.size() != channels || std.size() != channels) {
            throw new InputException("Images must have one mean and one std a channel, but got channels=" + channels
                    + ", size=" + size + ", mean=" + mean + ", std=" + std + ".");
        }
        if (std.stream().anyMatch(s -> !(s > 0)) || mean.stream().anyMatch(m -> !Double.isFinite(m))) {
            throw new InputException(
                    "Every std must be positive and every mean finite, but got mean=" + mean + ", std=" + std + ".");
        }
        if (classes.size() < 2) {
            throw new InputException("A classifier must have two classes or more, but got " + classes + ".");
        }
        if (resolution.isEmpty() || resolution.stream().anyMatch(r -> r < 1 || r > size)) {
            throw new InputException("Every resolution must be between 1 and the size of the images, " + size
                    + ", but got " + resolution + ". Members do not enlarge images.");
        }
    }

    Choice<Integer> resolutionChoice() {
        return new Choice<>("resolution", resolution);
    }

    ImageInput at(Member member) {
        return new ImageInput(channels, size, List.of(member.value(resolutionChoice())), mean, std, classes);
    }

    /** Normalises, then resizes where the member's resolution is not the images' own. */
    Layer layer() {
        Dim chosen = Dim.of(resolutionChoice());
        return (x, pass) -> {
            int side = chosen.size(pass.member());
            Tensor normal = Ops.normalise(x, mean, std);
            return x.size(2) == side && x.size(3) == side ? normal : Ops.resize(normal, side, side);
        };
    }
}
