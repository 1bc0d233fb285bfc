package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.nn.Activation;
import dev.weft.nn.BatchNorm2d;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Inserted;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.ops.ImageOps;
import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Init;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * A plain convolutional network: convolutions with ReLU and pooling, and a classifier. Small spaces on which searches are compared
 * have this form (the toy spaces of TangleNAS, Sukthanker et al. 2024); for accuracy take a {@link MobileCnn}.
 *
 * @param input the images; absent until the definition is bound to data
 * @param resolution what the images are resized to, the same for all members
 * @param layers from the first to the last
 * @param batchNorm whether a batch norm follows each convolution, which then has no bias
 * @param hidden widths of the fully connected layers between the last feature map and the classifier. Where there are none, the
 *     classifier reads the mean of each channel
 */
public record ConvNet(ImageInput input, int resolution, List<Conv> layers, boolean batchNorm, List<Integer> hidden)
        implements ModelDefinition {

    /**
     * A convolution of stride 1 and its ReLU.
     *
     * @param width options of output channels
     * @param kernelSize options, odd
     * @param trim rows and columns that the output has fewer than the input, on each side; 0 keeps the size. The zeros around the
     *     input are half a kernel, less this
     * @param pool whether the greatest of each 2×2 pixels goes on
     */
    public record Conv(List<Integer> width, List<Integer> kernelSize, int trim, boolean pool) {
        public Conv {
            width = Setting.sizes("A convolution's width", width);
            kernelSize = Setting.sizes("A convolution's kernelSize", kernelSize);
            if (kernelSize.stream().anyMatch(k -> k % 2 == 0) || trim < 0 || trim > kernelSize.get(0) / 2) {
                throw new InputException(
                        "A convolution must have odd kernel sizes and a trim from 0 to half the smallest, "
                                + "but got kernelSize=" + kernelSize + ", trim=" + trim + ".");
            }
        }

        private int outputSize(int size) {
            return (size - 2 * trim) / (pool ? 2 : 1);
        }
    }

    public ConvNet {
        ImageInput.requireTakes(input, resolution);
        layers = Setting.list("layers", layers);
        hidden = Setting.list("hidden", hidden);
        if (layers.isEmpty() || hidden.stream().anyMatch(width -> width < 1 || width > Setting.MAX_SIZE)) {
            throw new InputException("A convolutional network must have a layer or more and hidden widths from 1 to "
                    + Setting.MAX_SIZE + ", but got " + layers.size() + " layers, hidden=" + hidden + ".");
        }
        if (resolution < 1 || resolution > Setting.MAX_SIZE || outputSize(resolution, layers) < 1) {
            throw new InputException("The resolution must leave a pixel or more after the last of " + layers.size()
                    + " layers and be at most " + Setting.MAX_SIZE + ", but is " + resolution + ".");
        }
    }

    private static int outputSize(int size, List<Conv> layers) {
        for (Conv layer : layers) {
            size = layer.outputSize(size);
        }
        return size;
    }

    @Override
    public String name() {
        return "conv-net";
    }

    @Override
    public ConvNet withInput(ModelInput other) {
        return new ConvNet(ImageInput.of(name(), other), resolution, layers, batchNorm, hidden);
    }

    @Override
    public List<Choice<?>> choices() {
        List<Choice<?>> all = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            all.add(width(i));
            all.add(kernel(i));
        }
        return all.stream().filter(choice -> choice.options().size() > 1).toList();
    }

    private Choice<Integer> width(int i) {
        return new Choice<>("conv" + (i + 1) + ".width", layers.get(i).width);
    }

    private Choice<Integer> kernel(int i) {
        return new Choice<>("conv" + (i + 1) + ".kernel", layers.get(i).kernelSize);
    }

    @Override
    public ConvNet at(Member member) {
        List<Conv> fixed = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            fixed.add(new Conv(
                    List.of(member.value(width(i))),
                    List.of(member.value(kernel(i))),
                    layers.get(i).trim,
                    layers.get(i).pool));
        }
        return new ConvNet(input, resolution, fixed, batchNorm, hidden);
    }

    @Override
    public Layer build(Weights weights) {
        ImageInput images = ImageInput.bound(input);
        Layer net = images.layer(Dim.of(resolution));
        Dim channels = Dim.of(images.channels());
        for (int i = 0; i < layers.size(); i++) {
            Dim out = Dim.of(width(i));
            net = net.then(Inserted.after(convolution(weights, i, channels, out), weights, "conv" + (i + 1), out))
                    .then(Activation.RELU);
            if (layers.get(i).pool) {
                net = net.then((x, pass) -> ImageOps.maxPool2d(x, 2));
            }
            channels = out;
        }
        net = net.then((x, pass) -> NoiseOps.channelDropout(x, pass.dropout()));
        Dim features = channels;
        if (hidden.isEmpty()) {
            net = net.then((x, pass) -> Ops.mean(x, List.of(2, 3), false));
        } else {
            int side = outputSize(resolution, layers);
            net = net.then((x, pass) -> Ops.flatten(x, 1)); // channel by channel, so fewer channels are a prefix
            features = channels.times(side * side);
        }
        for (int i = 0; i < hidden.size(); i++) {
            Dim width = Dim.of(hidden.get(i));
            net = net.then(new Linear(weights, "fc" + (i + 1), features, width, Init.uniformFanIn()))
                    .then(Activation.RELU);
            features = width;
        }
        Dim classes = Dim.of(images.classes().size());
        return net.then(new Linear(weights, "classifier", features, classes, Init.uniformFanIn()));
    }

    private Layer convolution(Weights weights, int i, Dim in, Dim out) {
        String name = "conv" + (i + 1);
        Dim kernel = Dim.of(kernel(i));
        int trim = layers.get(i).trim;
        return batchNorm
                ? Conv2d.trimmed(weights, name, in, out, kernel, trim, false)
                        .then(new BatchNorm2d(weights, "bn" + (i + 1), out))
                : Conv2d.trimmed(weights, name, in, out, kernel, trim, true);
    }
}
