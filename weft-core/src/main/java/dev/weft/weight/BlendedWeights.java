package dev.weft.weight;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights of which a member may see a mixture over all options, for search by gradient. A member with {@code @blend=SEED} in its
 * context is a <em>blend</em>: it picks the largest option everywhere, and its choices have mixing weights instead, a
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
    private static final int REMEMBERED = 16;

    private final Weights source;
    private final Sharing.Blend settings;
    private final Space space;
    private final Map<Choice<?>, Weight> logits = new LinkedHashMap<>();
    private final Map<List<Object>, Blend> blends =
            new LinkedHashMap<>() { // tensors of a draw live in a thread's scope
                @Override
                protected boolean removeEldestEntry(Map.Entry<List<Object>, Blend> eldest) {
                    return size() > REMEMBERED;
                }
            };

    BlendedWeights(Weights source, Sharing.Blend settings, Space space) {
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
        return largest.withContext(Blend.DRAW, Long.toString(seed));
    }

    /** A blend with its mixing weights drawn at a temperature; any other member is left as it is. */
    public static Member at(Member member, double temperature) {
        return Blend.is(member) ? member.withContext(Blend.TEMPERATURE, Double.toString(temperature)) : member;
    }

    /**
     * A blend that has one option of a choice and nothing of the others: what the option does among blends of all else.
     *
     * @param blend whose other choices are mixed as before
     * @param whole whether it has all of the option, or no more than its part
     */
    public static Member only(Member blend, Choice<?> choice, Object option, boolean whole) {
        return blend.withContext((whole ? Blend.ONLY : Blend.PART) + choice.name(), option.toString());
    }

    /** The settings of this strategy. */
    public Sharing.Blend settings() {
        return settings;
    }

    /** The member that blends all others by their expected mixing weights. */
    public static Member meanBlend(Member largest) {
        return largest.withContext(Blend.DRAW, Blend.MEAN);
    }

    /** Whether {@code member} is a mixture, for which there is no stand-alone model. */
    public static boolean isBlend(Member member) {
        return Blend.is(member);
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
        return settings.weights() == Sharing.Ownership.SEPARATE
                ? new SeparateWeight(source, this::blend, name, init, axes)
                : new EntangledWeight(source.weight(name, init, axes), parts, this::blend, settings);
    }

    /** Shared at full width with full norms, as published; otherwise blended, so that what a blend mutes stays mute. */
    @Override
    public Weight batchNorm(String name, Init init, Axis channels) {
        List<EntangledWeight.Part> parts = EntangledWeight.parts(channels);
        Weight slices = source.batchNorm(name, init, channels);
        if (parts.isEmpty() || settings.norm() == Sharing.Norm.FULL) {
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
        List<Member> combinations = Slices.combinations(count.choices());
        Map<Integer, List<Integer>> byCount = new TreeMap<>();
        for (int k = 0; k < combinations.size(); k++) {
            byCount.computeIfAbsent(count.size(combinations.get(k)), c -> new ArrayList<>())
                    .add(k);
        }
        return member -> Blend.is(member) ? shares(byCount, blend(member).joint(count.choices())) : one.shares(member);
    }

    private static List<Gate.Share> shares(Map<Integer, List<Integer>> byCount, Tensor weights) {
        return byCount.entrySet().stream()
                .map(entry -> new Gate.Share(
                        entry.getKey(),
                        entry.getValue().stream()
                                .map(k -> weights.select(0, k))
                                .reduce(Tensor::add)
                                .orElseThrow()))
                .toList();
    }

    @Override
    public Tensor distribution(Choice<?> choice, Member member) {
        return Blend.is(member) && logits.containsKey(choice)
                ? blend(member).weights(choice)
                : source.distribution(choice, member);
    }

    /** The choices that are blended, in the order in which the model depends on them. */
    public List<Choice<?>> choices() {
        return List.copyOf(logits.keySet());
    }

    /** Gives a choice logits, if it has none. */
    private void blended(Choice<?> choice) {
        logits.computeIfAbsent(
                choice,
                c -> source.weight(
                        LOGITS + c.name(), INIT, Axis.fixed(c.options().size())));
    }

    /** The logits (options) of a blended choice, as they are trained. Do not close them. */
    public Tensor logits(Choice<?> choice) {
        Weight weight = logits.get(choice);
        if (weight == null) {
            throw new IllegalArgumentException("Choice " + choice.name() + " is not blended. Blended: "
                    + logits.keySet().stream().map(Choice::name).toList() + ".");
        }
        return weight.tensor(Member.PLAIN);
    }

    /** What is mixed by which weight, on average over draws: probabilities by choice. */
    public Map<Choice<?>, List<Double>> probabilities() {
        Map<Choice<?>, List<Double>> all = new LinkedHashMap<>();
        logits.forEach((choice, weight) -> {
            try (Tensor mean = Tensors.withoutGradients(() -> settings.map().mean(weight.tensor(Member.PLAIN)))) {
                List<Double> weights = new ArrayList<>();
                for (float value : Tensors.floats(mean)) {
                    weights.add((double) value);
                }
                all.put(choice, Collections.unmodifiableList(weights));
            }
        });
        return all;
    }

    /**
     * The option of every blended choice with the largest logit; the other choices as {@code base} has them. Canonical, and no
     * blend even if {@code base} is one. The space's constraints are not looked at.
     */
    public Member strongest(Member base) {
        Map<String, String> context = new LinkedHashMap<>(base.context());
        context.keySet().removeAll(List.of(Blend.DRAW, Blend.TEMPERATURE));
        Member member = new Member(base.options(), context);
        for (Map.Entry<Choice<?>, Weight> entry : logits.entrySet()) {
            float[] values = Tensors.floats(entry.getValue().tensor(Member.PLAIN));
            int best = 0;
            for (int i = 1; i < values.length; i++) {
                best = values[i] > values[best] ? i : best;
            }
            member = member.with(entry.getKey(), entry.getKey().options().get(best));
        }
        return space.canonical(member);
    }

    private synchronized Blend blend(Member member) {
        for (Choice<?> choice : logits.keySet()) {
            if (!choice.largest().equals(member.value(choice))) {
                throw new InputException("A blend must pick the largest option of every choice that it mixes, but \""
                        + member + "\" picks " + choice.name() + "=" + member.value(choice) + ".");
            }
        }
        return blends.computeIfAbsent(
                List.of(member.context(), Thread.currentThread().getId()),
                key -> new Blend(settings.map(), logits, member));
    }
}
