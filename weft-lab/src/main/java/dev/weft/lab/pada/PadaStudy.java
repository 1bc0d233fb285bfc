package dev.weft.lab.pada;

import dev.weft.io.InputException;
import dev.weft.lab.study.Design;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySettings;
import dev.weft.report.ExperimentReport.Paper;
import java.util.function.Supplier;

/**
 * PA&amp;DA at small scale: does drawing members and examples by the norms of their gradients make gradients less noisy, and weights
 * that rank members better? Arms and claims are those of the specification's section on reproduction; numbers are of this scale, not
 * the paper's.
 */
public final class PadaStudy implements Study {
    private final Supplier<PadaSize> full; // the truth is read when it is needed
    private final Supplier<PadaSize> smoke;

    public PadaStudy() {
        this(PadaSize::full, PadaSize::smoke);
    }

    PadaStudy(Supplier<PadaSize> full, Supplier<PadaSize> smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    @Override
    public String name() {
        return "pa-da";
    }

    @Override
    public String title() {
        return "PA&DA";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "PA&DA: Jointly Sampling PAth and DAta for Consistent NAS",
                "Shun Lu, Yu Hu, Longxing Yang, Zihao Sun, Jilin Mei, Jianchao Tan, Chengru Song",
                2023,
                "arXiv:2302.14772");
    }

    @Override
    public String description() {
        return "members and examples drawn by gradient norm, against uniform and fair members";
    }

    @Override
    public String claim() {
        return "A step's gradient is less noisy when examples and members are drawn by the norms of their gradients, and members are"
                + " then ranked better. At this scale: the variance that the theory promises is enumerated for one member, where it"
                + " must hold, at least 5 percent; the rank correlation with training alone is asked to be no more than 0.05 below"
                + " that of uniform members, for its standard error with 32 members is 0.12.";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public String budget() {
        return "epochs of every arm but the fair one, which has a fifth of them and five members a step";
    }

    @Override
    public Design design(StudySettings settings) {
        PadaSize size = (settings.smoke() ? smoke : full).get();
        String source = size.truth().recipe().data().source();
        if (!settings.data().equals(source)) {
            throw new InputException("pa-da must be run on " + source
                    + ", on which members were trained alone to know how good they are, but got --data "
                    + settings.data() + ".");
        }
        return new PadaDesign(size);
    }
}
