package dev.weft.lab.gm;

import dev.weft.io.InputException;
import dev.weft.lab.study.Design;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySettings;
import dev.weft.report.ExperimentReport.Paper;
import java.util.function.Supplier;

/**
 * Few-shot NAS by gradient matching at small scale: does parting operations whose gradients disagree give weights that are better, or
 * that rank members better, than parting by chance, few-shot NAS, and one supernet? Arms and claims are those of the specification's
 * section on reproduction; numbers are of this scale, not the paper's.
 */
public final class GradientMatchingStudy implements Study {
    private final Supplier<GmSize> full; // the truth is read when it is needed
    private final Supplier<GmSize> smoke;

    public GradientMatchingStudy() {
        this(GmSize::full, GmSize::smoke);
    }

    GradientMatchingStudy(Supplier<GmSize> full, Supplier<GmSize> smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    @Override
    public String name() {
        return "gradient-matching";
    }

    @Override
    public String title() {
        return "Gradient matching";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "Generalizing Few-Shot NAS with Gradient Matching",
                "Shoukang Hu, Ruochen Wang, Lanqing Hong, Zhenguo Li, Cho-Jui Hsieh, Jiashi Feng",
                2022,
                "arXiv:2203.15207");
    }

    @Override
    public String description() {
        return "a supernet that splits where operations disagree, against random splits, few-shot NAS and one supernet";
    }

    @Override
    public String claim() {
        return "A supernet that is parted where operations pull the shared weights in different directions trains each part better. At"
                + " this scale: operations that stay together are closer than in random partitions, which holds by how they are"
                + " chosen; and random members have a lower loss with the weights of their leaf than with those of one supernet of as"
                + " many epochs. Rank correlations are reported and decide nothing.";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public String budget() {
        return "epochs of every leaf of a tree, which has a third of them before the first split and a third before the second";
    }

    @Override
    public Design design(StudySettings settings) {
        GmSize size = (settings.smoke() ? smoke : full).get();
        String source = size.truth().recipe().data().source();
        if (!settings.data().equals(source)) {
            throw new InputException("gradient-matching must be run on " + source
                    + ", on which members were trained alone to know how good they are, but got --data "
                    + settings.data() + ".");
        }
        return new GmDesign(size);
    }
}
