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
import dev.weft.weight.MemberProposals;
import dev.weft.weight.Reading;
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
import java.util.Optional;
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
public final class GeneratedWeights implements WrappedWeights, MemberProposals {
    /** What the names of the generator's parameters begin with. */
    public static final String PARAMETERS = ArchitectureGenerator.PREFIX;

    private final Weights source;
    private final MemberGenerator settings;
    private final Space space;
    private final ArchitectureGenerator generator;
    private final Blend entangled;
    private final Set<Choice<?>> inWeights = new LinkedHashSet<>();

    /** The decisions of one pass, and the multipliers that follow from them. */
    private record Decided(GeneratedDecisions decisions, Mixture mixture) {}

    /**
     * A member that was drawn for a target.
     *
     * @param member as training reads it: its weights carry gradient to the generator
     * @param plain the ordinary member that it stands for
     */
    public record Generated(Member member, Member plain) {}

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
    private Member named(double target, String seed) {
        return Member.PLAIN
                .withContext(BlendDraw.SEED, seed)
                .withContext(GeneratedDecisions.TARGET, Double.toString(target));
    }

    /**
     * A member drawn for a target. In the mask view what training reads picks the largest option of whatever is masked. The space's
     * constraints are not looked at. The temperature of the gradient is that of the pass that reads it; what is drawn is the same at
     * every temperature.
     *
     * @param target a part of the range of costs
     * @param seed of the noise
     */
    public Generated draw(double target, long seed) {
        Member named = named(target, Long.toString(seed));
        Map<String, Object> options = new LinkedHashMap<>();
        Member picked = picked(named);
        for (Choice<?> choice : space.choices()) {
            boolean masked = settings.view() == MemberGenerator.View.MASK && inWeights.contains(choice);
            options.put(choice.name(), masked ? choice.largest() : picked.value(choice));
        }
        return new Generated(space.canonical(new Member(options, named.context())), picked);
    }

    @Override
    public Optional<MemberProposals> proposals() {
        return Optional.of(this);
    }

    @Override
    public String metric() {
        return settings.metric();
    }

    @Override
    public Member strongest(double target) {
        return picked(named(target, BlendDraw.MEAN));
    }

    /** The ordinary member that a generated one stands for; any other is left as it is. */
    @Override
    public Member plain(Member member) {
        return source.plain(isGenerated(member) ? picked(member) : member);
    }

    private Member picked(Member named) {
        float[] values;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            values = Tensors.floats(decided(Reading.of(named)).decisions.all());
        }
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
     * The target of a generated member as the generator read it in a pass (scalar): a gradient of what the pass computed flows to it.
     *
     * @param reading of the pass, while it lasts
     */
    public Tensor targetRead(Reading reading) {
        if (!reading.memo().remembers()) {
            throw new IllegalArgumentException(
                    "A target is read in a pass, but this reading remembers none. Begin one.");
        }
        return decided(reading).decisions.target();
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
        return parts.isEmpty() ? slices : new EntangledWeight(slices, parts, this::mixture, entangled);
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
            public List<Share> shares(Reading reading) {
                return masks && Mixture.is(reading.member()) ? mixed.shares(mixture(reading)) : one.shares(reading);
            }

            @Override
            public List<Share> exits(Reading reading) {
                Member member = reading.member();
                return Mixture.is(member)
                        ? mixed.shares(mixture(reading), masks ? Integer.MAX_VALUE : count.size(member))
                        : one.exits(reading);
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
        return reading ->
                Mixture.is(reading.member()) ? BlendedGate.shares(operations, mixture(reading)) : one.shares(reading);
    }

    @Override
    public Tensor distribution(Choice<?> choice, Reading reading) {
        return Mixture.is(reading.member()) ? mixture(reading).weights(choice) : source.distribution(choice, reading);
    }

    @Override
    public boolean hasOwnUpdate(String stored) {
        return stored.startsWith(PARAMETERS) || source.hasOwnUpdate(stored);
    }

    /** A generated member is a mixture with all of each choice on one option. */
    @Override
    public void requireAlone(Member member) {
        if (Mixture.is(member)) {
            throw new IllegalArgumentException("A generated member is none that can stand alone: extract "
                    + "GeneratedWeights.plain, or another member, instead of \"" + member + "\".");
        }
        source.requireAlone(member);
    }

    private Mixture mixture(Reading reading) {
        return decided(reading).mixture;
    }

    private Decided decided(Reading reading) {
        return reading.memo().once(this, "decided", () -> {
            GeneratedDecisions decisions = new GeneratedDecisions(generator, reading);
            return new Decided(decisions, new Mixture(decisions, reading.memo()));
        });
    }
}
