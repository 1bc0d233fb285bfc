package dev.weft.recipe;

import dev.weft.delta.ForeignCheckpoint;
import dev.weft.delta.NameMap;
import dev.weft.io.FileContent;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.Suggest;
import dev.weft.model.Family;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.FamilyDescription;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Tensors;
import dev.weft.weight.Axis;
import dev.weft.weight.RequestedWeights;
import dev.weft.weight.SharedWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** The weights of a {@link Base}, opened: of a family, of a member's own model, or of another program's file. Holds them until {@link #close}. */
final class BaseWeights implements AutoCloseable {
    private final Base base;
    private final Family family; // null of another program's file
    private final Family alone; // the member's own model; null for the whole family
    private final ForeignCheckpoint foreign; // null of a family

    private BaseWeights(Base base, Family family, Family alone, ForeignCheckpoint foreign) {
        this.base = base;
        this.family = family;
        this.alone = alone;
        this.foreign = foreign;
    }

    /** @throws InputException when there is no such file, it is damaged, or has no such member */
    static BaseWeights open(Base base, Kinds kinds) {
        Path path = Path.of(base.source());
        if (Files.isDirectory(path)
                || FileContent.isOnnx(path)
                || FamilyDescription.of(SafetensorsFile.open(path), kinds).isEmpty()) {
            if (base.member() != null) {
                throw new InputException("A base with a member must be a family, but " + path + " is none.");
            }
            ForeignCheckpoint opened = ForeignCheckpoint.open(path);
            return new BaseWeights(
                    base, null, null, base.names().isEmpty() ? opened : opened.renamed(new NameMap(base.names())));
        }
        if (!base.names().isEmpty()) {
            throw new InputException("A base must have names only where another program wrote it, but " + path
                    + " is a family of Weft, whose names are the model's.");
        }
        Family family = Family.open(path, kinds);
        Family alone = null;
        boolean done = false;
        try (MemberStatistics none = MemberStatistics.none()) {
            alone = base.member() == null ? null : family.extract(family.member(base.member()), none);
            done = true;
            return new BaseWeights(base, family, alone, null);
        } finally {
            if (!done) {
                family.close();
            }
        }
    }

    private Family opened() {
        return alone == null ? family : alone;
    }

    /** Its model and sharing; empty of another program's file. */
    Optional<FamilyDefinition> definition() {
        return Optional.ofNullable(opened()).map(Family::plan);
    }

    /** What the family was trained on, where that is known. */
    Optional<DataProvenance> origin() {
        return Optional.ofNullable(family).flatMap(DataProvenance::of);
    }

    /**
     * The weights as a model asks for them, by its names.
     *
     * @param plan of the run's family
     * @return kept tensors that the caller closes
     * @throws InputException when the base lacks one that is not to stay fresh, or has it in a shape that nothing is cut from
     */
    Map<String, Tensor> values(FamilyDefinition plan) {
        Set<String> needed = new LinkedHashSet<>();
        Map<String, List<Axis>> axes = new LinkedHashMap<>();
        FamilyDefinition before = inherited(plan);
        try (SharedWeights shapes = SharedWeights.shapesOnly();
                Family asked = Family.ofShapes(before.model(), before.sharing());
                Family all = Family.ofShapes(plan.model(), plan.sharing())) {
            RequestedWeights requested = new RequestedWeights(shapes);
            plan.model().build(requested);
            axes.putAll(requested.axes());
            needed.addAll(asked.weights().stored().keySet());
            Map<String, Tensor> stored = new LinkedHashMap<>(asked.weights().stored());
            all.weights().stored().forEach(stored::putIfAbsent);
            stored.forEach((name, tensor) -> axes.putIfAbsent(
                    name,
                    Arrays.stream(tensor.shape())
                            .mapToObj(size -> Axis.fixed((int) size))
                            .toList()));
        }
        Map<String, Tensor> values = new LinkedHashMap<>();
        boolean done = false;
        try {
            axes.forEach((name, own) -> {
                if (base.leavesFresh(name)) {
                    return;
                }
                Optional<Tensor> found = find(base.how().source(name));
                if (found.isPresent()) {
                    values.put(name, cut(found.get(), name, own));
                } else if (needed.contains(name)) {
                    throw new InputException("The base " + base.source() + " must hold \""
                            + base.how().source(name)
                            + "\", which the model needs as " + name + ", but does not."
                            + Suggest.nearest(base.how().source(name), names()) + " Map its name (names), or leave it"
                            + " fresh (fresh: " + name.replaceAll("\\.[^.]*$", "") + ").");
                }
            });
            if (values.isEmpty()) {
                throw new InputException("The base " + base.source()
                        + " must hold a weight of the model, but nothing is" + " taken from it.");
            }
            done = true;
            return values;
        } finally {
            if (!done) {
                values.values().forEach(Tensor::close);
            }
        }
    }

    /** What the base must have all of: the model under the sharing that the base itself has, if that is the run's too. */
    private FamilyDefinition inherited(FamilyDefinition plan) {
        List<?> own = definition().map(FamilyDefinition::sharing).orElse(List.of());
        boolean continued = plan.sharing().size() >= own.size()
                && plan.sharing().subList(0, own.size()).equals(own);
        return continued
                ? new FamilyDefinition(plan.model(), plan.sharing().subList(0, own.size()))
                : FamilyDefinition.of(plan.model());
    }

    private Set<String> names() {
        return opened() == null
                ? new LinkedHashSet<>(foreign.names())
                : opened().weights().stored().keySet();
    }

    /** One of its tensors, kept, which the caller closes; empty where it has none of that name. */
    private Optional<Tensor> find(String name) {
        if (opened() != null) {
            return Optional.ofNullable(opened().weights().stored().get(name))
                    .map(tensor -> Tensors.keep(tensor.detach()));
        }
        return foreign.contains(name) ? Optional.of(foreign.tensor(name)) : Optional.empty();
    }

    private Tensor cut(Tensor found, String name, List<Axis> axes) {
        try (found;
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return Tensors.keep(base.cut(found, name, axes).contiguous().clone());
        }
    }

    @Override
    public void close() {
        if (alone != null) {
            alone.close();
        }
        if (family != null) {
            family.close();
        }
    }
}
