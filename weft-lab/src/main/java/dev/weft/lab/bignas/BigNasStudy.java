package dev.weft.lab.bignas;

import dev.weft.lab.study.Design;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySettings;
import dev.weft.report.ExperimentReport.Paper;

/**
 * BigNAS at small scale: does one training of shared weights give members that need no retraining, and which ingredient does it?
 * Arms and claims are those of the specification's section on reproduction; numbers are of this scale, not the paper's.
 */
public final class BigNasStudy implements Study {
    private final BigNasSize full;
    private final BigNasSize smoke;

    public BigNasStudy() {
        this(BigNasSize.full(), BigNasSize.smoke());
    }

    BigNasStudy(BigNasSize full, BigNasSize smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    @Override
    public String name() {
        return "bignas";
    }

    @Override
    public String title() {
        return "BigNAS";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "BigNAS: Scaling Up Neural Architecture Search with Big Single-Stage Models",
                "Jiahui Yu, Pengchong Jin, Hanxiao Liu, Gabriel Bender, Pieter-Jan Kindermans, Mingxing Tan, "
                        + "Thomas Huang, Xiaodan Song, Ruoming Pang, Quoc Le",
                2020,
                "arXiv:2003.11142");
    }

    @Override
    public String description() {
        return "members of one supernet without retraining, against single path, no distillation and training alone";
    }

    @Override
    public String claim() {
        return "Members sliced from one trained supernet need no retraining. At this scale: the whole recipe (A) is at least 1.0 "
                + "point above single-path training for as many epochs (B) on the smallest member and on the mean of random "
                + "ones; its smallest member is at most 1.5 points below the same model trained alone; without "
                + "recalibration of batch norm that member loses more than 10 points.";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public String budget() {
        return "epochs of every arm but B2, which has as many more as give A's number of passes";
    }

    @Override
    public Design design(StudySettings settings) {
        return new BigNasDesign(settings.smoke() ? smoke : full, settings.data());
    }
}
