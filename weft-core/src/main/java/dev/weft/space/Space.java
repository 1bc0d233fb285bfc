package dev.weft.space;

import dev.weft.io.InputException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Choices plus constraints: every member there is. Members it returns are canonical (see {@link #canonical}), so two of them
 * are equal exactly when they pick the same weights.
 *
 * @param name for error messages, usually the model's
 * @param choices the decisions, in the order in which members print and encode
 * @param constraints what every member obeys
 * @param notation another way to write members, or {@code null}
 */
public record Space(String name, List<Choice<?>> choices, List<Constraint> constraints, Notation notation) {
    private static final int MAX_DRAWS = 10_000;
    private static final int MAX_TRIES = 100_000;
    private static final int MAX_COUNTED = 1_000_000;

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
        Set<String> before = new HashSet<>();
        for (Choice<?> choice : choices) {
            before.add(choice.name());
            Choice<?> controller = byName.get(choice.controller());
            if (choice.isSwitched()) {
                if (choice.isConditional() && (!before.contains(choice.controller()) || controller.isConditional())) {
                    throw new InputException("Choice " + choice.name() + " of space \"" + name + "\" is switched by "
                            + choice.controller() + ", which must be an unconditional choice before it.");
                }
            } else if (choice.isConditional()
                    && (controller == null
                            || controller.isConditional()
                            || !(controller.smallest() instanceof Integer))) {
                throw new InputException("Choice " + choice.name() + " of space \"" + name + "\" depends on "
                        + choice.controller() + ", which must be an unconditional choice between integers.");
            }
        }
    }

    public Space(String name, List<Choice<?>> choices, List<Constraint> constraints) {
        this(name, choices, constraints, null);
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
            if (choice.isConditional()) {
                kept.get(choice.controller())
                        .removeIf(option -> Collections.disjoint(choice.optionsWith(option), kept.get(choice.name())));
            }
        }
        List<Choice<?>> restricted = new ArrayList<>();
        for (Choice<?> choice : choices) {
            List<Object> options = kept.get(choice.name());
            if (options.isEmpty()
                    || !choice.isConditional() && Collections.disjoint(choice.optionsWith(null), options)) {
                throw new InputException("A part of space \"" + name + "\" must leave an option for every choice, but "
                        + allowed + " leaves none of " + choice.options() + " for " + choice.name() + ".");
            }
            restricted.add(some(choice, options));
        }
        return new Space(name, restricted, constraints, notation);
    }

    @SuppressWarnings("unchecked") // they are among its own
    private static <T> Choice<T> some(Choice<T> choice, List<Object> options) {
        return choice.withOptions((List<T>) options);
    }

    /**
     * The member with the first option of every choice; where that one breaks a constraint, the first in the order of
     * {@link #enumerate} that keeps all.
     *
     * @throws InputException when none of the first {@value #MAX_TRIES} does
     */
    public Member smallest() {
        return extreme("first", UnaryOperator.identity());
    }

    /** The same from the other end: the member with the last option of every choice, or the last one that keeps the constraints. */
    public Member largest() {
        return extreme("last", options -> {
            List<Object> reversed = new ArrayList<>(options);
            Collections.reverse(reversed);
            return reversed;
        });
    }

    private Member extreme(String end, UnaryOperator<List<Object>> order) {
        Member[] found = new Member[1];
        int[] tries = new int[1];
        visit(0, new LinkedHashMap<>(), order, member -> {
            found[0] = satisfies(member) ? member : null;
            return found[0] != null || ++tries[0] == MAX_TRIES;
        });
        if (found[0] == null) {
            throw new InputException("Space \"" + name + "\" must have a member that satisfies " + rules()
                    + ", but the " + end + " " + tries[0] + " do not. Loosen the constraints, or list more options.");
        }
        return found[0];
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
            return BigInteger.valueOf(enumerate(MAX_COUNTED).size());
        }
        BigInteger count = BigInteger.ONE;
        for (Choice<?> choice : choices) {
            if (!choice.isConditional()) {
                BigInteger sum = BigInteger.ZERO;
                for (Object option : choice.optionsWith(null)) {
                    sum = sum.add(choices.stream()
                            .filter(c -> c.controller().equals(choice.name()))
                            .map(c -> BigInteger.valueOf(c.optionsWith(option).size()))
                            .reduce(BigInteger.ONE, BigInteger::multiply));
                }
                count = count.multiply(sum);
            }
        }
        return count;
    }

    /** The choices for people: {@code depth 1, 2; stage1.width 8, 16}. */
    public String inWords() {
        return choices.stream()
                .map(choice -> choice.name() + " "
                        + choice.options().stream().map(Object::toString).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("; "));
    }

    /** How many members there are, for people: {@code 15284}, or {@code at most 9765625} where constraints leave too many to be counted. */
    public String size() {
        BigInteger most = new Space(name, choices).count();
        return constraints.isEmpty() || most.compareTo(BigInteger.valueOf(MAX_COUNTED)) <= 0
                ? count().toString()
                : "at most " + most;
    }

    /** Every member, the first choice varying slowest; an error when the unconstrained space is larger than {@code limit}. */
    public List<Member> enumerate(int limit) {
        BigInteger size = new Space(name, choices).count();
        if (size.compareTo(BigInteger.valueOf(limit)) > 0) {
            throw new InputException("Space \"" + name + "\" must have at most " + limit
                    + " members to be enumerated, but has " + size + ". Sample it instead.");
        }
        Set<Member> members = new LinkedHashSet<>();
        visit(0, new LinkedHashMap<>(), UnaryOperator.identity(), member -> {
            if (satisfies(member)) {
                members.add(member);
            }
            return false;
        });
        return List.copyOf(members);
    }

    /**
     * Shows every member, whether it satisfies the constraints or not, the first choice varying slowest.
     *
     * @param order of the options of a choice
     * @param stop is shown a member, and says whether it was the last
     * @return whether {@code stop} did
     */
    private boolean visit(
            int index, Map<String, Object> picked, UnaryOperator<List<Object>> order, Predicate<Member> stop) {
        if (index == choices.size()) {
            return stop.test(canonical(new Member(picked)));
        }
        Choice<?> choice = choices.get(index);
        for (Object option : order.apply(List.copyOf(choice.optionsWith(picked.get(choice.controller()))))) {
            picked.put(choice.name(), option);
            if (visit(index + 1, picked, order, stop)) {
                return true;
            }
        }
        picked.remove(choice.name());
        return false;
    }

    /** A member with every decision drawn uniformly, redrawn until the constraints hold. */
    public Member sample(RandomGenerator random) {
        return draw(() -> {
            Map<String, Object> picked = new LinkedHashMap<>();
            for (Choice<?> choice : choices) {
                picked.put(choice.name(), drawn(choice, picked, random));
            }
            return new Member(picked);
        });
    }

    /** {@code member} with every decision redrawn uniformly with the given probability, until the constraints hold. */
    public Member mutate(Member member, double probability, RandomGenerator random) {
        return draw(() -> {
            Map<String, Object> picked = new LinkedHashMap<>(member.options());
            for (Choice<?> choice : choices) {
                if (random.nextDouble() < probability || !fits(choice, picked)) {
                    picked.put(choice.name(), drawn(choice, picked, random));
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
                boolean ofFirst = random.nextBoolean();
                picked.put(choice.name(), (ofFirst ? first : second).options().get(choice.name()));
                if (!fits(choice, picked)) { // the other parent is the one that its controller is of
                    picked.put(
                            choice.name(), (ofFirst ? second : first).options().get(choice.name()));
                }
            }
            return new Member(picked, first.context());
        });
    }

    /** An option by chance; of a switched choice one that goes with what its controller has picked. */
    private static Object drawn(Choice<?> choice, Map<String, Object> picked, RandomGenerator random) {
        List<?> options = choice.isSwitched() ? choice.optionsWith(picked.get(choice.controller())) : choice.options();
        return options.get(random.nextInt(options.size()));
    }

    /** Whether a switched choice is off or on as what its controller has picked says. */
    private static boolean fits(Choice<?> choice, Map<String, Object> picked) {
        return !choice.isSwitched()
                || choice.optionsWith(picked.get(choice.controller())).contains(picked.get(choice.name()));
    }

    private Member draw(java.util.function.Supplier<Member> one) {
        for (int i = 0; i < MAX_DRAWS; i++) {
            Member member = canonical(one.get());
            if (satisfies(member)) {
                return member;
            }
        }
        throw new InputException("No member of space \"" + name + "\" that satisfies " + rules() + " was found in "
                + MAX_DRAWS + " draws. Loosen the constraints.");
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

    /**
     * Decisions that mean nothing under the options of their controllers are set to their first option. Switched ones are set to off where
     * they are, and to the first other option where they are not and the member has them off.
     */
    public Member canonical(Member member) {
        Map<String, Object> picked = new LinkedHashMap<>();
        for (Choice<?> choice : choices) {
            boolean kept = choice.isSwitched() ? fits(choice, member.options()) : isActive(choice, member);
            picked.put(
                    choice.name(),
                    kept
                            ? member.value(choice)
                            : choice.optionsWith(member.options().get(choice.controller()))
                                    .get(0));
        }
        return new Member(picked, member.context());
    }

    /** Whether a choice means something for a member: a conditional one may not. */
    public boolean isActive(Choice<?> choice, Member member) {
        return choice.isActiveWith(member.options().get(choice.controller()));
    }

    /**
     * Checks that options of one choice go with those of every other, for what draws each choice by itself.
     *
     * @param who needs that: {@code "Sampler fair"}
     * @throws InputException when a choice is switched by another one
     */
    public void requireNoneSwitched(String who) {
        choices.stream().filter(Choice::isSwitched).findFirst().ifPresent(choice -> {
            throw new InputException(who + " draws each choice by itself, but " + choice.name() + " of space \"" + name
                    + "\" goes with what other choices pick. Use sampler {kind: single-path, members: 1}, or a blend.");
        });
    }

    /** Whether {@code member} obeys every constraint. */
    public boolean satisfies(Member member) {
        return constraints.stream().allMatch(c -> c.holds().test(member));
    }

    private String rules() {
        return constraints.stream().map(Constraint::description).collect(Collectors.joining(" and "));
    }

    /** A member as people see it: in the space's own notation, if it has one, otherwise as the member prints. */
    public String print(Member member) {
        return notation == null
                ? member.toString()
                : Stream.concat(
                                Stream.of(notation.print(member)),
                                member.context().entrySet().stream()
                                        .map(entry -> "@" + entry.getKey() + "=" + entry.getValue()))
                        .collect(Collectors.joining(","));
    }

    /** Whether {@code text} is meant as a member, and not as a name of one. */
    public boolean describes(String text) {
        String stripped = text.strip();
        return stripped.equals("largest")
                || stripped.equals("smallest")
                || stripped.contains("=")
                || notation != null && notation.matches(stripped);
    }

    /**
     * Reads {@code choice=value,…} (commas or blanks between), with {@code @name=value} for context; the words {@code largest}
     * and {@code smallest} stand for those members. Every choice must be given: one by one, or by the space's own notation.
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
        String left = text.replaceFirst("^[,\\s]+$", "").strip();
        while (!left.isEmpty()) {
            int end = notation != null && notation.matches(left)
                    ? notation.end(left)
                    : left.split("[,\\s]", 2)[0].length();
            String part = left.substring(0, end);
            left = left.substring(end).replaceFirst("^[,\\s]+", "");
            if (notation != null && notation.matches(part)) {
                if (!picked.isEmpty()) {
                    throw new InputException(
                            where + ": " + notation.form() + " must stand alone, without choice=value.");
                }
                notation.parse(part)
                        .forEach((key, value) ->
                                picked.put(key, choice(key, where).parse(value, where)));
                continue;
            }
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new InputException(where + ": every part must be choice=value, but got \"" + part
                        + "\". Choices: " + names()
                        + (notation == null ? "." : ". Or write the whole as " + notation.form() + "."));
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
        for (Choice<?> choice : choices) {
            if (!fits(choice, picked)) {
                throw new InputException(where + ": " + choice.name() + " must be one of "
                        + choice.optionsWith(picked.get(choice.controller()))
                        + (choice.isConditional()
                                ? " with " + choice.controller() + "=" + picked.get(choice.controller())
                                : "")
                        + ", but got " + picked.get(choice.name()) + ".");
            }
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
