package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.Splits;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.ModelDefinition;
import dev.weft.model.ModelInput;
import dev.weft.weight.Sharing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A whole training rule as one document: which model, on which data, trained how. Read from YAML; its resolved form is kept in
 * the run.
 *
 * @param name for reports
 * @param description one or two sentences: where the settings come from
 * @param model with choices; its input is bound to the data. Where it is absent, and in the run, that of the base
 * @param sharing how members share weights beyond slices, each over those before it and over those of a base whose model this is; may be
 *     empty
 * @param base what the run begins from; absent for fresh weights
 * @param calibration batches of the training split, without augmentation, that sharings look at when they begin; absent for none
 * @param split how one supernet becomes several while it trains; absent for one that stays whole
 */
public record Recipe(
        String name,
        String description,
        @JsonInclude(JsonInclude.Include.NON_NULL) ModelDefinition model,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Sharing> sharing,
        @JsonInclude(JsonInclude.Include.NON_NULL) Base base,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer calibration,
        DataSettings data,
        TrainSettings train,
        @JsonInclude(JsonInclude.Include.NON_NULL) SplitSettings split) {
    public Recipe {
        sharing = sharing == null ? List.of() : List.copyOf(sharing);
        if (name == null || model == null && base == null || data == null || train == null) {
            throw new InputException("A recipe must have name, model (or base), data and train.");
        }
        if (calibration != null && calibration < 1) {
            throw new InputException(
                    "A recipe must have calibration of 1 batch or more, or none, but got " + calibration + ".");
        }
        if (split != null) {
            requireSplittable(split, base, sharing, train);
        }
        requirePhases(base, train, split);
        if (model != null || base.member() != null) {
            requireTrained(
                    sharing, train,
                    data); // a family that the base brings may share in more ways: known once it is open
        }
    }

    private static void requireTrained(List<Sharing> sharing, TrainSettings train, DataSettings data) {
        boolean blended = sharing.stream().anyMatch(Sharing::hasLogits);
        if (blended && train.architecture() == null) {
            throw new InputException(
                    "A recipe whose sharing has a blend must have sampler blend and train.architecture,"
                            + " which train it, but has sampler " + train.sampler() + " and no train.architecture.");
        }
        train.sampler().requireFits(sharing, data.mixes());
        if (!blended && train.architecture() != null) {
            throw new InputException("A recipe with sampler blend must have a blend in its sharing, but has "
                    + (sharing.isEmpty() ? "no sharing" : "sharing " + sharing)
                    + ". Add one, as the recipe tanglenas-lm-quick has it, or use another sampler without"
                    + " train.architecture.");
        }
    }

    private static void requirePhases(Base base, TrainSettings train, SplitSettings split) {
        List<TrainSettings> rules = train.ofPhases();
        if (!train.phases().isEmpty() && split != null) {
            throw new InputException("A recipe with train.phases must have no split.");
        }
        if (base != null
                && base.frozen() != null
                && train.phases().stream()
                        .anyMatch(phase -> !phase.sortChannels().isEmpty())) {
            throw new InputException("A recipe whose base is frozen must have no sortChannels, which moves weights.");
        }
        Optional<String> earlier = train.distillation().earlierPhase();
        if (train.phases().isEmpty() && earlier.isPresent()) {
            throw new InputException(
                    "distillation phase must have train.phases, one of which its teacher comes from, but"
                            + " there are none. Use distillation teacher for a family that was trained before.");
        }
        for (int i = 0; i < train.phases().size(); i++) {
            Optional<String> teacher = rules.get(i).distillation().earlierPhase();
            if (teacher.isPresent()
                    && train.phases().subList(0, i).stream()
                            .noneMatch(phase -> phase.name().equals(teacher.get()))) {
                throw new InputException(
                        "The teacher of phase " + train.phases().get(i).name()
                                + " must be of an earlier phase, but got " + teacher.get() + ".");
            }
        }
    }

    /** A recipe whose members share slices and nothing else. */
    public Recipe(String name, String description, ModelDefinition model, DataSettings data, TrainSettings train) {
        this(name, description, model, List.of(), null, null, data, train, null);
    }

    /** A recipe whose supernet stays whole. */
    public Recipe(
            String name,
            String description,
            ModelDefinition model,
            List<Sharing> sharing,
            Base base,
            DataSettings data,
            TrainSettings train) {
        this(name, description, model, sharing, base, null, data, train, null);
    }

    /** All about the family that it trains but the weights. */
    public FamilyDefinition family() {
        return new FamilyDefinition(model, sharing);
    }

    /** This recipe on other data, trained otherwise. */
    public Recipe with(DataSettings otherData, TrainSettings otherTrain) {
        return new Recipe(name, description, model, sharing, base, calibration, otherData, otherTrain, split);
    }

    /**
     * This recipe for data that it was not written for, as {@link DataSettings#fitted} says.
     *
     * @param splits of that data
     */
    public Recipe fittedTo(Splits splits) {
        double part = train.heldOutPart();
        int fewest = (int) (splits.train().size() * (part > 0 ? Math.min(part, 1 - part) : 1));
        return with(data.fitted(fewest), train);
    }

    /**
     * This recipe for one member of another family, in place of its model: the same data, optimiser and schedule, without sharing and
     * without the search of an architecture.
     */
    public Recipe from(Base member) {
        return new Recipe(name, description, null, List.of(), member, calibration, data, train.ofOneModel(), null);
    }

    /**
     * This recipe over a whole base: with the base's model in place of its own where the base says one, and with its sharing over the
     * base's.
     *
     * @param saysModel whether the base is a family
     */
    public Recipe over(Base whole, boolean saysModel) {
        return new Recipe(name, description, saysModel ? null : model, sharing, whole, calibration, data, train, split);
    }

    /**
     * What its model would read, as far as its settings say that without the data.
     *
     * @throws InputException naming the recipe, when they do not say enough
     */
    public ModelInput standIn() {
        try {
            return data.standIn();
        } catch (InputException e) {
            throw new InputException("Recipe \"" + name + "\": " + e.getMessage(), e);
        }
    }

    /**
     * This recipe with its model, or that of its base, bound to its data.
     *
     * @param kinds that the base may name
     */
    public Recipe on(ModelInput input, Kinds kinds) {
        if (model != null) {
            return new Recipe(
                    name, description, model.withInput(input), sharing, base, calibration, data, train, split);
        }
        FamilyDefinition own = base.definition(kinds);
        List<Sharing> all = new ArrayList<>(own.sharing());
        all.addAll(sharing);
        return new Recipe(name, description, own.model().withInput(input), all, base, calibration, data, train, split);
    }

    /** This recipe for a supernet that stays whole. */
    public Recipe whole() {
        return new Recipe(name, description, model, sharing, base, calibration, data, train, null);
    }

    /** This recipe for one supernet of the tree that it splits into, for as long as that does not begin anew. */
    public Recipe of(ModelDefinition supernet, DataSettings sameSplits, TrainSettings rule) {
        return new Recipe(name, description, supernet, sharing, null, calibration, sameSplits, rule, null);
    }

    private static void requireSplittable(SplitSettings split, Base base, List<Sharing> sharing, TrainSettings train) {
        int last = split.rounds().get(split.rounds().size() - 1);
        if (last >= train.epochs()) {
            throw new InputException(
                    "A recipe with a split must have more epochs than its last round, or what was split"
                            + " never trains, but got rounds=" + split.rounds() + ", epochs=" + train.epochs() + ".");
        }
        if (base != null) {
            throw new InputException(
                    "A recipe with a split must have no base: every supernet of the tree begins anew.");
        }
        if (train.sampler().memoryless().isEmpty() && split.restart() != SplitSettings.Restart.ALL) {
            throw new InputException(
                    "A recipe with a split must have a sampler that remembers nothing, or restart: all,"
                            + " because a supernet does not take over what its parent's sampler has learnt, but has sampler "
                            + train.sampler() + " and restart " + split.restart() + ".");
        }
        for (Sharing each : sharing) {
            if (!each.fitsTree()) {
                throw new InputException("A recipe with a split must have slices, or a blend with weights: entangled,"
                        + " but its sharing has " + each + ".");
            }
        }
        if (train.best() != null) {
            throw new InputException("A recipe with a split must have no train.best, because supernets begin with the"
                    + " last weights of the one that was split.");
        }
        if (train.architecture() != null && train.runningStatistics()) {
            throw new InputException("A blend that is split must have runningStatistics: false.");
        }
    }
}
