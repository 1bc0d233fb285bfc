package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.nn.Activation;
import dev.weft.nn.BatchNorm2d;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Inserted;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.OperationChoice;
import dev.weft.nn.Residual;
import dev.weft.nn.SqueezeExcite;
import dev.weft.nn.Stack;
import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Init;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A mobile CNN: a stem, stages of inverted residual blocks (Sandler et al., MobileNetV2, 2018), and a classifier. Tensor names
 * are those of timm's mobile networks.
 *
 * <p>The first block of a stage has no skip, the others do: whether a block has one never depends on the member, so a zero γ
 * cannot silence a block that some member runs without a skip. Where a member may leave a block out, the operation {@code skip} is
 * that skip without its branch: what a block with γ = 0 does.
 *
 * @param input the images; absent until the definition is bound to data
 * @param resolution what a member resizes the images to
 * @param stem width and stride of the first 3×3 convolution
 * @param stages from the first to the last
 * @param headWidth channels of the 1×1 convolution before pooling; empty for none
 * @param activation after every normalised convolution but the projections
 * @param zeroInitResidual whether the last norm of every residual branch starts at γ = 0 (Goyal et al. 2017)
 */
public record MobileCnn(
        ImageInput input,
        List<Integer> resolution,
        Stem stem,
        List<Stage> stages,
        @JsonProperty(defaultValue = "[]") List<Integer> headWidth,
        @JsonProperty(defaultValue = "relu") Activation activation,
        @JsonProperty(defaultValue = "true") boolean zeroInitResidual)
        implements ModelDefinition {

    /** @param width output channels; @param stride 1 or 2 */
    public record Stem(
            List<Integer> width,
            @JsonProperty(defaultValue = "2") int stride) {
        public Stem {
            width = Setting.sizes("The stem's width", width);
            if (stride < 1 || stride > 2) {
                throw new InputException("The stem's stride must be 1 or 2, but is " + stride + ".");
            }
        }
    }

    /** What a block does between expanding and projecting. */
    public enum Block {
        /** 1×1 expand, k×k depthwise: MobileNetV2. */
        @JsonProperty("depthwise")
        DEPTHWISE,
        /** One dense k×k that expands: the fused block of EfficientNetV2 (Tan and Le 2021). */
        @JsonProperty("fused")
        FUSED
    }

    /**
     * Blocks of one shape; each setting lists its options.
     *
     * @param block the kind of block
     * @param width output channels
     * @param depth number of blocks
     * @param kernelSize of the k×k convolution, odd
     * @param expandRatio middle width over input width, rounded to a multiple of 8. A depthwise stage whose only
     *     option is 1 has no expanding convolution
     * @param stride of the first block
     * @param squeezeExcite whether blocks rescale their middle channels, through a quarter as many as enter the block (Tan and
     *     Le, EfficientNet, 2019)
     * @param operations in place of kernelSize and expandRatio: for each block the operations of which a member picks one, with
     *     weights of its own, {@code k3-e6} for a kernel of 3×3 and a ratio of 6, or {@code skip} for none of them (ProxylessNAS,
     *     Cai et al. 2019). One list stands for every block; the first block is then not skipped. Absent where kernels and ratios
     *     are slices
     */
    public record Stage(
            Block block,
            List<Integer> width,
            List<Integer> depth,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Integer> kernelSize,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Double> expandRatio,
            @JsonProperty(defaultValue = "1") int stride,
            @JsonProperty(defaultValue = "false") boolean squeezeExcite,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<List<String>> operations) {
        public Stage {
            width = Setting.sizes("A stage's width", width);
            depth = Setting.sizes("A stage's depth", depth);
            if (operations == null || operations.isEmpty()) {
                operations = List.of();
                kernelSize = Setting.sizes("A stage's kernelSize", kernelSize);
                expandRatio = Setting.ratios("A stage's expandRatio", expandRatio);
            } else if (kernelSize != null && !kernelSize.isEmpty() || expandRatio != null && !expandRatio.isEmpty()) {
                throw new InputException("A stage must have kernelSize and expandRatio, or operations in their place, "
                        + "but got kernelSize=" + kernelSize + ", expandRatio=" + expandRatio + ", operations="
                        + operations + ".");
            } else {
                kernelSize = List.of();
                expandRatio = List.of();
                operations = ofBlocks(operations, depth.get(depth.size() - 1));
            }
            if (block == null || stride < 1 || stride > 2) {
                throw new InputException("A stage must have a block and a stride of 1 or 2, but got block=" + block
                        + ", stride=" + stride + ".");
            }
            if (kernelSize.stream().anyMatch(k -> k % 2 == 0)) {
                throw new InputException("Kernel sizes of a stage must be odd, but got " + kernelSize + ".");
            }
            if (block == Block.DEPTHWISE && expandRatio.size() > 1 && expandRatio.contains(1.0)) {
                throw new InputException(
                        "An expandRatio of 1 means blocks without an expanding convolution, so it must be "
                                + "a stage's only option, but got " + expandRatio + ".");
            }
        }

        /** Blocks whose kernels and ratios are slices. */
        public Stage(
                Block block,
                List<Integer> width,
                List<Integer> depth,
                List<Integer> kernelSize,
                List<Double> expandRatio,
                int stride,
                boolean squeezeExcite) {
            this(block, width, depth, kernelSize, expandRatio, stride, squeezeExcite, List.of());
        }

        /** The operations of each block, of which one list may stand for all. */
        private static List<List<String>> ofBlocks(List<List<String>> operations, int blocks) {
            List<List<String>> each = new ArrayList<>(Setting.list("A stage's operations", operations));
            if (each.size() == 1 && blocks > 1) {
                List<String> all = each.get(0);
                each = new ArrayList<>(Collections.nCopies(blocks, all));
                each.set(
                        0,
                        all.stream()
                                .filter(operation -> !operation.equals(BlockOperation.SKIP))
                                .toList());
            }
            if (each.size() != blocks) {
                throw new InputException("A stage must have a list of operations for each block of its largest depth, "
                        + blocks + ", or one for all, but has " + each.size() + ".");
            }
            for (int b = 0; b < blocks; b++) {
                each.set(b, BlockOperation.checked(each.get(b), b == 0));
            }
            return List.copyOf(each);
        }

        /** Whether the blocks have no expanding convolution. */
        private boolean isSeparable() {
            return isSeparable(expandRatio.get(0));
        }

        private boolean isSeparable(double ratio) {
            return block == Block.DEPTHWISE && ratio == 1;
        }
    }

    public MobileCnn {
        resolution = Setting.sizes("resolution", resolution);
        ImageInput.requireTakes(input, resolution.get(resolution.size() - 1));
        stages = Setting.list("stages", stages);
        headWidth = Setting.list("headWidth", headWidth);
        headWidth = headWidth.isEmpty() ? headWidth : Setting.sizes("headWidth", headWidth);
        if (stem == null || stages.isEmpty() || activation == null) {
            throw new InputException("A mobile CNN must have a stem, a stage or more and an activation, but got stem="
                    + stem + ", " + stages.size() + " stages, activation=" + activation + ".");
        }
    }

    @Override
    public String name() {
        return "mobile-cnn";
    }

    @Override
    public MobileCnn withInput(ModelInput other) {
        return new MobileCnn(
                ImageInput.of(name(), other), resolution, stem, stages, headWidth, activation, zeroInitResidual);
    }

    @Override
    public List<Choice<?>> choices() {
        List<Choice<?>> all = new ArrayList<>(List.of(resolutionChoice(), stemWidth()));
        for (int s = 0; s < stages.size(); s++) {
            all.addAll(List.of(depth(s), width(s)));
            if (stages.get(s).operations.isEmpty()) {
                all.addAll(List.of(kernel(s), expand(s)));
            }
            for (int b = 0; b < stages.get(s).operations.size(); b++) {
                all.add(operation(s, b));
            }
        }
        if (!headWidth.isEmpty()) {
            all.add(headChoice());
        }
        return all.stream().filter(choice -> choice.options().size() > 1).toList();
    }

    private Choice<Integer> resolutionChoice() {
        return new Choice<>("resolution", resolution);
    }

    private Choice<Integer> stemWidth() {
        return new Choice<>("stem.width", stem.width);
    }

    private Choice<Integer> headChoice() {
        return new Choice<>("head.width", headWidth);
    }

    private Choice<Integer> width(int s) {
        return new Choice<>("stage" + (s + 1) + ".width", stages.get(s).width);
    }

    private Choice<Integer> depth(int s) {
        return new Choice<>("stage" + (s + 1) + ".depth", stages.get(s).depth);
    }

    private Choice<Integer> kernel(int s) {
        return new Choice<>("stage" + (s + 1) + ".kernel", stages.get(s).kernelSize);
    }

    private Choice<Double> expand(int s) {
        return new Choice<>("stage" + (s + 1) + ".expand", stages.get(s).expandRatio);
    }

    /** Means something where the block is among those that run. */
    private Choice<String> operation(int s, int b) {
        Stage stage = stages.get(s);
        String name = "stage" + (s + 1) + ".block" + (b + 1);
        Choice<String> choice = new Choice<>(name, stage.operations.get(b));
        return stage.depth.get(0) > b ? choice : choice.activeWhen(depth(s).name(), b + 1);
    }

    @Override
    public MobileCnn at(Member member) {
        List<Stage> fixed = new ArrayList<>();
        for (int s = 0; s < stages.size(); s++) {
            Stage stage = stages.get(s);
            boolean sliced = stage.operations.isEmpty();
            int depth = member.value(depth(s));
            List<List<String>> operations = new ArrayList<>();
            for (int b = 0; b < depth && !sliced; b++) {
                operations.add(List.of(member.value(operation(s, b))));
            }
            fixed.add(new Stage(
                    stage.block,
                    List.of(member.value(width(s))),
                    List.of(depth),
                    sliced ? List.of(member.value(kernel(s))) : List.of(),
                    sliced ? List.of(member.value(expand(s))) : List.of(),
                    stage.stride,
                    stage.squeezeExcite,
                    operations));
        }
        return new MobileCnn(
                input,
                List.of(member.value(resolutionChoice())),
                new Stem(List.of(member.value(stemWidth())), stem.stride),
                fixed,
                headWidth.isEmpty() ? headWidth : List.of(member.value(headChoice())),
                activation,
                zeroInitResidual);
    }

    @Override
    public Layer build(Weights weights) {
        Dim channels = Dim.of(stemWidth());
        ImageInput images = ImageInput.bound(input);
        Layer net = images.layer(Dim.of(resolutionChoice()))
                .then(Conv2d.dense(weights, "conv_stem", Dim.of(images.channels()), channels, Dim.of(3), stem.stride))
                .then(new BatchNorm2d(weights, "bn1", channels))
                .then(activation);
        int blocks = stages.stream()
                .mapToInt(stage -> stage.depth.get(stage.depth.size() - 1))
                .sum();
        int index = 0;
        for (int s = 0; s < stages.size(); s++) {
            Dim out = Dim.of(width(s));
            Dim depth = Dim.of(depth(s));
            List<Layer> layers = new ArrayList<>();
            for (int b = 0; b < depth.max(); b++) {
                layers.add(block(weights, s, b, b == 0 ? channels : out, out, (double) ++index / blocks));
            }
            net = net.then(new Stack(weights, "blocks." + s, depth, layers));
            channels = out;
        }
        if (!headWidth.isEmpty()) {
            Dim head = Dim.of(headChoice());
            net = net.then(Conv2d.dense(weights, "conv_head", channels, head, Dim.of(1), 1))
                    .then(new BatchNorm2d(weights, "bn2", head))
                    .then(activation);
            channels = head;
        }
        return net.then((x, pass) -> NoiseOps.dropout(Ops.mean(x, List.of(2, 3), false), pass.dropout()))
                .then(new Linear(
                        weights, "classifier", channels, Dim.of(images.classes().size()), Init.uniformFanIn()));
    }

    private Layer block(Weights weights, int s, int b, Dim in, Dim out, double position) {
        Stage stage = stages.get(s);
        String name = "blocks." + s + "." + b + ".";
        if (stage.operations.isEmpty()) {
            Dim middle = stage.isSeparable() ? in : in.scaled(expand(s), 8);
            return block(
                    weights, name, s, b, new Shape(in, middle, out, Dim.of(kernel(s)), stage.isSeparable()), position);
        }
        List<Layer> operations = stage.operations.get(b).stream()
                .map(BlockOperation::of)
                .map(operation -> {
                    if (operation.isSkip()) {
                        return (Layer) (x, pass) -> x; // the block's skip without its branch
                    }
                    boolean separable = stage.isSeparable(operation.expandRatio());
                    Choice<Double> ratio = Choice.of(operation.name(), operation.expandRatio());
                    Dim middle = separable ? in : in.scaled(ratio, 8);
                    Shape shape = new Shape(in, middle, out, Dim.of(operation.kernelSize()), separable);
                    return block(weights, name + operation.name() + ".", s, b, shape, position);
                })
                .toList();
        return new OperationChoice(weights, name + "operation", operation(s, b), operations);
    }

    /**
     * The sizes of a block.
     *
     * @param separable whether it has no expanding convolution
     */
    private record Shape(Dim in, Dim middle, Dim out, Dim kernel, boolean separable) {}

    private Layer block(Weights weights, String name, int s, int b, Shape shape, double position) {
        Stage stage = stages.get(s);
        Dim middle = shape.middle;
        int stride = b == 0 ? stage.stride : 1;
        String projection;
        Layer branch;
        int norms = 0;
        if (stage.block == Block.FUSED) {
            branch = Conv2d.dense(weights, name + "conv_exp", shape.in, middle, shape.kernel, stride)
                    .then(new BatchNorm2d(weights, name + "bn" + ++norms, middle))
                    .then(activation);
            projection = "conv_pwl";
        } else if (!shape.separable) {
            branch = Conv2d.dense(weights, name + "conv_pw", shape.in, middle, Dim.of(1), 1)
                    .then(new BatchNorm2d(weights, name + "bn" + ++norms, middle))
                    .then(activation)
                    .then(Conv2d.depthwise(weights, name + "conv_dw", middle, shape.kernel, stride))
                    .then(new BatchNorm2d(weights, name + "bn" + ++norms, middle))
                    .then(activation);
            projection = "conv_pwl";
        } else {
            branch = Conv2d.depthwise(weights, name + "conv_dw", middle, shape.kernel, stride)
                    .then(new BatchNorm2d(weights, name + "bn" + ++norms, middle))
                    .then(activation);
            projection = "conv_pw";
        }
        if (stage.squeezeExcite) {
            Dim reduced = shape.in.scaled(Choice.of("reduction", 0.25), 1);
            branch = branch.then(new SqueezeExcite(weights, name + "se", middle, reduced));
        }
        boolean skip = b > 0;
        Init scale = skip && zeroInitResidual ? Init.zeros() : Init.ones();
        branch = branch.then(Conv2d.dense(weights, name + projection, middle, shape.out, Dim.of(1), 1))
                .then(new BatchNorm2d(weights, name + "bn" + ++norms, shape.out, scale));
        Layer whole = Inserted.after(branch, weights, name.substring(0, name.length() - 1), shape.out);
        return skip ? new Residual(whole, position) : whole;
    }
}
