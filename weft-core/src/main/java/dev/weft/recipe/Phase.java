package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.loss.Distillation;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.sample.Sampler;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A part of a run that trains some of the members: progressive shrinking (once-for-all, Cai et al. 2020) is a list of phases in which
 * more and more choices become free. A phase begins with the weights of the one before it and with a fresh state of the optimiser; what it leaves out is as the
 * training rule has it.
 *
 * @param name of letters, digits, '-' and '_'
 * @param epochs of this phase, which its schedule spans
 * @param free the options that members have, by choice (its name, or the last part of it for all choices that end so: {@code kernel});
 *     {@code [all]} for all of them. The largest must be among them, and choices that are not there stay at their largest. Absent for the whole space
 * @param sortChannels choices, as above, whose hidden channels are sorted by importance before the phase begins, the most important
 *     first: see {@link dev.weft.train.ChannelSorting ChannelSorting}; absent for none
 * @param sampler of members; absent for that of the rule
 * @param distillation of this phase; absent for that of the rule
 * @param learningRate in place of the optimiser's; absent for that
 * @param schedule of the learning rate; absent for that of the rule
 */
public record Phase(
        String name,
        int epochs,
        @JsonInclude(JsonInclude.Include.NON_NULL) Map<String, List<String>> free,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> sortChannels,
        @JsonInclude(JsonInclude.Include.NON_NULL) Sampler sampler,
        @JsonInclude(JsonInclude.Include.NON_NULL) Distillation distillation,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double learningRate,
        @JsonInclude(JsonInclude.Include.NON_NULL) LearningRateSchedule schedule) {
    private static final List<String> ALL = List.of("all");

    public Phase {
        sortChannels = sortChannels == null ? List.of() : List.copyOf(sortChannels);
        if (name == null || !name.matches("[A-Za-z0-9_-]+")) {
            throw new InputException("A phase must have a name of letters, digits, '-' and '_', but got " + name + ".");
        }
        if (epochs < 1) {
            throw new InputException("Phase " + name + " must have epochs >= 1, but got " + epochs + ".");
        }
        if (learningRate != null && !(learningRate > 0 && Double.isFinite(learningRate))) {
            throw new InputException("Phase " + name + " must have learningRate > 0, but got " + learningRate + ".");
        }
        if (free != null) {
            Map<String, List<String>> copy = new LinkedHashMap<>();
            free.forEach((choice, options) -> copy.put(choice, options == null ? List.of() : List.copyOf(options)));
            free = Collections.unmodifiableMap(copy);
        }
    }

    /**
     * The members of this phase.
     *
     * @param whole every member there is
     * @throws InputException when a choice or an option is unknown, or the largest option of a choice is not among those that are free
     */
    public Space within(Space whole) {
        if (free == null) {
            return whole;
        }
        Map<String, List<String>> left = atLargest(whole);
        free.forEach((key, options) -> {
            for (Choice<?> choice : choices(whole, key)) {
                left.put(choice.name(), options(choice, options));
            }
        });
        return whole.within(left);
    }

    private static Map<String, List<String>> atLargest(Space whole) {
        Map<String, List<String>> left = new LinkedHashMap<>();
        whole.choices()
                .forEach(choice ->
                        left.put(choice.name(), List.of(choice.largest().toString())));
        return left;
    }

    /** The choices that sort channels. */
    public Set<String> sorting(Space whole) {
        Set<String> names = new LinkedHashSet<>();
        sortChannels.forEach(key -> choices(whole, key).forEach(choice -> names.add(choice.name())));
        return names;
    }

    private List<Choice<?>> choices(Space whole, String key) {
        List<Choice<?>> named = whole.choices().stream()
                .filter(choice -> choice.name().equals(key) || choice.name().endsWith("." + key))
                .toList();
        if (named.isEmpty()) {
            List<String> names = whole.choices().stream().map(Choice::name).toList();
            throw new InputException(
                    "Phase " + name + " must name choices of the model, or the last parts of their names, but \"" + key
                            + "\" is none." + Suggest.nearest(key, names) + " Choices: " + names + ".");
        }
        return named;
    }

    /** The free options of a choice: those of the list that it has. */
    private List<String> options(Choice<?> choice, List<String> listed) {
        List<String> own = choice.options().stream().map(Object::toString).toList();
        if (listed.equals(ALL)) {
            return own;
        }
        List<String> left = new ArrayList<>(own);
        left.retainAll(listed);
        if (!left.contains(choice.largest().toString())) {
            throw new InputException("Phase " + name + " must leave choice " + choice.name() + " its largest option, "
                    + choice.largest() + ", but leaves " + left + " (of " + listed + ").");
        }
        return left;
    }
}
