package dev.weft.weight.generator;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.BlendDraw;
import dev.weft.weight.blend.BlendedGate;
import dev.weft.weight.blend.EntangledWeight;
import dev.weft.weight.blend.Mixture;
import dev.weft.weight.blend.SimplexMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Shared weights and a generator of members, trained together (ShiftNAS, Zhang et al. 2023): from a target cost it picks an option of
 * every choice, and a gradient flows from what the member's weights do back to what it picked. A member with {@code @target=T} in its
 * context is <em>generated</em>; any other member sees its slice.
 *
 * <p>A choice's one-hot p becomes a mask over increments, {@code p' = M p} with M upper triangular: an entry that k options hold is
 * multiplied by the sum of their p. For the picked member that is 1 for what it has and 0 for the rest, so its output is that of its
 * slice, see {@link MemberGenerator.View}. Depth is not masked branch by branch: the exits of a stack are mixed,
 * {@code y = Σ p_d x_d}. The output is the same, and so is the gradient but for what reaches a later block through an earlier one's
 * mask.
 *
 * <p>A choice that no weight depends on, such as the resolution of images, is decided too; only the cost tells the generator about it.
 */
public final class GeneratedWeights implements WrappedWeights {
    /** What the names of the generator's parameters begin with. */
    public static final String PARAMETERS = ArchitectureGenerator.PREFIX;

    private static final int REMEMBERED = 16;

    private final Weights source;
    private final MemberGenerator settings;
    private final Space space;
    private final ArchitectureGenerator generator;
    private final Blend entangled;
    private final Set<Choice<?>> inWeights = new LinkedHashSet<>();
    private final Map<List<Object>, Drawn> drawn = new LinkedHashMap<>() { // tensors of a draw live in a thread's scope
                @Override
                protected boolean removeEldestEntry(Map.Entry<List<Object>, Drawn> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /** A draw's decisions, and the multipliers that follow from them. */
    private record Drawn(GeneratedDecisions decisions, Mixture blend) {}

    GeneratedWeights(Weights source, MemberGenerator settings, Space space) {
        if (space.choices().isEmpty()) {
            throw new InputException("A generator must have choices to decide, but space \"" + space.name()
                    + "\" has none. Give a size several options, or leave the generator out.");
        }
        this.source = source;
        this.settings = settings;
        this.space = space;
        this.generator = new ArchitectureGenerator(source, space, settings.hidden());
        // A slice is normalised as the member itself is, by one fused operation.
        this.entangled = new Blend(
                new SimplexMap.Gumbel(settings.temperature()),
                settings.view() == MemberGenerator.View.MASK ? Blend.Norm.MASKED : Blend.Norm.FULL,
                Blend.Ownership.ENTANGLED,
                1);
    }

    /** The settings of this strategy. */
    public MemberGenerator settings() {
        return settings;
    }

    @Override
    public Weights source() {
        return source;
    }

    /** The member that is generated for a target, as the model sees it: see {@link #plain} for its options. */
    private Member named(double target, String seed, double temperature) {
        return Member.PLAIN
                .withContext(BlendDraw.SEED, seed)
                .withContext(GeneratedDecisions.TARGET, Double.toString(target))
                .withContext(BlendDraw.TEMPERATURE, Double.toString(temperature));
    }

    /**
     * A member drawn for a target, as training reads it: its weights carry gradient to the generator. In the mask view it picks the
     * largest option of whatever is masked. What is computed is remembered while the caller's {@code PointerScope} lasts. The space's
     * constraints are not looked at.
     *
     * @param target a part of the range of costs
     * @param seed of the noise
     * @param temperature of the gradient, above 0
     */
    public Member draw(double target, long seed, double temperature) {
        Member named = named(target, Long.toString(seed), temperature);
        Map<String, Object> options = new LinkedHashMap<>();
        Member picked = picked(named);
        for (Choice<?> choice : space.choices()) {
            boolean masked = settings.view() == MemberGenerator.View.MASK && inWeights.contains(choice);
            options.put(choice.name(), masked ? choice.largest() : picked.value(choice));
        }
        return space.canonical(new Member(options, named.context()));
    }

    /** The member that the generator thinks best for a target, without noise: an ordinary member of the space. */
    public Member strongest(double target) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return picked(named(target, BlendDraw.MEAN, 1));
        }
    }

