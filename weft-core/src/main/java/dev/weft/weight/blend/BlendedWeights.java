package dev.weft.weight.blend;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights of which a member may see a mixture over all options, for search by gradient. A member with {@code @blend=SEED} in its
 * context is a <em>blend</em>: it picks the largest option that the space has everywhere, and its choices have mixing weights instead, a
 * function of stored blend logits, one vector a choice, and of the seed. Any other member sees its slice.
 *
 * <p>The logits are stored weights called {@code blend.CHOICE}: trained, kept and read back with all others. A choice that no
 * weight and no gate depends on, such as the resolution of images, has none.
 */
public final class BlendedWeights implements WrappedWeights {
    /** What the names of blend logits begin with. */
    public static final String LOGITS = "blend.";

    private static final Init INIT = (shape, random) -> {
        float[] values = new float[shape.get(0)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (1e-3 * random.nextGaussian());
        }
        return values;
    };
    private static final int MAX_STRONGEST = 10_000;

    private final Weights source;
    private final Blend settings;
    private final Space space;
    private final Map<String, BlendedChoice> blended = new LinkedHashMap<>();

    BlendedWeights(Weights source, Blend settings, Space space) {
        this.source = source;
        this.settings = settings;
        this.space = space;
    }

    /**
     * The member that blends all others.
     *
     * @param largest the largest member of the space
     * @param seed decides the draw of mixing weights
     */
    public static Member blend(Member largest, long seed) {
        return largest.withContext(BlendDraw.SEED, Long.toString(seed));
    }

    /**
     * A blend that has one option of a choice and nothing of the others: what the option does among blends of all else.
     *
     * @param blend whose other choices are mixed as before
     * @param whole whether it has all of the option, or no more than its part
     */
    public static Member only(Member blend, Choice<?> choice, Object option, boolean whole) {
        return OneOption.of(blend, choice, option, whole);
    }

