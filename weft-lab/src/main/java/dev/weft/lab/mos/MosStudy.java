package dev.weft.lab.mos;

import dev.weft.lab.study.Design;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySettings;
import dev.weft.model.LanguageModel;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.report.ExperimentReport.Paper;
import java.util.Collections;
import java.util.List;

/**
 * Mixture-of-Supernets at small scale: do experts that a router mixes for each member take the conflict out of shared weights, and
 * is it knowledge of the member or only more parameters that does it? First where the conflict is by design, then in a language model,
 * where it is weak. Arms and claims are those of the specification's section on reproduction; numbers are of this scale, not the
 * paper's.
 */
public final class MosStudy implements Study {
    private final Size full;
    private final Size smoke;

    public MosStudy() {
        this(Size.full(), Size.smoke());
    }

    MosStudy(Size full, Size smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    /**
     * How large the experiment is; the same for all arms.
     *
     * @param regression the conflict between widths
     * @param regressions draws of it for each seed: it takes seconds
     * @param model the language model's space; its input is bound to the text
     * @param characters of the text that are used, from its beginning; 0 for all
     * @param contextLength characters that one prediction may look back at
     * @param budgets epochs over the training split, of every arm but few-shot-half
     * @param batchSize windows of a step
     * @param learningRate highest, of every arm
     * @param experts of every arm that has some
     * @param routerWidth of the routers' hidden layer
     * @param population of the search
     * @param generations of the search
     */
    record Size(
            ConflictRegression.Settings regression,
            int regressions,
            LanguageModel model,
            int characters,
            int contextLength,
            List<Integer> budgets,
            int batchSize,
            double learningRate,
            int experts,
            int routerWidth,
            int population,
            int generations) {
        /**
         * The least selection loss after one epoch of seed 1000, on average over one arm of each kind: standard, layer-wise (means of the
         * six members) and the largest member alone. 0.004: 2.270, 2.292, 2.027; 0.008: 2.243, 2.228, 2.077; 0.016: 2.317,
         * 2.256, 2.414. 0.001 and 0.002 were tried without the layer-wise arm, and are worse. The order of standard and layer-wise
         * depends on the rate.
         */
        private static final double LEARNING_RATE = 8e-3;

        static Size full() {
            return new Size(
                    new ConflictRegression.Settings(List.of(4, 8, 16, 32), 400, 8, 2, 512, 0.02, 16),
                    5,
                    model(64, 4, List.of(1, 2, 3), List.of(0.5, 1.0, 2.0, 4.0)),
                    0,
                    64,
                    List.of(2, 6),
                    16,
                    LEARNING_RATE,
                    2,
                    128,
                    25,
                    8);
        }

        /** This takes under a minute and has one seed: every arm and every step of the work, and no meaning. */
        static Size smoke() {
            return new Size(
                    new ConflictRegression.Settings(List.of(2, 4), 20, 3, 2, 32, 0.02, 4),
                    1,
                    model(8, 2, List.of(1, 2), List.of(0.5, 1.0, 2.0, 4.0)),
                    60_000,
                    32,
                    List.of(1),
                    512,
                    LEARNING_RATE,
                    2,
                    8,
                    6,
                    2);
        }

        static LanguageModel model(int embedDim, int heads, List<Integer> depth, List<Double> mlpRatio) {
            int blocks = depth.get(depth.size() - 1);
            return new LanguageModel(
                    null,
                    List.of(embedDim),
                    depth,
                    0,
                    1,
                    LanguageModel.Positions.LEARNED,
                    Mlp.GELU,
                    Norm.Kind.LAYER,
                    1e-5,
                    true,
                    true,
                    Collections.nCopies(blocks, new LanguageModel.Block(List.of(heads), mlpRatio)));
        }
    }

    @Override
    public String name() {
        return "mixture-of-supernets";
    }

    @Override
    public String title() {
        return "Mixture-of-Supernets";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "Mixture-of-Supernets: Improving Weight-Sharing Supernet Training with Architecture-Routed "
                        + "Mixture-of-Experts",
                "Ganesh Jawahar, Haichuan Yang, Yunyang Xiong, Zechun Liu, Dilin Wang, Fei Sun, Meng Li, Aasish Pappu, "
                        + "Barlas Oguz, Muhammad Abdul-Mageed, Laks V.S. Lakshmanan, Raghuraman Krishnamoorthi, Vikas "
                        + "Chandra",
                2024,
                "arXiv:2306.04845");
    }

    @Override
    public String description() {
        return "experts mixed for each member, against one set of weights, blind routers, separate supernets and training alone";
    }

    @Override
    public String claim() {
        return "Experts that a router mixes for each member resolve the conflict between members that share weights; the mixture of "
                + "a chosen member collapses to plain weights. At this scale: where members want opposite functions, both "
                + "kinds of experts halve the error of a standard supernet or better, and a router that does not see the "
                + "member stays within 10 % of it; in a language model of characters, where the conflict is weak, their "
                + "mean loss is lower by 0.01 nats or more, the gap to training alone shrinks, and the blind router stays "
                + "within 0.005 nats; collapsing changes no loss by more than 1e-5.";
    }

    @Override
    public String data() {
        return "tiny-shakespeare";
    }

    @Override
    public String budget() {
        return "epochs of every arm, and half of them in each supernet of few-shot-half";
    }

    @Override
    public Design design(StudySettings settings) {
        return new MosDesign(settings.smoke() ? smoke : full, settings.data());
    }
}
