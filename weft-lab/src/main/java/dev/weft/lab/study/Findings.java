package dev.weft.lab.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What was measured, of every arm at every budget with every seed: what claims are judged by and pages are made of. */
public final class Findings {
    private final StudyFolder folder;
    private final List<Integer> budgets;
    private final List<Long> seeds;
    private final Map<Integer, List<Arm>> arms;
    private final Map<Integer, Map<String, Map<Long, ArmResult>>> results = new LinkedHashMap<>();

    Findings(StudyFolder folder, List<Integer> budgets, List<Long> seeds, Map<Integer, List<Arm>> arms) {
        this.folder = folder;
        this.budgets = List.copyOf(budgets);
        this.seeds = List.copyOf(seeds);
        this.arms = new LinkedHashMap<>(arms);
    }

    void add(ArmResult result) {
        results.computeIfAbsent(result.epochs(), e -> new LinkedHashMap<>())
                .computeIfAbsent(result.arm(), a -> new TreeMap<>())
                .put(result.seed(), result);
    }

    /** The values, in ascending order. */
    public List<Integer> budgets() {
        return budgets;
    }

    /** The largest budget: what a study says of a claim as a whole, it says of this. */
    public int largestBudget() {
        return budgets.get(budgets.size() - 1);
    }

    public List<Long> seeds() {
        return seeds;
    }

    /** The arms at a budget, in the order of the table. */
    public List<Arm> arms(int epochs) {
        return arms.get(epochs);
    }

    /** The values at a budget, for claims. */
    public Values at(int epochs) {
        return (arm, key) -> values(epochs, arm, key);
    }

    /** One value a seed, of seeds that have one: none where the arm was not run or does not measure it. */
    public Map<Long, Double> values(int epochs, String arm, String key) {
        Map<Long, Double> values = new TreeMap<>();
        of(epochs, arm).forEach((seed, result) -> {
            Double value = result.values().get(key);
            if (value != null && Double.isFinite(value)) {
                values.put(seed, value);
            }
        });
        return values;
    }

    /** The same in the order of the seeds. */
    public List<Double> list(int epochs, String arm, String key) {
        return List.copyOf(values(epochs, arm, key).values());
    }

    Map<Long, ArmResult> of(int epochs, String arm) {
        return results.getOrDefault(epochs, Map.of()).getOrDefault(arm, Map.of());
    }

    /** A document that {@link Trial#once} has kept; none where that arm was not run. */
    public <T> Optional<T> kept(int epochs, long seed, String name, Class<T> type) {
        return folder.kept(epochs, seed).document(name, type);
    }

    /** The same of the largest budget and the first seed, for pictures of one. */
    public <T> Optional<T> shown(String name, Class<T> type) {
        return kept(largestBudget(), seeds.get(0), name, type);
    }

    /** The same of every seed that has it, at a budget. */
    public <T> List<T> kept(int epochs, String name, Class<T> type) {
        List<T> all = new ArrayList<>();
        seeds.forEach(seed -> kept(epochs, seed, name, type).ifPresent(all::add));
        return all;
    }
}
