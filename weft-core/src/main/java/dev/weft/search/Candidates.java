package dev.weft.search;

import dev.weft.metric.Metric;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * The members of one search, for whoever writes a search: measures what is cheap first, refuses those beyond every budget, counts,
 * listens for a stop, and holds the number of members that the task asks for. A search asks {@link #checkReach}, then measures one
 * proposal after another until it has {@link #ended}, and returns what {@link #finish} gives.
 */
public final class Candidates {
    private static final int DRAWS = 50;
    /** The largest space that is listed to find the members that draws have missed. */
    private static final int LISTED = 10_000;

    private final SearchTask task;
    private final Evaluations evaluations;
    private final SearchListener listener;
    private final BooleanSupplier stop;
    private final long began = System.nanoTime();

    private final Map<Member, Map<String, Double>> seen = new LinkedHashMap<>();
    private final Map<Member, MeasuredMember> measured = new LinkedHashMap<>();
    private final Set<Member> fresh = new LinkedHashSet<>();
    private final Map<Member, Boolean> done = new HashMap<>();
    private int freshDone;
    private int refused;
    private int planned;
    private boolean stopped;

    /** @throws dev.weft.io.InputException when a budget or an objective names a metric that cannot be measured */
    public Candidates(SearchTask task, Evaluations evaluations, SearchListener listener, BooleanSupplier stop) {
        this.task = task;
        this.evaluations = evaluations;
        this.listener = listener;
        this.stop = stop;
        for (String metric : metrics(task.budgets())) {
            evaluations.metrics().get(metric, "Search");
        }
    }

    /**
     * Asks the cheapest members first, so that a budget which nothing meets is told before anything is measured for it.
     *
     * @throws UnmetBudgetException when a bound cannot be kept by any member
     */
    public void checkReach() {
        Reach reach = new Reach(task.space(), evaluations.metrics(), evaluations::isCounted, this::value);
        task.budgets().forEach(reach::check);
    }

    /** Tells that this many more members will follow; a task that says how many members it wants knows better. */
    public void expect(int more) {
        planned = done.size() + more;
    }

    /** Whether there is nothing more to propose: stopped, or as many are measured as the task asks for. */
    public boolean ended() {
        return stopped() || room() <= 0;
    }

    /** How many more members may be measured, with a place kept for every budget that has none yet. */
    public int room() {
        if (task.members().isEmpty()) {
            return Integer.MAX_VALUE;
        }
        long without = task.budgets().stream().filter(b -> best(b).isEmpty()).count();
        return (int) (task.members().getAsInt() - measured.size() - without);
    }

    /**
     * Ends a search: where the task says how many members it wants and fewer are measured, others within the budgets are drawn until
     * there are as many, or until all are known of a space that is not too large to list. Then each budget without a member gets one
     * of the space's extremes.
     */
    public SearchResult finish(RandomGenerator random) {
        if (task.members().isPresent()) {
            fill(random);
        }
        List<Member> found = List.copyOf(measured.keySet());
        extremesFor(found).forEach(member -> measureInPlace(member, task.budgets()));
        return result();
    }

    private void fill(RandomGenerator random) {
        long draws = (long) DRAWS * task.members().getAsInt();
        Set<Member> tried = new HashSet<>(done.keySet());
        for (long draw = 0; draw < draws && !ended(); draw++) {
            Member member = task.space().sample(random);
            if (tried.add(member)) {
                measure(member, task.budgets());
            }
        }
        BigInteger members = new Space(task.space().name(), task.space().choices()).count();
        if (!ended() && members.compareTo(BigInteger.valueOf(LISTED)) <= 0) {
            for (Member member : task.space().enumerate(LISTED)) {
                if (!ended() && tried.add(member)) {
                    measure(member, task.budgets());
                }
            }
        }
    }

    /** Whether somebody asked to stop: what is measured so far is the result, which is then not complete. */
    public boolean stopped() {
        stopped = stopped || stop.getAsBoolean();
        return stopped;
    }

    /** Whether all numbers of a member are known. */
    public boolean isMeasured(Member member) {
        return measured.containsKey(member);
    }

    /**
     * The budgets that a member satisfies, measuring no more than that takes; a member that satisfies none is refused. Empty when
     * stopped.
     */
    public List<Constraints> admit(Member member, List<Constraints> budgets) {
        List<Constraints> open = new ArrayList<>(budgets);
        for (Metric each : evaluations.metrics().all()) {
            String metric = each.key();
            if (open.stream().flatMap(b -> b.bounds().stream()).anyMatch(b -> b.metric()
                    .equals(metric))) {
                OptionalDouble value = value(member, metric);
                if (value.isEmpty()) {
                    return List.of();
                }
                open.removeIf(budget -> budget.bounds().stream()
                        .anyMatch(b -> b.metric().equals(metric) && !b.holds(value.getAsDouble())));
            }
        }
        if (open.isEmpty() && done.putIfAbsent(member, false) == null) {
            refused++;
            report(member);
        }
        return open;
    }

    /** The member with all numbers; empty when it satisfies none of the budgets, when stopped, or when the task has enough. */
    public Optional<MeasuredMember> measure(Member member, List<Constraints> budgets) {
        return measured.containsKey(member) || !ended() ? measureInPlace(member, budgets) : Optional.empty();
    }

    /** The same in a place that is kept for a budget. */
    private Optional<MeasuredMember> measureInPlace(Member member, List<Constraints> budgets) {
        if (stopped() || admit(member, budgets).isEmpty()) {
            return Optional.empty();
        }
        if (!measured.containsKey(member)) {
            List<String> wanted = metrics(admit(member, task.budgets()));
            for (Metric metric : evaluations.metrics().all()) {
                if (wanted.contains(metric.key()) && value(member, metric.key()).isEmpty()) {
                    return Optional.empty();
                }
            }
            measured.put(member, new MeasuredMember(member, seen.get(member)));
            if (Boolean.FALSE.equals(done.put(member, true))) {
                refused--; // beyond an earlier budget, within this one
            } else {
                report(member);
            }
        }
        return Optional.of(measured.get(member));
    }

    /** How far a member is beyond the budgets: 0 when it satisfies one, at most the number of its bounds. */
    public double violation(Member member) {
        Map<String, Double> values = seen.getOrDefault(member, Map.of());
        return task.budgets().stream()
                .mapToDouble(budget -> budget.bounds().stream()
                        .mapToDouble(bound -> {
                            Double value = values.get(bound.metric());
                            double excess = value == null ? Double.POSITIVE_INFINITY : bound.excess(value);
                            return excess == Double.POSITIVE_INFINITY ? 1 : excess / (1 + excess);
                        })
                        .sum())
                .min()
                .orElse(0);
    }

    /**
     * Members to add so that every budget has one: none where {@code proposed} has one already, otherwise the smallest or the
     * largest member of the space.
     *
     * @throws dev.weft.io.InputException when these exceed a budget too
     */
    public List<Member> extremesFor(List<Member> proposed) {
        Set<Member> added = new LinkedHashSet<>();
        for (Constraints budget : task.budgets()) {
            if (proposed.stream().noneMatch(m -> satisfies(m, budget))) {
                Optional<Member> extreme = List.of(
                                task.space().smallest(), task.space().largest())
                        .stream()
                        .filter(m -> !admit(m, List.of(budget)).isEmpty())
                        .findFirst();
                if (extreme.isEmpty() && !stopped) {
                    throw budget.unmet(
                            seen.entrySet().stream()
                                    .map(e -> new MeasuredMember(e.getKey(), e.getValue()))
                                    .toList(),
                            task.space()::print);
                }
                extreme.ifPresent(added::add);
            }
        }
        return List.copyOf(added);
    }

    private boolean satisfies(Member member, Constraints budget) {
        return budget.hold(new MeasuredMember(member, seen.getOrDefault(member, Map.of())));
    }

    /** The best measured member within a budget, by the first objective; of equals by the next. */
    public Optional<MeasuredMember> best(Constraints budget) {
        MeasuredMember best = null;
        for (MeasuredMember each : measured.values()) {
            if (budget.hold(each) && (best == null || compare(each, best) < 0)) {
                best = each;
            }
        }
        return Optional.ofNullable(best);
    }

    private int compare(MeasuredMember a, MeasuredMember b) {
        return task.objectives().stream()
                .mapToInt(o -> o.compare(a.value(o.metric()), b.value(o.metric())))
                .filter(c -> c != 0)
                .findFirst()
                .orElse(0);
    }

    /** What is measured so far, without looking for more: see {@link #finish}. */
    public SearchResult result() {
        List<MeasuredMember> all = List.copyOf(measured.values());
        List<BestMember> best = new ArrayList<>();
        for (Constraints budget : task.budgets()) {
            best(budget).ifPresent(m -> best.add(new BestMember(budget, m)));
        }
        return new SearchResult(all, ParetoFront.of(task.objectives(), all), best, !stopped);
    }

    /** Empty when stopped. */
    private OptionalDouble value(Member member, String metric) {
        Map<String, Double> values = seen.computeIfAbsent(member, m -> new LinkedHashMap<>());
        if (!values.containsKey(metric)) {
            if (evaluations.known(member, metric).isEmpty()) {
                if (stopped()) {
                    return OptionalDouble.empty();
                }
                fresh.add(member);
            }
            values.put(metric, evaluations.value(member, metric));
        }
        return OptionalDouble.of(values.get(metric));
    }

    private List<String> metrics(List<Constraints> budgets) {
        Set<String> metrics = new LinkedHashSet<>();
        task.objectives().forEach(o -> metrics.add(o.metric()));
        budgets.forEach(budget -> budget.bounds().forEach(b -> metrics.add(b.metric())));
        return List.copyOf(metrics);
    }

    private void report(Member member) {
        freshDone += fresh.contains(member) ? 1 : 0;
        double seconds = (System.nanoTime() - began) / 1e9;
        int total = task.members().isPresent() ? task.members().getAsInt() + refused : Math.max(planned, done.size());
        listener.progress(new SearchProgress(
                done.size(),
                total,
                done.size() - freshDone,
                refused,
                evaluations.metrics().get(task.objectives().get(0).metric(), "Search"),
                best(Constraints.NONE),
                freshDone / seconds * 60,
                freshDone == 0 ? Double.NaN : (total - done.size()) * seconds / freshDone));
    }
}
