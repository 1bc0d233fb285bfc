package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.Suggest;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Network;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Libtorch;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Beginning;
import dev.weft.weight.MemberProposals;
import dev.weft.weight.Mixing;
import dev.weft.weight.Reading;
import dev.weft.weight.RequestedWeights;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model definition, the weights its members share, and the members that were kept by name. A plain model is a family of one.
 * On disk it is one safetensors file: see {@link #save}. Holds native memory until {@link #close}; what reads its weights after that
 * is an {@link IllegalStateException}.
 *
 * <p>Reading members from several threads at once is safe; naming them, training and closing are not.
 */
public final class Family implements AutoCloseable {
    /** What a member is called in its stand-alone model. */
    public static final String EXTRACTED = "model";

    /** Note: the grey value, 0 to 255, that transparent pictures were laid on for training; white where there is none. */
    public static final String BACKGROUND = "background";

    /** The name of the note that says which part of a picture's shorter side is seen, where its centre is cut out. */
    public static final String CENTRE_CROP = "centreCrop";

    private final FamilyDefinition plan;
    private final Space space;
    private final SharedWeights weights;
    private final RequestedWeights requested;
    private final List<RequestedWeights> levels = new ArrayList<>(); // what each sharing asks for, of those below
    private final Kinds kinds;
    private final List<Weights> strategies = new ArrayList<>();
    private final UnaryOperator<Weights> own;
    private final boolean ownSharing;
    private final Network model;
    private final ScalarType type; // of the weights
    private volatile boolean closed;
    private SafetensorsFile mapped; // what the tensors of an opened family lie in: it must stay reachable
    private final Set<String> frozen = new LinkedHashSet<>();
    private final Map<String, NamedMember> members = new LinkedHashMap<>();
    private final Map<String, String> notes = new LinkedHashMap<>();

    Family(ModelDefinition definition, SharedWeights weights, List<Sharing> sharing, Kinds kinds) {
        this(definition, weights, sharing, kinds, UnaryOperator.identity());
    }

    private Family(
            ModelDefinition definition,
            SharedWeights weights,
            List<Sharing> sharing,
            Kinds kinds,
            UnaryOperator<Weights> own) {
        this.kinds = kinds;
        this.plan = new FamilyDefinition(definition, sharing);
        this.space = plan.space();
        this.weights = weights;
        Sharing.requireOrder(sharing);
        Weights source = weights;
        for (Sharing each : sharing) {
            levels.add(new RequestedWeights(source));
            source = each.over(levels.get(levels.size() - 1), space);
            strategies.add(source);
        }
        this.own = own;
        Weights outermost = own.apply(source);
        this.ownSharing = outermost != source;
        this.requested = new RequestedWeights(outermost);
        this.model = definition.build(requested);
        requested.built();
        this.type = weights.type();
    }

    /** A family with fresh weights, drawn from {@code seed}, that its members see slices of. */
    public static Family of(ModelDefinition definition, long seed) {
        return of(definition, seed, List.of());
    }

    /**
     * A family with fresh weights.
     *
     * @param sharing how they are shared beyond slices; each wraps those before it
     * @throws InputException when the model does not have what {@code sharing} speaks of
     */
    public static Family of(ModelDefinition definition, long seed, List<Sharing> sharing) {
        return of(definition, seed, sharing, Kinds.builtIn());
    }

    /**
     * The same, with what the family's file may name.
     *
     * @param kinds those of the model and of the sharing among them, or the family cannot be saved
     */
    public static Family of(ModelDefinition definition, long seed, List<Sharing> sharing, Kinds kinds) {
        return of(definition, seed, sharing, kinds, FirstValues.NONE);
    }

    /**
     * The same, of a family that begins from more than its seed.
     *
     * @param first what it begins from; not closed here
     */
    public static Family of(
            ModelDefinition definition, long seed, List<Sharing> sharing, Kinds kinds, FirstValues first) {
        Libtorch.load();
        return begun(definition, SharedWeights.initialised(seed), seed, sharing, kinds, first);
    }

    /**
     * A family of the same fresh weights in float64, for exact checks: gradients through a whole network agree there with finite
     * differences to many digits. It is slow, and its members are not exported.
     *
     * @throws InputException as {@link #of(ModelDefinition, long, List)}
     */
    public static Family ofDoubles(ModelDefinition definition, long seed, List<Sharing> sharing) {
        Libtorch.load();
        SharedWeights weights = SharedWeights.initialised(seed, ScalarType.Double);
        return begun(definition, weights, seed, sharing, Kinds.builtIn(), FirstValues.NONE);
    }

    private static Family begun(
            ModelDefinition definition,
            SharedWeights weights,
            long seed,
            List<Sharing> sharing,
            Kinds kinds,
            FirstValues first) {
        boolean done = false;
        try {
            Family family = new Family(definition, weights, sharing, kinds);
            family.begin(seed, first);
            done = true;
            return family;
        } finally {
            if (!done) {
                weights.close();
            }
        }
    }

    private void begin(long seed, FirstValues first) {
        Member largest = space.largest();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            weights.stored().forEach((name, tensor) -> {
                Tensor value = first.base().get(name);
                if (value != null) {
                    tensor.copy_(value);
                }
            });
            requested.begin(new Beginning(
                    weights.stored(),
                    seed,
                    first.base(),
                    first.calibration(),
                    inputs -> forward(inputs, new Pass(largest, BatchStatistics.INSTANCE, 0, 0))));
        }
    }

    /**
     * This family over other values of its stored weights: both can be run at once. For what is a function of the weights, such as
     * the gradient of a loss after a step that is not taken.
     *
     * @param values by name, in place of the stored tensors, which serve for the names that are not there
     */
    public Family with(Map<String, Tensor> values) {
        requireOpen();
        Map<String, Tensor> stored = weights.stored();
        return new Family(
                definition(),
                SharedWeights.of(name -> Tensors.keep(values.getOrDefault(name, stored.get(name))), "values"),
                sharing(),
                kinds,
                own);
    }

    /**
     * A family with fresh weights that are shared in a way of the caller's.
     *
     * @param sharing wraps the stored weights in the strategy that the model asks; what more it needs, it holds itself. Called again
     *     for {@link #with}
     */
    public static Family of(ModelDefinition definition, long seed, UnaryOperator<Weights> sharing) {
        Libtorch.load();
        Family family = new Family(definition, SharedWeights.initialised(seed), List.of(), Kinds.builtIn(), sharing);
        family.begin(seed, FirstValues.NONE);
        return family;
    }

    /** A family whose weights have shapes and no data: for counting what a member costs. */
    public static Family ofShapes(ModelDefinition definition) {
        return ofShapes(definition, List.of());
    }

    /** The same, with what {@code sharing} stores beside. */
    public static Family ofShapes(ModelDefinition definition, List<Sharing> sharing) {
        return ofShapes(definition, sharing, Kinds.builtIn());
    }

    /** The same, with what files that are opened for it may name. */
    public static Family ofShapes(ModelDefinition definition, List<Sharing> sharing, Kinds kinds) {
        Libtorch.load();
        return new Family(definition, SharedWeights.shapesOnly(), sharing, kinds);
    }

    /**
     * Opens a family or an extracted model. Weights are mapped, not copied: the file must stay as it is while the family is
     * open, and the weights cannot be trained.
     *
     * @throws InputException when the file is damaged, is no family, or does not fit its own model definition
     */
    public static Family open(Path file) {
        return open(file, Kinds.builtIn());
    }

    /**
     * The same, of a family whose model or sharing may be of more kinds.
     *
     * @throws InputException as {@link #open(Path)}
     */
    public static Family open(Path file, Kinds kinds) {
        Libtorch.load();
        return FamilyFile.open(file, kinds);
    }

    /**
     * Writes the family: the shared tensors by published name, members' statistics, and all else as metadata.
     *
     * @throws InputException when the file could not be opened again: its model or sharing is of no kind that this family was given
     * @throws IllegalStateException when its weights are shared in a way of the caller's: the file does not say how, so its members
     *     would be read back as other ones. Extracted members can be saved
     */
    public void save(Path file) {
        requireOpen();
        if (ownSharing) {
            throw new IllegalStateException(
                    "A family file says how weights are shared, but those of this family are shared in "
                            + "a way of their own. Save extracted members.");
        }
        FamilyFile.save(this, file);
    }

    /** All about it but its weights. */
    public FamilyDefinition plan() {
        return plan;
    }

    /** Its model. */
    public ModelDefinition definition() {
        return plan.model();
    }

    public Space space() {
        return space;
    }

    public SharedWeights weights() {
        requireOpen();
        return weights;
    }

    /** The kinds that its file may name. */
    public Kinds kinds() {
        return kinds;
    }

    /** How weights are shared beyond slices. */
    public List<Sharing> sharing() {
        return plan.sharing();
    }

    /** The strategy of a kind, where this family shares in that way. */
    public <T extends Weights> Optional<T> strategy(Class<T> kind) {
        return strategies.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    /** The name of the leaf that a member belongs to, where the family is a tree. */
    public Optional<String> leaf(Member member) {
        return requested.leaf(member);
    }

    /** What mixes copies of weights for each member, where its sharing does. */
    public Optional<Mixing> mixing() {
        return requested.mixing();
    }

    /** What proposes members for a cost, where its sharing does. */
    public Optional<MemberProposals> proposals() {
        return requested.proposals();
    }

    /** The temperature at which its mixtures draw at a part of the training, 0 to 1; see {@link Weights#temperature}. */
    public double temperature(double progress) {
        return requested.temperature(progress);
    }

    /** A member as it runs now: a mixture that draws picks what it draws; see {@link Weights#drawn}. */
    public Member drawn(Member member) {
        return requested.drawn(member);
    }

    /** How large the part of each option is in a mixture of its members, by the choice; empty where it mixes nothing. */
    public Map<Choice<?>, List<Double>> parts() {
        return requested.parts();
    }

    /** The member that training has chosen so far, by the options that are weighed most, where it weighs any. */
    public Optional<Member> chosen() {
        return requested.chosen(space.largest());
    }

    /** All strategies of a kind, in the order in which they wrap one another. */
    public <T extends Weights> List<T> strategies(Class<T> kind) {
        return strategies.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /**
     * Leaves the trained tensors in whose names a pattern is found as they are: no gradient reaches them, and no optimiser has them.
     *
     * @throws InputException when it is found in none, or in all
     */
    public void freeze(Pattern pattern) {
        List<String> names = parameters().keySet().stream()
                .filter(name -> pattern.matcher(name).find())
                .toList();
        if (names.isEmpty() || names.size() == parameters().size()) {
            throw new InputException("What is frozen must be some of the weights, but \"" + pattern + "\" is found in "
                    + (names.isEmpty() ? "none." : "all.")
                    + Suggest.part(pattern.pattern(), parameters().keySet()));
        }
        weights.freeze(names);
        frozen.addAll(names);
    }

    /** The names of the trained tensors that {@link #freeze} has taken from training. */
    public Set<String> frozen() {
        return Collections.unmodifiableSet(frozen);
    }

    /**
     * What the optimiser of the weights trains, by name: all but buffers, what is frozen and what has an update of its own. Do not close
     * the tensors.
     */
    public Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>(weights().tensors());
        parameters.keySet().removeIf(this::hasOwnUpdate);
        parameters.keySet().removeAll(frozen);
        return parameters;
    }

    /** Whether a stored tensor is moved by an update of its own: the logits of a blend, a generator of members. */
    public boolean hasOwnUpdate(String stored) {
        return requested.hasOwnUpdate(stored);
    }

    /** Whether a member is a mixture of others, such as a blend: it uses whatever any of them does. */
    public boolean isMixture(Member member) {
        return requested.isMixture(member);
    }

    /** The ordinary member that a generated one stands for; any other is left as it is. */
    public Member plain(Member member) {
        return requested.plain(member);
    }

    /** How far a member's output may lie from that of its stand-alone model, as {@link Sharing#tolerance} says; 0 for bit for bit. */
    public double tolerance() {
        return sharing().stream().mapToDouble(Sharing::tolerance).max().orElse(0);
    }

    /** The kept members by name, in the order in which they were named. */
    public Map<String, NamedMember> members() {
        return Collections.unmodifiableMap(members);
    }

    /** What is known of the family's origin: run, recipe, data; kept in the file. */
    public Map<String, String> notes() {
        return Collections.unmodifiableMap(notes);
    }

    public void note(String key, String value) {
        notes.put(key, value);
    }

    /** Keeps a member under a name, in place of one that had it; the family now owns its statistics. */
    public void name(String name, NamedMember member) {
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new InputException(
                    "A member's name must be letters, digits, '.', '-' and '_', but got \"" + name + "\".");
        }
        NamedMember previous = members.put(name, member);
        if (previous != null && previous.statistics() != member.statistics()) {
            previous.statistics().close();
        }
    }

    /** The member called {@code text}, or written as {@link Space#parse} reads it ({@code largest}, {@code choice=value,…}). */
    public Member member(String text) {
        NamedMember named = members.get(text.strip());
        if (named != null) {
            return named.member();
        }
        if (!space.describes(text)) {
            Set<String> names = new LinkedHashSet<>(List.of("largest", "smallest"));
            names.addAll(members.keySet());
            throw new InputException("\"" + text + "\" names no member of this family." + Suggest.nearest(text, names)
                    + " Members: " + String.join(", ", names) + ", or choice=value,…");
        }
        return space.parse(text);
    }

    /**
     * The inputs to the outputs, by the names of the ports and in their order; they belong to the caller's {@code PointerScope}, and nothing else of the forward
     * pass does: what its gradient needs is libtorch's, which frees it while the gradient is computed. Changes nothing but the cache of
     * the pass, if it has one.
     *
     * @throws IllegalStateException when the network gives other outputs than the input of the model declares
     */
    public Bundle forward(Bundle inputs, Pass pass) {
        requireOpen();
        return Bundle.scoped(() -> {
            Bundle read = type == ScalarType.Double ? inputs.map(Tensors::inDoubles) : inputs;
            Bundle outputs = model.forward(read, pass.isBegun() ? pass : pass.begun());
            List<Port> ports = definition().input().outputs();
            return ports.size() == 1 ? Bundle.of(ports.get(0).name(), outputs.only()) : ordered(ports, outputs);
        });
    }

    /** The outputs of the ports, in their order. */
    private Bundle ordered(List<Port> ports, Bundle outputs) {
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        for (Port port : ports) {
            ordered.put(port.name(), outputs.tensors().get(port.name()));
        }
        if (!ordered.keySet().equals(outputs.tensors().keySet())) {
            throw new IllegalStateException(
                    "Model " + definition().name() + " must give the outputs that its input declares, "
                            + ordered.keySet() + ", but its network gives "
                            + outputs.tensors().keySet() + ". Give each port one tensor of its name.");
        }
        return new Bundle(ordered);
    }

    /**
     * Does what {@link #forward(Bundle, Pass)} does, of a model of one input and one output: pixel values 0 to 255 (B, C, H, W) to logits
     * (B, classes), or token ids (B, T) to logits (B, T, tokens).
     *
     * @throws IllegalStateException when it has several inputs, which only a bundle names
     */
    public Tensor forward(Tensor input, Pass pass) {
        List<Port> ports = definition().input().inputs();
        if (ports.size() != 1) {
            throw new IllegalStateException("Model " + definition().name() + " must be given its inputs by name, "
                    + ports + ", but was given one tensor. Give a bundle.");
        }
        return forward(Bundle.of(ports.get(0).name(), input), pass).only();
    }

    /**
     * How the member of a pass spreads over the options of a choice: (options), all on one unless it is a blend. It belongs to the
     * caller's {@code PointerScope}.
     */
    public Tensor distribution(Choice<?> choice, Reading reading) {
        requireOpen();
        return requested.distribution(choice, reading);
    }

    /**
     * The weights that the member of a reading uses, as it sees them, in the order of the model. They belong to the caller's
     * {@code PointerScope}.
     */
    public List<Tensor> weightsOf(Reading reading) {
        requireOpen();
        try (SharedWeights shapes = SharedWeights.shapesOnly()) {
            RequestedWeights used = new RequestedWeights(shapes);
            definition()
                    .at(reading.member())
                    .build(used); // the plain model asks for what the member uses, and for nothing else
            return used.byName().keySet().stream()
                    .map(name -> requested.byName().get(name).tensor(reading))
                    .toList();
        }
    }

    /**
     * The stand-alone model of one member: a family of one, with its own copy of the weights, and of what remains of its sharing. Its
     * output equals the member's, bit for bit on CPU in float32 unless a sharing says to what tolerance.
     *
     * @param statistics the member's; copied
     * @throws IllegalArgumentException when the member is a blend: what it mixes at gates and in norms is no plain model
     */
    public Family extract(Member member, MemberStatistics statistics) {
        requireOpen();
        requested.requireAlone(member);
        FamilyDefinition alone = plan.alone(member);
        Family extracted = new Family(alone.model(), SharedWeights.unset(weights.type()), alone.sharing(), kinds);
        if (!extracted.space.choices().isEmpty()) {
            extracted.close();
            throw new IllegalStateException(
                    "What remains of a sharing must leave no choice, but " + alone.sharing() + " does.");
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            copy(Reading.of(member), extracted);
        }
        extracted.name(EXTRACTED, new NamedMember(Member.PLAIN, statistics.copy(), Map.of()));
        extracted.notes.putAll(notes);
        extracted.note("member", space.print(member));
        return extracted;
    }

    /** Fills a stand-alone model: what its weights are made of is what the sharings that go have made of the member's. */
    private void copy(Reading reading, Family extracted) {
        int goes = sharing().size() - extracted.sharing().size();
        RequestedWeights from = goes == sharing().size() ? requested : levels.get(goes);
        RequestedWeights into = extracted.levels.isEmpty() ? extracted.requested : extracted.levels.get(0);
        Reading plain = Reading.of(Member.PLAIN);
        into.byName().forEach((name, copy) -> {
            Optional<Tensor> there =
                    Optional.ofNullable(from.byName().get(name)).map(weight -> weight.tensor(reading));
            fill(copy.tensor(plain), name, requested.remaining(name, reading).or(() -> there));
        });
        extracted
                .weights
                .buffers()
                .forEach((name, copy) -> fill(
                        copy,
                        name,
                        requested
                                .remaining(name, reading)
                                .or(() -> Optional.ofNullable(weights.buffers().get(name)))));
    }

    private static void fill(Tensor into, String name, Optional<Tensor> value) {
        Tensor from = value.orElseThrow(
                () -> new IllegalStateException("What remains of a sharing needs " + name + ", which nothing gives."));
        if (!Arrays.equals(into.shape(), from.shape())) {
            throw new IllegalStateException("What remains of a sharing needs " + name + " "
                    + Arrays.toString(into.shape()) + ", but is given " + Arrays.toString(from.shape()) + ".");
        }
        into.copy_(from);
    }

    /** The file it was opened from; empty for a family that was made here. */
    public Optional<Path> file() {
        return Optional.ofNullable(mapped).map(SafetensorsFile::path);
    }

    /** Holds on to what the mapped tensors lie in. */
    void openedFrom(SafetensorsFile file) {
        mapped = file;
    }

    /** Its tensors are freed when it is closed: to read them then would end the process. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("This family is closed, and its weights are freed. Use it before close().");
        }
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        weights.close();
        members.values().forEach(named -> named.statistics().close());
    }
}
