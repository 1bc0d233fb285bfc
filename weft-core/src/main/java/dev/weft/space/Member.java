package dev.weft.space;

import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A point of a space, plus whatever else picks weights: a value that is passed to {@code forward}, never a mode of a model.
 * Prints as one line, {@code width=16,depth=2,@task=3}, which {@link Space#parse} reads back.
 *
 * @param options the option picked for each choice, in the order of the space; empty for a plain model
 * @param context what else picks weights, by name: a task, a tenant, the id of a condition; usually empty
 */
public record Member(Map<String, Object> options, Map<String, String> context) {
    /** The only member of a model in which nothing is left to choose. */
    public static final Member PLAIN = new Member(Map.of(), Map.of());

    public Member {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        context = Collections.unmodifiableMap(new LinkedHashMap<>(context));
        context.forEach((name, value) -> {
            if (!name.matches("[A-Za-z0-9._-]+") || !value.matches("[^,\\s]+")) {
                throw new InputException(
                        "A member's context must be @name=value, with a name of letters, digits, '.', '-' "
                                + "and '_' and a value without commas and blanks, but got \"@" + name + "=" + value
                                + "\".");
            }
        });
    }

    public Member(Map<String, Object> options) {
        this(options, Map.of());
    }

    /** The option this member picks for {@code choice}; a choice with one option needs no picking. */
    @SuppressWarnings("unchecked")
    public <T> T value(Choice<T> choice) {
        Object value = options.get(choice.name());
        if (value != null) {
            return (T) value;
        }
        if (choice.options().size() == 1) {
            return choice.smallest();
        }
        throw new IllegalArgumentException("Member \"" + this + "\" picks no option for choice " + choice.name() + ".");
    }

    /** Members for every combination of options, the first choice varying slowest: they pick nothing else. */
    public static List<Member> combinations(List<Choice<?>> choices) {
        List<Member> all = List.of(PLAIN);
        for (Choice<?> choice : choices) {
            List<Member> longer = new ArrayList<>();
            for (Member member : all) {
                choice.options().forEach(option -> longer.add(member.with(choice, option)));
            }
            all = longer;
        }
        return all;
    }

    /** This member with one option replaced. */
    public Member with(Choice<?> choice, Object option) {
        Map<String, Object> changed = new LinkedHashMap<>(options);
        changed.put(choice.name(), option);
        return new Member(changed, context);
    }

    /** This member with a context entry added or replaced. */
    public Member withContext(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(context);
        changed.put(name, value);
        return new Member(options, changed);
    }

    @Override
    public String toString() {
        return Stream.concat(
                        options.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()),
                        context.entrySet().stream().map(e -> "@" + e.getKey() + "=" + e.getValue()))
                .collect(Collectors.joining(","));
    }
}
