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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The part of a family's shared weights that one step of training moves, on average over the entries that its members use. Where members are paths or
 * slices, a step trains what its members use and leaves the rest as it is: of a cell whose edges choose one of five operations, a
 * step trains a fifth of the operations. So two trainings of as many steps may have trained their weights unequally long, and the
 * number of updates of a shared weight, steps times this share, is what compares them.
 *
 * <p>Draws are those that the sampler makes when it is asked. One that learns is asked at the end, when it no longer draws as it did in its first
 * steps. What the sampler trains itself, as a generator, is not counted. A supernet of some of a space's members, as the
 * leaves of a tree are, stores more than its members use; what they do not use is not among the entries.
 */
public final class UpdateShare {
    private static final int DRAWS = 32;
    private static final int SAMPLES = 10_000;

    private UpdateShare() {}

    /**
     * The share as a part of 1.
     *
     * @param trainer whose sampler draws; it is not to train on afterwards
     */
    public static double of(Trainer trainer, RandomGenerator random) {
        try (PointerScope scope = new PointerScope()) {
            Batch batch = trainer.batches(1).batch(0);
            return of(trainer.family(), trainer.sampling(), trainer.steps(), batch, random);
        }
    }

    /**
     * The same, of a family and what draws its members.
     *
     * @param step the first of the steps that members are drawn for
     * @param batch that they are drawn for
     */
    public static double of(Family family, Sampling sampling, long step, Batch batch, RandomGenerator random) {
        if (family.space().choices().isEmpty()) {
            return 1;
        }
        double sum = 0;
        try (PointerScope scope = new PointerScope()) {
            List<List<Member>> draws = draws(family, sampling, step, batch, random);
            if (draws.stream().flatMap(List::stream).anyMatch(family::isMixture)) {
                return 1; // all options of a mixture train at once
            }
            double all = entries(family, everyOption(family.space(), random));
            for (List<Member> members : draws) {
                sum += entries(family, members) / all;
            }
        }
        return sum / DRAWS;
    }

    private static List<List<Member>> draws(
            Family family, Sampling sampling, long step, Batch batch, RandomGenerator random) {
        List<List<Member>> draws = new ArrayList<>();
        for (int i = 0; i < DRAWS; i++) {
            draws.add(sampling.draw(step + i, batch, random).stream()
                    .map(TrainingMember::member)
                    .map(family::plain) // whether read as a slice or under a mask, the rest has no gradient
                    .toList());
        }
        return draws;
    }

    /**
     * Members that use together whatever any member uses: for each option one that has it, which is the largest but for that where there is such a
     * member, and a random one otherwise. Where only smaller members have an option, what larger ones would use with it may be missing.
     */
    private static List<Member> everyOption(Space space, RandomGenerator random) {
        List<Member> members = new ArrayList<>(List.of(space.largest()));
        Map<Choice<?>, Set<Object>> missing = new LinkedHashMap<>();
        for (Choice<?> choice : space.choices()) {
            for (Object option : choice.options()) {
                Member member = space.canonical(space.largest().with(choice, option));
                if (space.satisfies(member) && member.value(choice).equals(option)) {
                    members.add(member);
                } else {
                    missing.computeIfAbsent(choice, c -> new HashSet<>()).add(option);
                }
            }
        }
        for (int i = 0; i < SAMPLES && !missing.isEmpty(); i++) {
            Member sample = space.sample(random);
            boolean adds = false;
            for (Map.Entry<Choice<?>, Set<Object>> options : missing.entrySet()) {
                adds |= options.getValue().remove(sample.value(options.getKey()));
            }
            if (adds) {
                members.add(sample);
                missing.values().removeIf(Set::isEmpty);
            }
        }
        return members;
    }

    /** How many entries of its weights one of these members uses at least. */
    private static double entries(Family family, List<Member> members) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> weights = family.parameters();
            Map<String, Tensor> used = new LinkedHashMap<>();
            weights.forEach(
                    (name, weight) -> used.put(name, torch.zeros_like(weight).to(ScalarType.Bool)));
            for (Member member : members) {
                try (PointerScope each = new PointerScope()) {
                    Tensor sum = Tensors.sum(family.weightsOf(Reading.of(member)));
                    UnrolledStep.gradients(sum, weights, false)
                            .forEach((name, gradient) -> used.get(name).logical_or_(gradient.ne(new Scalar(0))));
                }
            }
            return used.values().stream()
                    .mapToDouble(mask -> mask.sum().item_double())
                    .sum();
        }
    }
}