    /** The ordinary member that a generated one stands for; any other is left as it is. */
    public Member plain(Member member) {
        return isGenerated(member) ? picked(member) : member;
    }

    private Member picked(Member named) {
        Drawn draw = drawn(named);
        float[] values = Tensors.floats(draw.decisions.all(draw.blend));
        int row = values.length / space.choices().size();
        List<Integer> options = new ArrayList<>();
        for (int c = 0; c < space.choices().size(); c++) {
            int best = 0;
            for (int i = 1; i < space.choices().get(c).options().size(); i++) {
                best = values[c * row + i] > values[c * row + best] ? i : best;
            }
            options.add(best);
        }
        return space.decode(options);
    }

    /** Whether a member was generated: then there is no stand-alone model of it as it is, but of its {@link #plain} one. */
    public static boolean isGenerated(Member member) {
        return member.context().containsKey(GeneratedDecisions.TARGET);
    }

    /** What a generated member was to cost, as a part of the range. */
    public static double target(Member member) {
        return GeneratedDecisions.target(member);
    }

    /**
     * The target of a generated member as the generator read it (scalar): a gradient of what the member does flows to it. Valid until
     * the scope ends in which the member was first used.
     */
    public Tensor targetRead(Member member) {
        Drawn draw = drawn(member);
        return draw.decisions.target(draw.blend);
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        return multiplied(source.weight(name, init, axes), axes);
    }

    @Override
    public Weight batchNorm(String name, Init init, Axis channels) {
        return multiplied(source.batchNorm(name, init, channels), channels);
    }

    private Weight multiplied(Weight slices, Axis... axes) {
        List<EntangledWeight.Part> parts = EntangledWeight.parts(axes);
        for (Axis axis : axes) {
            inWeights.addAll(axis.size().choices());
        }
        return parts.isEmpty() ? slices : new EntangledWeight(slices, parts, this::blend, entangled);
    }

    @Override
    public Gate gate(String name, Dim count) {
        Gate one = source.gate(name, count);
        if (count.choices().isEmpty()) {
            return one;
        }
        inWeights.addAll(count.choices());
        BlendedGate mixed = new BlendedGate(count);
        boolean masks = settings.view() == MemberGenerator.View.MASK;
        return new Gate() {
            @Override
            public List<Share> shares(Member member) {
                return masks && Mixture.is(member) ? mixed.shares(blend(member)) : one.shares(member);
            }

            @Override
            public List<Share> exits(Member member) {
                return Mixture.is(member)
                        ? mixed.shares(blend(member), masks ? Integer.MAX_VALUE : count.size(member))
                        : one.exits(member);
            }
        };
    }

    /** The picked operation alone runs, in both views: operations have no increments. */
    @Override
    public Gate gate(String name, Choice<?> operations) {
        Gate one = source.gate(name, operations);
        if (operations.options().size() == 1) {
            return one;
        }
        inWeights.add(operations);
        return member -> Mixture.is(member) ? BlendedGate.shares(operations, blend(member)) : one.shares(member);
    }

    @Override
    public Tensor distribution(Choice<?> choice, Member member) {
        return Mixture.is(member) ? blend(member).weights(choice) : source.distribution(choice, member);
    }

    private Mixture blend(Member member) {
        return drawn(member).blend;
    }

    private synchronized Drawn drawn(Member member) {
        return drawn.computeIfAbsent(
                List.of(member.context(), Thread.currentThread().getId()), key -> {
                    GeneratedDecisions decisions = new GeneratedDecisions(generator, member);
                    return new Drawn(decisions, new Mixture(decisions));
                });
    }
}
