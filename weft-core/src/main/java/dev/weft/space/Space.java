package dev.weft.space;

import dev.weft.io.InputException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Choices plus constraints: every member there is. Members it returns are canonical (see {@link #canonical}), so two of them
 * are equal exactly when they pick the same weights.
 *
 * @param name for error messages, usually the model's
 * @param choices the decisions, in the order in which members print and encode
 * @param constraints what every member obeys; the smallest and the largest member must
 */
public record Space(String name, List<Choice<?>> choices, List<Constraint> constraints) {
    private static final int MAX_DRAWS = 10_000;

    public Space {
        choices = List.copyOf(choices);
        constraints = List.copyOf(constraints);
        Map<String, Choice<?>> byName = new LinkedHashMap<>();
        for (Choice<?> choice : choices) {
            if (byName.put(choice.name(), choice) != null) {
                throw new InputException(
                        "Choices of space \"" + name + "\" must differ in name, but two are " + choice.name() + ".");
            }
        }
        for (Choice<?> choice : choices) {
            Choice<?> controller = byName.get(choice.controller());
            if (choice.isConditional()
                    && (controller == null
                            || controller.isConditional()
                            || !(controller.smallest() instanceof Integer))) {
                throw new InputException("Choice " + choice.name() + " of space \"" + name + "\" depends on "
                        + choice.controller() + ", which must be an unconditional choice between integers.");
            }
        }
        for (Member extreme :
                List.of(canonical(choices, pick(choices, false)), canonical(choices, pick(choices, true)))) {
            for (Constraint constraint : constraints) {
                if (!constraint.holds().test(extreme)) {
                    throw new InputException(
                            "The smallest and the largest member of space \"" + name + "\" must satisfy \""
                                    + constraint.description() + "\", but \"" + extreme + "\" does not.");
                }
            }
        }
    }

    public Space(String name, List<Choice<?>> choices) {
        this(name, choices, List.of());
    }

    /**
     * The part of this space whose members, in canonical form, pick an allowed option for every choice. Where a conditional choice
     * may not take its first option, it must mean something: its controller loses the options under which it does not.
     *
     * @param allowed options as they print, by choice; choices that are absent keep all of theirs
     * @throws InputException when a choice or an option is unknown, or no option is left
     */
    public Space within(Map<String, List<String>> allowed) {
        Map<String, List<Object>> kept = new LinkedHashMap<>();
        choices.forEach(choice -> kept.put(choice.name(), new ArrayList<>(choice.options())));
        allowed.forEach((key, texts) -> {
            String where = "Part of space \"" + name + "\"";
            Choice<?> choice = choice(key, where);
            List<Object> options = new ArrayList<>();
            texts.forEach(text -> options.add(choice.parse(text, where)));
            kept.get(key).retainAll(options);
        });
        for (Choice<?> choice : choices) {
            if (choice.isConditional() && !kept.get(choice.name()).contains(choice.smallest())) {
                kept.get(choice.controller()).removeIf(option -> (Integer) option < choice.activeFrom());
            }
        }
        List<Choice<?>> restricted = new ArrayList<>();
        for (Choice<?> choice : choices) {
            List<Object> options = kept.get(choice.name());
            if (options.isEmpty()) {
                throw new InputException("A part of space \"" + name + "\" must leave an option for every choice, but "
                        + allowed + " leaves none of " + choice.options() + " for " + choice.name() + ".");
            }
            restricted.add(new Choice<>(choice.name(), options, choice.controller(), choice.activeFrom()));
        }
        return new Space(name, restricted, constraints);
    }

    /** The member with the first option of every choice. */
    public Member smallest() {
        return canonical(pick(choices, false));
    }

    /** The member with the last option of every choice. */
    public Member largest() {
        return canonical(pick(choices, true));
    }

    /** Whether {@code member} is canonical, picks one option for every choice and satisfies every constraint. */
    public boolean contains(Member member) {
        return member.options().size() == choices.size()
                && choices.stream().allMatch(c -> indexOf(c, member) >= 0)
                && satisfies(member)
                && canonical(member).equals(member);
    }

    /** The number of distinct members. With constraints they are counted one by one, so only small spaces can be. */
    public BigInteger count() {
        if (!constraints.isEmpty()) {
            return BigInteger.valueOf(enumerate(1_000_000).size());
        }
        BigInteger count = BigInteger.ONE;
        for (Choice<?> choice : choices) {
            if (!choice.isConditional()) {
                BigInteger sum = BigInteger.ZERO;
                for (Object option : choice.options()) {
                    sum = sum.add(choices.stream()
                            .filter(c -> c.controller().equals(choice.name()) && c.activeFrom() <= (Integer) option)
                            .map(c -> BigInteger.valueOf(c.options().size()))
                            .reduce(BigInteger.ONE, BigInteger::multiply));
                }
                count = count.multiply(sum);
            }
        }
        return count;
    }

    /** Every member, the first choice varying slowest; an error when the unconstrained space is larger than {@code limit}. */
    public List<Member> enumerate(int limit) {
        BigInteger size = new Space(name, choices).count();
        if (size.compareTo(BigInteger.valueOf(limit)) > 0) {
            throw new InputException("Space \"" + name + "\" must have at most " + limit
                    + " members to be enumerated, but has " + size + ". Sample it instead.");
        }
        Set<Member> members = new LinkedHashSet<>();
        enumerate(0, new LinkedHashMap<>(), members);
        return List.copyOf(members);
    }

    private void enumerate(int index, Map<String, Object> picked, Set<Member> into) {
        if (index == choices.size()) {
            Member member = canonical(new Member(picked));
            if (satisfies(member)) {
                into.add(member);
            }
            return;
        }
        Choice<?> choice = choices.get(index);
        for (Object option :
                isActive(choice, picked) ? choice.options() : choice.options().subList(0, 1)) {
            picked.put(choice.name(), option);
            enumerate(index + 1, picked, into);
        }
        picked.remove(choice.name());
    }

    /** A member with every decision drawn uniformly, redrawn until the constraints hold. */
    public Member sample(RandomGenerator random) {
        return draw(() -> {
            Map<String, Object> picked = new LinkedHashMap<>();
            for (Choice<?> choice : choices) {
                picked.put(
                        choice.name(),
                        choice.options().get(random.nextInt(choice.options().size())));
            }
            return new Member(picked);
        });
    }

    /** {@code member} with every decision redrawn uniformly with the given probability, until the constraints hold. */
    public Member mutate(Member member, double probability, RandomGenerator random) {
        return draw(() -> {
            Map<String, Object> picked = new LinkedHashMap<>(member.options());
            for (Choice<?> choice : choices) {
                if (random.nextDouble() < probability) {
                    picked.put(
                            choice.name(),
                            choice.options().get(random.nextInt(choice.options().size())));
                }
            }
            return new Member(picked, member.context());
        });
    }

    /** Every decision from one parent or the other with equal probability, until the constraints hold. */
    public Member cross(Member first, Member second, RandomGenerator random) {
        return draw(() -> {
            Map<String, Object> picked = new LinkedHashMap<>();
            for (Choice<?> choice : choices) {
                picked.put(
                        choice.name(),
                        (random.nextBoolean() ? first : second).options().get(choice.name()));
            }
            return new Member(picked, first.context());
        });
    }

    private Member draw(java.util.function.Supplier<Member> one) {
        for (int i = 0; i < MAX_DRAWS; i++) {
            Member member = canonical(one.get());
            if (satisfies(member)) {
                return member;
            }
        }
        throw new InputException("No member of space \"" + name + "\" that satisfies "
                + constraints.stream().map(Constraint::description).collect(Collectors.joining(" and "))
                + " was found in " + MAX_DRAWS
                + " draws. Loosen the constraints.");
    }

    /** The index of each picked option, in the order of the choices. */
    public List<Integer> encode(Member member) {
        List<Integer> indices = new ArrayList<>();
        for (Choice<?> choice : choices) {
            int index = indexOf(choice, member);
            if (index < 0) {
                throw new IllegalArgumentException("Member \"" + member + "\" is not of space \"" + name + "\": "
                        + choice.name() + " must be one of " + choice.options() + ".");
            }
            indices.add(index);
        }
        return indices;
    }

    private static int indexOf(Choice<?> choice, Member member) {
        Object option = member.options().get(choice.name());
        return option == null ? -1 : choice.options().indexOf(option);
    }

    /** The member with these option indices: the inverse of {@link #encode} for canonical members. */
    public Member decode(List<Integer> indices) {
        if (indices.size() != choices.size()) {
            throw new IllegalArgumentException(choices.size() + " indices expected, but got " + indices.size());
        }
        Map<String, Object> picked = new LinkedHashMap<>();
        for (int i = 0; i < choices.size(); i++) {
            picked.put(choices.get(i).name(), choices.get(i).options().get(indices.get(i)));
        }
        return canonical(new Member(picked));
    }

    /** Decisions that mean nothing under the options of their controllers are set to their first option. */
    public Member canonical(Member member) {
        return canonical(choices, member);
    }

    private static Member canonical(List<Choice<?>> choices, Member member) {
        Map<String, Object> picked = new LinkedHashMap<>();
        for (Choice<?> choice : choices) {
            picked.put(choice.name(), isActive(choice, member.options()) ? member.value(choice) : choice.smallest());
        }
        return new Member(picked, member.context());
    }

    private static boolean isActive(Choice<?> choice, Map<String, Object> picked) {
        return !choice.isConditional()
                || !(picked.get(choice.controller()) instanceof Integer value)
                || value >= choice.activeFrom();
    }

    private boolean satisfies(Member member) {
        return constraints.stream().allMatch(c -> c.holds().test(member));
    }

    private static Member pick(List<Choice<?>> choices, boolean largest) {
        Map<String, Object> picked = new LinkedHashMap<>();
        for (Choice<?> choice : choices) {
            picked.put(choice.name(), largest ? choice.largest() : choice.smallest());
        }
        return new Member(picked);
    }

    /**
     * Reads {@code choice=value,…} (commas or blanks between), with {@code @name=value} for context; the words {@code largest}
     * and {@code smallest} stand for those members. Every choice must be given.
     */
    public Member parse(String text) {
        if (text.strip().equals("largest")) {
            return largest();
        }
        if (text.strip().equals("smallest")) {
            return smallest();
        }
        String where = "Member \"" + text.strip() + "\" of space \"" + name + "\"";
        Map<String, Object> picked = new LinkedHashMap<>();
        Map<String, String> context = new LinkedHashMap<>();
        for (String part : text.isBlank() ? new String[0] : text.strip().split("[,\\s]+")) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new InputException(where + ": every part must be choice=value, but got \"" + part
                        + "\". Choices: " + names() + ".");
            }
            String key = part.substring(0, equals);
            String value = part.substring(equals + 1);
            Object previous = key.startsWith("@")
                    ? context.put(key.substring(1), value)
                    : picked.put(key, choice(key, where).parse(value, where));
            if (previous != null) {
                throw new InputException(where + ": " + key + " must be given once.");
            }
        }
        List<String> missing = choices.stream()
                .map(Choice::name)
                .filter(n -> !picked.containsKey(n))
                .toList();
        if (!missing.isEmpty()) {
            throw new InputException(
                    where + ": every choice must be given, but " + String.join(", ", missing) + " is missing.");
        }
        Member member = canonical(new Member(picked, context));
        for (Constraint constraint : constraints) {
            if (!constraint.holds().test(member)) {
                throw new InputException(where + " must satisfy \"" + constraint.description() + "\".");
            }
        }
        return member;
    }

    private Choice<?> choice(String key, String where) {
        return choices.stream()
                .filter(c -> c.name().equals(key))
                .findFirst()
                .orElseThrow(() ->
                        new InputException(where + ": \"" + key + "\" is not a choice. Choices: " + names() + "."));
    }

    private List<String> names() {
        return choices.stream().map(Choice::name).toList();
    }
}
