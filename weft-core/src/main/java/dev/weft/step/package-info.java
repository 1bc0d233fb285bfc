/**
 * One step of training, and who moves what in it: an {@link dev.weft.step.Update} owns some of a family's parameters, its optimiser, its memory and
 * its measures, and is told of a {@link dev.weft.step.Step}. The weights are one, the logits of a blend, a generator of members and the
 * multipliers of a sharing others. A {@link dev.weft.step.StepListener} hears what happens.
 */
package dev.weft.step;
