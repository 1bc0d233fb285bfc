package dev.weft.lab.shiftnas;

import dev.weft.lab.study.Design;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySettings;
import dev.weft.model.MobileCnn;
import dev.weft.nn.Activation;
import dev.weft.report.ExperimentReport.Paper;
import java.util.List;

/**
 * ShiftNAS at small scale: are members of seldom drawn costs better when the cost is drawn first, and does it help that its
 * probabilities learn? Arms and claims are those of the specification's section on reproduction; numbers are of this scale, not the
 * paper's.
 */
public final class ShiftNasStudy implements Study {
    private final Size full;
    private final Size smoke;

    public ShiftNasStudy() {
        this(Size.full(), Size.smoke());
    }

    ShiftNasStudy(Size full, Size smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    /**
     * How large the experiment is; the same for all arms.
     *
     * @param model the space of members; its input is bound to the data
     * @param levels of multiply-adds between the smallest and the largest member
     * @param budgets epochs over the training split
     * @param batchSize of training and recalibration
     * @param learningRate of the weights at the start
     * @param selectionSize images that members are chosen by
     * @param heldOutSize images that level probabilities learn from, and that no arm trains on
     * @param lambda of the generator's cost term
     * @param generatorRate learning rate of the generator
     * @param levelRate learning rate of the levels' logits; 0.001 in the paper
     * @param interval updates of the weights between two of the logits
     * @param warmPart part of training before the first update of the logits
     * @param draws by rejection for a member of a level, at most
     * @param calibrationBatches before every evaluation
     * @param membersPerLevel fixed members that every arm is judged by, in each level
     * @param candidates random members in each level of which A's best is chosen
     * @param memberSeed draws both
     */
    record Size(
            MobileCnn model,
            int levels,
            List<Integer> budgets,
            int batchSize,
            double learningRate,
            int selectionSize,
            int heldOutSize,
            double lambda,
            double generatorRate,
            double levelRate,
            int interval,
            double warmPart,
            int draws,
            int calibrationBatches,
            int membersPerLevel,
            int candidates,
            long memberSeed) {
        /** Widths were chosen by enumeration alone, before any training: two of six levels have under 5 % of uniform draws. */
        static Size full() {
            MobileCnn model = model(
                    14,
                    List.of(
                            stage(List.of(8, 12, 14, 16), 1),
                            stage(List.of(16, 20, 22, 24), 2),
                            stage(List.of(20, 24, 28, 32), 1)));
            return new Size(
                    model, 6, List.of(16, 48), 64, 0.1, 1000, 2000, 30, 1e-3, 0.05, 25, 0.2, 10_000, 10, 4, 20, 2023);
        }

        /** Seconds, one seed: every arm and every step of the work, and no meaning. */
        static Size smoke() {
            MobileCnn model =
                    model(14, List.of(stage(List.of(4, 8), 1), stage(List.of(8, 12), 2), stage(List.of(8, 16), 1)));
            return new Size(model, 4, List.of(1), 128, 0.1, 1000, 2000, 30, 1e-3, 0.05, 10, 0.2, 1000, 2, 1, 2, 2023);
        }

        static MobileCnn model(int resolution, List<MobileCnn.Stage> stages) {
            return new MobileCnn(
                    null,
                    List.of(resolution),
                    new MobileCnn.Stem(List.of(8), 2),
                    stages,
                    List.of(),
                    Activation.RELU,
                    true);
        }

        /** Fused blocks without expansion: dense convolutions are what CPUs are fast at. */
        static MobileCnn.Stage stage(List<Integer> width, int stride) {
            return new MobileCnn.Stage(
                    MobileCnn.Block.FUSED, width, List.of(1, 2, 3), List.of(3, 5), List.of(1.0), stride, false);
        }
    }

    @Override
    public String name() {
        return "shiftnas";
    }

    @Override
    public String title() {
        return "ShiftNAS";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "ShiftNAS: Improving One-shot NAS via Probability Shift",
                "Mingyang Zhang, Xinyi Yu, Haodong Zhao, Linlin Ou",
                2023,
                "arXiv:2307.08300");
    }

    @Override
    public String description() {
        return "cost levels drawn first, uniform and learned, with members of a generator, against uniform operations and exact draws";
    }

    @Override
    public String claim() {
        return "Uniform decisions seldom train the dearest and the cheapest members; drawing the cost first, with probabilities that"
                + " follow how much each level still improves, makes members of all costs better, and a small generator draws them."
                + " At this scale: on the levels that uniform operations (A) starve, ShiftNAS (C) is at least 0.5 points above A,"
                + " and elsewhere at most 0.5 below; C is at most 0.2 below uniform levels (B); generators hit the level asked"
                + " for, give or take one, nine times in ten; the probabilities move, and towards levels whose loss falls.";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public String budget() {
        return "epochs of one member a step; sandwich, which trains three members a step, has a third of them";
    }

    @Override
    public Design design(StudySettings settings) {
        return new ShiftNasDesign(settings.smoke() ? smoke : full, settings.data());
    }
}
