package dev.weft.train;

import dev.weft.architecture.UnrolledStep;
import dev.weft.data.Batch;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.ops.Tensors;
import dev.weft.sample.Sampling;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The part of a family's shared weights that one step of training moves, on average over the entries that its members use. Where members are paths or
 * slices, a step trains what its members use and leaves the rest as it is: of a cell whose edges choose one of five operations, a
 * step trains a fifth of the operations. So two trainings of as many steps may have trained their weights unequally long, and the
 * number of updates of a shared weight, steps times this share, is what compares them.
 *
 * <p>Draws are those that the sampler makes when it is asked: at the end, of one that learns, those that it has learned to make, which are
 * not those of its first steps. What the sampler trains itself, as a generator, is not counted. A supernet of some of a space's members, as the
 * leaves of a tree are, stores more than its members use; what they do not use is not among the entries.
 */
public final class UpdateShare {
    private static final int DRAWS = 32;

    private UpdateShare() {}

    /**
     * The share as a part of 1.
     *
     * @param trainer whose sampler draws; it is not to train on afterwards
     */
    public static double of(Trainer trainer, RandomGenerator random) {
        Family family = trainer.family();
        if (family.space().choices().isEmpty()) {
            return 1;
        }
        Sampling sampling = trainer.sampling();
        double sum = 0;
        try (PointerScope scope = new PointerScope()) {
            double all = entries(used(family, everyOption(family.space())));
            Batch batch = trainer.batches(1).batch(0);
            for (int i = 0; i < DRAWS; i++) {
                try (PointerScope draw = new PointerScope()) {
                    List<Member> members = sampling.draw(trainer.steps() + i, batch, random).stream()
                            .map(TrainingMember::member)
                            .map(family::plain) // whether read as a slice or under a mask, the rest has no gradient
                            .toList();
                    // All options of a mixture train at once.
                    sum += members.stream().anyMatch(family::isMixture) ? 1 : entries(used(family, members)) / all;
                }
            }
        }
        return sum / DRAWS;
    }

    /** Members that use together whatever any member uses. */
    private static List<Member> everyOption(Space space) {
        List<Member> members = new ArrayList<>(List.of(space.largest()));
        for (Choice<?> choice : space.choices()) {
            choice.options().forEach(option -> members.add(space.largest().with(choice, option)));
        }
        return members;
    }

    private static double entries(Map<String, Tensor> used) {
        return used.values().stream()
                .mapToDouble(mask -> mask.sum().item_double())
                .sum();
    }

    /** The entries that one of these members uses, as masks by the names of the weights. */
    private static Map<String, Tensor> used(Family family, List<Member> members) {
        Map<String, Tensor> weights = family.parameters();
        Map<String, Tensor> used = new LinkedHashMap<>();
        for (Member member : members) {
            Tensor sum = Tensors.sum(family.weightsOf(Reading.of(member)));
            UnrolledStep.gradients(sum, weights, false)
                    .forEach((name, gradient) -> used.merge(name, gradient.ne(new Scalar(0)), Tensor::logical_or));
        }
        return used;
    }
}
