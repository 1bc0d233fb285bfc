package dev.weft.lab.tanglenas;

import dev.weft.lab.study.Design;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySettings;
import dev.weft.model.ConvNet;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.report.ExperimentReport.Paper;
import dev.weft.weight.blend.Blend;
import java.util.List;

/**
 * TangleNAS at small scale: does search by gradient over entangled weights cost what one network costs, and does it choose well? Arms
 * and claims are those of the specification's section on reproduction; numbers are of this scale, not the paper's.
 */
public final class TangleNasStudy implements Study {
    static final Part MAPS =
            new Part("maps", "other maps from logits to mixing weights: softmax, sparsemax and Gumbel");
    static final Part SMALL_SPACE = new Part(
            "small-space",
            "a space so small that every member is trained alone, so that a choice has a rank: half an hour more");

    private final Size full;
    private final Size smoke;

    public TangleNasStudy() {
        this(Size.full(), Size.smoke());
    }

    TangleNasStudy(Size full, Size smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    /**
     * How large the experiment is; the same for all arms.
     *
     * @param model the space of members; its input is bound to the data
     * @param smallModel a part of that space so small that every member can be trained alone
     * @param budgets epochs of a member that is trained alone, over all training images. A search by gradient has twice as many, over
     *     the half of them that trains weights, and single path twice as many again: one gradient step in place of two
     * @param batchSize of training and recalibration
     * @param selectionSize images beside the training images, on which nothing is trained or chosen: the curve of the search is
     *     measured on them
     * @param rates learning rates
     * @param norm how batch norm treats what is blended
     * @param calibrationBatches before every evaluation
     * @param curveEveryEpochs how often the member that a search by gradient would choose is measured during the search
     * @param compared what the search by gradient is compared with
     * @param cost the budget of the search that has one
     * @param timingRounds of steps that are timed in turn
     */
    record Size(
            ModelDefinition model,
            ModelDefinition smallModel,
            List<Integer> budgets,
            int batchSize,
            int selectionSize,
            Rates rates,
            Blend.Norm norm,
            int calibrationBatches,
            int curveEveryEpochs,
            Compared compared,
            Budget cost,
            int timingRounds) {
        private static final int RESOLUTION = 14;

        /**
         * Learning rates at the start.
         *
         * @param weights of every search
         * @param alone of a member that is trained alone
         * @param logits of the blend
         */
        record Rates(double weights, double alone, double logits) {}

        /**
         * What else finds members.
         *
         * @param candidates of random search
         * @param population of evolution
         * @param generations of evolution
         * @param random members drawn for each seed
         * @param matched members drawn for each seed, of about the cost of the member that was chosen
         */
        record Compared(int candidates, int population, int generations, int random, int matched) {}

        /**
         * A budget of parameters.
         *
         * @param factor of the cost's term in the loss
         * @param target as a part of the largest member's parameters
         */
        record Budget(double factor, double target) {}

        /**
         * The best of 0.025, 0.05 and 0.1 in the mean of A and C, on the selection split of seed 1000: for A the accuracy of its choice
         * with inherited weights after eight epochs, 83.5, 84.0 and 84.4 %; for C the mean of largest and smallest member after sixteen,
         * 79.5, 80.3 and 79.2 %.
         */
        private static final double WEIGHT_RATE = 0.05;

        /** The same for members trained alone for four epochs, the mean of the largest, a middle one and the smallest: 81.4, 83.2, 84.3 %. */
        private static final double ALONE_RATE = 0.1;

        /**
         * Published is 3e-4, over some 39,000 steps. There are 1,240 here, and 0.01 moves a logit as far. Not chosen by a result: 0.003,
         * 0.01 and 0.03 chose the same member with seed 1000, the largest.
         */
        private static final double LOGIT_RATE = 0.01;

        /** The preset {@code conv-quick}, and of it a part: what differs is the first kernel, the middle width and the middle kernel. */
        static Size full() {
            List<Integer> kernels = List.of(3, 5, 7);
            ConvNet small = net(List.of(
                    conv(List.of(8), kernels, true),
                    conv(List.of(8, 16, 32), kernels, true),
                    conv(List.of(32), List.of(3), false)));
            return new Size(
                    Presets.named("conv-quick"),
                    small,
                    List.of(10, 30),
                    64,
                    2000,
                    new Rates(WEIGHT_RATE, ALONE_RATE, LOGIT_RATE),
                    Blend.Norm.FULL,
                    20,
                    4,
                    new Compared(96, 16, 6, 8, 8),
                    new Budget(1, 0.25),
                    24);
        }

        /** This takes under a minute and has one seed: every arm and every step of the work, and no meaning. */
        static Size smoke() {
            List<Integer> kernels = List.of(3, 5);
            ConvNet model = net(List.of(
                    conv(List.of(4, 8), kernels, true),
                    conv(List.of(8, 16), kernels, true),
                    conv(List.of(16, 32), kernels, false)));
            ConvNet small = net(List.of(
                    conv(List.of(4), List.of(3), true),
                    conv(List.of(8, 16), kernels, true),
                    conv(List.of(16), List.of(3), false)));
            return new Size(
                    model,
                    small,
                    List.of(1),
                    250,
                    2000,
                    new Rates(WEIGHT_RATE, ALONE_RATE, LOGIT_RATE),
                    Blend.Norm.FULL,
                    2,
                    1,
                    new Compared(3, 2, 1, 2, 2),
                    new Budget(1, 0.25),
                    3);
        }

        static ConvNet net(List<ConvNet.Conv> layers) {
            return new ConvNet(null, RESOLUTION, layers, true, List.of());
        }

        static ConvNet.Conv conv(List<Integer> width, List<Integer> kernelSize, boolean pool) {
            return new ConvNet.Conv(width, kernelSize, 0, pool);
        }
    }

    @Override
    public String name() {
        return "tanglenas";
    }

    @Override
    public String title() {
        return "TangleNAS";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "Weight-Entanglement Meets Gradient-Based Neural Architecture Search",
                "Rhea Sanjay Sukthanker, Arjun Krishnakumar, Mahmoud Safari, Frank Hutter",
                2024,
                "arXiv:2312.10440");
    }

    @Override
    public String description() {
        return "search by gradient over entangled weights, against separate weights, single path with search, and random members";
    }

    @Override
    public String claim() {
        return "Search by gradient in one set of entangled weights costs what the largest member costs, not what all options cost, and "
                + "chooses better members than random paths with a search afterwards. At this scale: A stores the weights of the "
                + "largest member, and a step is faster than with separate weights (B); trained alone, A's choice is at least "
                + "0.5 points above the mean of random members (D) and at most 0.5 points below the choices of single path (C).";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public String budget() {
        return "epochs of a member that is trained alone; searches by gradient have twice as many over half of the images, and single path"
                + " four times as many, which are as many gradient steps";
    }

    @Override
    public List<Part> parts() {
        return List.of(MAPS, SMALL_SPACE);
    }

    @Override
    public Design design(StudySettings settings) {
        return new TangleNasDesign(
                settings.smoke() ? smoke : full, settings.data(), settings.has(MAPS), settings.has(SMALL_SPACE));
    }
}
