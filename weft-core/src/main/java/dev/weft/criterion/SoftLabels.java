package dev.weft.criterion;

import org.bytedeco.pytorch.Tensor;

/** Cross-entropy against what a teacher's logits say, both divided by a temperature: {@link Losses#soft(Tensor, Tensor, double)}. */
record SoftLabels(double temperature) implements Criterion {
    @Override
    public Tensor each(Scene scene) {
        return Losses.softOfEach(scene.outputs().only(), scene.requireTeacher().only(), temperature);
    }

    /** The mean over all predictions at once, which libtorch sums in one pass. */
    @Override
    public Tensor of(Scene scene) {
        return Losses.soft(scene.outputs().only(), scene.requireTeacher().only(), temperature);
    }

    @Override
    public boolean readsTeacher() {
        return true;
    }
}