    /**
     * A blend as it runs. A hard draw of sizes ({@link SimplexMap.Gdas}) picks the drawn options, so that whatever depends on them
     * runs at their size and has their gradient alone; constraints of the space are not looked at. Any other member is left as it is.
     * The draw is by the logits as they are now.
     */
    @Override
    public Member drawn(Member member) {
        if (!(settings.map() instanceof SimplexMap.Gdas)
                || !Mixture.is(member)
                || BlendDraw.isDrawn(member)
                || BlendDraw.of(member).isMean()) {
            return member;
        }
        Member drawn = member.withContext(BlendDraw.DRAWN, "true");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Mixture blend = blend(Reading.of(member));
            for (BlendedChoice choice : blended.values()) {
                int option = (int) blend.weights(choice.choice()).argmax().item_long();
                drawn = drawn.with(choice.choice(), choice.choice().options().get(option));
            }
        }
        return drawn;
    }

    @Override
    public double temperature(double progress) {
        return settings.map().temperature().at(progress);
    }

    /** The settings of this strategy. */
    public Blend settings() {
        return settings;
    }

    /** The member that blends all others by their expected mixing weights. */
    public static Member meanBlend(Member largest) {
        return largest.withContext(BlendDraw.SEED, BlendDraw.MEAN);
    }

    /** Whether {@code member} is a mixture, for which there is no stand-alone model. */
    @Override
    public boolean isMixture(Member member) {
        return Mixture.is(member) || source.isMixture(member);
    }

    @Override
    public Weights source() {
        return source;
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        List<EntangledWeight.Part> parts = EntangledWeight.parts(axes);
        if (parts.isEmpty()) {
            return source.weight(name, init, axes);
        }
        parts.forEach(part -> part.slices().choices().forEach(this::blended));
        return settings.weights() == Blend.Ownership.SEPARATE
                ? new SeparateWeight(source, this::blend, name, init, axes)
                : new EntangledWeight(source.weight(name, init, axes), parts, this::blend, settings);
    }

    /** Shared at full width with full norms, as published; otherwise blended, so that what a blend mutes stays mute. */
    @Override
    public Weight batchNorm(String name, Init init, Axis channels) {
        List<EntangledWeight.Part> parts = EntangledWeight.parts(channels);
        Weight slices = source.batchNorm(name, init, channels);
        if (parts.isEmpty() || settings.norm() == Blend.Norm.FULL) {
            return slices;
        }
        parts.forEach(part -> part.slices().choices().forEach(this::blended));
        return new EntangledWeight(slices, parts, this::blend, settings);
    }

    @Override
    public Gate gate(String name, Dim count) {
        Gate one = source.gate(name, count);
        if (count.choices().isEmpty()) {
            return one;
        }
        count.choices().forEach(this::blended);
        BlendedGate mixed = new BlendedGate(count);
        return reading -> {
            Member member = reading.member();
            return BlendDraw.isDrawn(member)
                    ? List.of(new Gate.Share(count.size(member), blend(reading).drawn(count.choices(), member)))
                    : Mixture.is(member) ? mixed.shares(blend(reading)) : one.shares(reading);
        };
    }

    /**
     * An operation with exactly none of the blend does not run: one that the space does not have, and all but one of a hard draw
     * (GDAS), whose gradient then reaches the logits through the operation that was drawn alone.
     */
    @Override
    public Gate gate(String name, Choice<?> operations) {
        Gate one = source.gate(name, operations);
        if (operations.options().size() == 1) {
            return one;
        }
        blended(operations);
        return reading -> {
            Member member = reading.member();
            return BlendDraw.isDrawn(member)
                    ? List.of(new Gate.Share(
                            operations.options().indexOf(member.value(operations)),
                            blend(reading).drawn(List.of(operations), member)))
                    : Mixture.is(member) ? BlendedGate.shares(operations, blend(reading)) : one.shares(reading);
        };
    }

    @Override
    public Tensor distribution(Choice<?> choice, Reading reading) {
        BlendedChoice mixed = blended.get(choice.name());
        return Mixture.is(reading.member()) && mixed != null
                ? mixed.as(choice, blend(reading).weights(mixed.choice()))
                : source.distribution(choice, reading);
    }

    @Override
    public boolean hasOwnUpdate(String stored) {
        return stored.startsWith(LOGITS) || source.hasOwnUpdate(stored);
    }

    /** What a blend mixes at gates and in norms is no plain model. */
    @Override
    public void requireAlone(Member member) {
        if (Mixture.is(member)) {
            throw new IllegalArgumentException("A blend is no member that can stand alone: extract "
                    + "BlendedWeights.strongest, or another member, instead of \"" + member + "\".");
        }
        source.requireAlone(member);
    }

    /** The choices of the model that are blended, in the order in which it depends on them. */
    public List<Choice<?>> choices() {
        return blended.values().stream().<Choice<?>>map(BlendedChoice::choice).toList();
    }

    /** Gives a choice logits, if it has none. */
    private void blended(Choice<?> choice) {
        blended.computeIfAbsent(
                choice.name(),
                name -> new BlendedChoice(
                        choice,
                        source.weight(
                                LOGITS + name, INIT, Axis.fixed(choice.options().size())),
                        space));
    }

    /** The logits (options) of a blended choice of the model, as they are trained. Do not close them. */
    public Tensor logits(Choice<?> choice) {
        BlendedChoice mixed = blended.get(choice.name());
        if (mixed == null) {
            throw new IllegalArgumentException(
                    "Choice " + choice.name() + " is not blended. Blended: " + blended.keySet() + ".");
        }
        return mixed.logits();
    }

    /**
     * The logits that a blend reads, one vector a blended choice: those of the options that the space has. They belong to the
     * caller's {@code PointerScope}, with gradient to the stored ones.
     */
    public List<Tensor> logitsInUse() {
        return blended.values().stream().map(BlendedChoice::allowedLogits).toList();
    }

    @Override
    public Map<Choice<?>, List<Double>> parts() {
        Map<Choice<?>, List<Double>> all = new LinkedHashMap<>();
        blended.values().forEach(choice -> {
            try (Tensor mean = Tensors.withoutGradients(() -> choice.parts(settings.map()::mean))) {
                List<Double> weights = new ArrayList<>();
                for (float value : Tensors.floats(mean)) {
                    weights.add((double) value);
                }
                all.put(choice.choice(), Collections.unmodifiableList(weights));
            }
        });
        return all;
    }

    @Override
    public Optional<Member> chosen(Member within) {
        return Optional.of(strongest(within));
    }

    /**
     * The option of every blended choice with the largest logit, of those that the space has; the other choices as {@code base} has
     * them. Where that member breaks a constraint, the one that keeps all of them with the greatest sum of logits: the greatest
     * product of their softmax. Canonical, and no blend even if {@code base} is one.
     *
     * <p>What switches blended choices on and off has no logits: it picks the option with which the parts of what is on have the greatest
     * product, each choice that is on with its largest part but off's. Those edges into a node of a cell stay whose best operation is
     * strongest (DARTS, Liu et al. 2019).
     *
     * @throws InputException when the {@value #MAX_STRONGEST} strongest combinations all break a constraint
     */
    public Member strongest(Member base) {
        Map<String, String> context = new LinkedHashMap<>(base.context());
        context.keySet().removeAll(List.of(BlendDraw.SEED, BlendDraw.DRAWN));
        Member rest = new Member(base.options(), context);
        List<List<RankedOptions>> ranked = RankedOptions.of(space, blended);
        CombinationsBySum order = new CombinationsBySum(ranked.stream()
                .map(list -> list.stream().map(RankedOptions::strength).toList())
                .toList());
        for (int i = 0; i < MAX_STRONGEST && order.hasNext(); i++) {
            List<Integer> places = order.next();
            Member member = rest;
            for (int c = 0; c < ranked.size(); c++) {
                member = ranked.get(c).get(places.get(c)).in(member);
            }
            Member canonical = space.canonical(member);
            if (space.satisfies(canonical)) {
                return canonical;
            }
        }
        throw new InputException("None of the strongest members of space \"" + space.name()
                + "\" satisfies its constraints. Loosen them.");
    }

    /** The draw that a pass of a blend reads everywhere. */
    private Mixture blend(Reading reading) {
        return reading.memo().once(this, "draw", () -> {
            requireLargest(reading.member());
            MixingWeights drawn = new DrawnLogits(settings.map(), blended, reading);
            return new Mixture(new OneOption(drawn, reading.member().context()), reading.memo());
        });
    }

    private void requireLargest(Member member) {
        for (BlendedChoice choice : blended.values()) {
            if (!BlendDraw.isDrawn(member)
                    && !choice.choice().isOff(member.value(choice.choice())) // a blend runs it all the same
                    && !choice.largest().equals(member.value(choice.choice()))) {
                throw new InputException("A blend must pick the largest option of every choice that it mixes, but \""
                        + member + "\" picks " + choice.choice().name() + "=" + member.value(choice.choice()) + ".");
            }
        }
    }
}
