package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import io.jenetics.Alterer;
import io.jenetics.AltererResult;
import io.jenetics.Genotype;
import io.jenetics.IntegerChromosome;
import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.engine.Engine;
import io.jenetics.ext.moea.ElementComparator;
import io.jenetics.ext.moea.ElementDistance;
import io.jenetics.ext.moea.NSGA2Selector;
import io.jenetics.ext.moea.UFTournamentSelector;
import io.jenetics.util.ISeq;
import io.jenetics.util.IntRange;
import io.jenetics.util.RandomRegistry;
import io.jenetics.util.Seq;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Multi-objective evolution (Deb et al. 2002, NSGA-II): of parents and children the least dominated survive, of equals the least
 * crowded. Members beyond every budget are dominated by all others, the more the further they are beyond (Deb's rule); a second copy of
 * a member is dominated by them too. The first population holds the smallest and the largest member.
 *
 * <p>Measures at most {@code population * (generations + 2)} members, or as many as the task says.
 *
 * @param population that survives a generation, at least 2; when left out, 32
 * @param generations when left out, 20
 * @param crossoverProbability that a child has two parents; when left out, 0.9
 * @param mutationProbability that a decision of a child is redrawn; when left out, 0.1
 */
public record Nsga2(Integer population, Integer generations, Double crossoverProbability, Double mutationProbability)
        implements SearchSettings {
    public Nsga2 {
        population = population == null ? 32 : population;
        generations = generations == null ? 20 : generations;
        crossoverProbability = crossoverProbability == null ? 0.9 : crossoverProbability;
        mutationProbability = mutationProbability == null ? 0.1 : mutationProbability;
        if (population < 2
                || generations < 1
                || !(crossoverProbability >= 0 && crossoverProbability <= 1)
                || !(mutationProbability >= 0 && mutationProbability <= 1)) {
            throw new InputException(
                    "NSGA-II must have a population of 2 or more, 1 or more generations and probabilities of 0"
                            + " to 1, but got population=" + population + ", generations=" + generations
                            + ", crossoverProbability=" + crossoverProbability + ", mutationProbability="
                            + mutationProbability
                            + ".");
        }
    }

    public Nsga2(int population, int generations) {
        this(population, generations, null, null);
    }

    public Nsga2() {
        this(null, null, null, null);
    }

    @Override
    public Nsga2 suiting(int members) {
        int size = Math.max(2, Math.min(32, members / 6));
        return new Nsga2(size, Math.max(1, members / size - 2), crossoverProbability, mutationProbability);
    }

    @Override
    public SearchResult search(
            SearchTask task, Evaluations evaluations, SearchListener listener, BooleanSupplier stop) {
        Candidates candidates = new Candidates(task, evaluations, listener, stop);
        candidates.checkReach();
        if (task.space().choices().isEmpty()) {
            candidates.measure(task.space().smallest(), task.budgets());
        } else {
            evolve(task, candidates);
        }
        return candidates.finish(RandomStream.SEARCH.random(task.seed(), 1));
    }

    /** The number of generations: as many as the members that the task wants may take, because children are often known. */
    private int generations(SearchTask task) {
        return task.members().isPresent() ? 4 * task.members().getAsInt() / population + 4 : generations;
    }

    private void evolve(SearchTask task, Candidates candidates) {
        Space space = task.space();
        int last = generations(task);
        Ranking ranking = new Ranking(task, candidates, population * (last + 2));
        // Survivors are chosen from parents and children together when half of a population twice as large survives.
        Engine<IntegerGene, Fitness> engine = new Engine.Builder<IntegerGene, Fitness>(
                        ranking::rank, () -> encode(space, space.sample(RandomRegistry.random())))
                .populationSize(2 * population)
                .offspringSize(population)
                .survivorsSelector(new NSGA2Selector<>(
                        Fitness::compareDominance, Fitness.COMPARATOR, Fitness.DISTANCE, f -> f.utilities.size()))
                .offspringSelector(new UFTournamentSelector<>(
                        Fitness::compareDominance, Fitness.COMPARATOR, Fitness.DISTANCE, f -> f.utilities.size()))
                .alterers(children(space))
                .maximalPhenotypeAge(last + 2L)
                .executor(Runnable::run)
                .build();
        List<Genotype<IntegerGene>> extremes = Stream.of(space.smallest(), space.largest())
                .map(m -> encode(space, m))
                .toList();
        try {
            RandomRegistry.with(RandomStream.SEARCH.random(task.seed()), random -> engine.stream(extremes)
                    .limit(result -> !candidates.ended())
                    .limit(last)
                    .count());
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private Alterer<IntegerGene, Fitness> children(Space space) {
        return (parents, generation) -> {
            RandomGenerator random = RandomRegistry.random();
            List<Phenotype<IntegerGene, Fitness>> children = new ArrayList<>();
            for (Phenotype<IntegerGene, Fitness> parent : parents) {
                Member child = decode(space, parent.genotype());
                if (random.nextDouble() < crossoverProbability) {
                    Phenotype<IntegerGene, Fitness> other = parents.get(random.nextInt(parents.size()));
                    child = space.cross(child, decode(space, other.genotype()), random);
                }
                child = space.mutate(child, mutationProbability, random);
                children.add(Phenotype.of(encode(space, child), generation));
            }
            return new AltererResult<>(ISeq.of(children), children.size());
        };
    }

    private static Genotype<IntegerGene> encode(Space space, Member member) {
        List<Integer> indices = space.encode(member);
        List<IntegerChromosome> chromosomes = new ArrayList<>();
        for (int i = 0; i < indices.size(); i++) {
            IntRange options = IntRange.of(0, space.choices().get(i).options().size());
            chromosomes.add(IntegerChromosome.of(IntegerGene.of(indices.get(i), options)));
        }
        return Genotype.of(chromosomes);
    }

    private static Member decode(Space space, Genotype<IntegerGene> genotype) {
        return space.decode(genotype.stream().map(c -> c.gene().allele()).toList());
    }

    /** Gives every individual of a population its fitness, measuring a member once. */
    private static final class Ranking {
        private final SearchTask task;
        private final Candidates candidates;
        private final Map<Member, Fitness> known = new HashMap<>();
        private int remaining;

        Ranking(SearchTask task, Candidates candidates, int remaining) {
            this.task = task;
            this.candidates = candidates;
            this.remaining = remaining;
        }

        ISeq<Phenotype<IntegerGene, Fitness>> rank(Seq<Phenotype<IntegerGene, Fitness>> individuals) {
            Set<Member> present = new HashSet<>();
            return individuals
                    .map(individual -> {
                        Member member = decode(task.space(), individual.genotype());
                        if (individual.nonEvaluated()) {
                            candidates.expect(remaining--);
                        }
                        Fitness own = known.computeIfAbsent(member, this::fitness);
                        return individual.withFitness(present.add(member) ? own : own.ofDuplicate());
                    })
                    .asISeq();
        }

        private Fitness fitness(Member member) {
            return candidates
                    .measure(member, task.budgets())
                    .map(m -> new Fitness(
                            0,
                            task.objectives().stream()
                                    .map(o -> o.utility(m.value(o.metric())))
                                    .toList()))
                    .orElseGet(() -> new Fitness(
                            // Positive also where a stop left the member unmeasured.
                            Math.max(Double.MIN_NORMAL, candidates.violation(member)),
                            task.objectives().stream().map(o -> 0.0).toList()));
        }
    }

    /**
     * What selection sees of a member.
     *
     * @param violation 0 within a budget; otherwise how far beyond, and utilities are 0
     * @param utilities of the objectives, more is better
     */
    private record Fitness(double violation, List<Double> utilities) implements Comparable<Fitness> {
        static final ElementComparator<Fitness> COMPARATOR =
                (a, b, i) -> Double.compare(a.utilities.get(i), b.utilities.get(i));
        static final ElementDistance<Fitness> DISTANCE = (a, b, i) -> a.utilities.get(i) - b.utilities.get(i);
        private static final double DUPLICATE = 1e6;

        Fitness ofDuplicate() {
            return new Fitness(
                    DUPLICATE + violation, utilities.stream().map(u -> 0.0).toList());
        }

        /** Positive when this dominates. */
        int compareDominance(Fitness other) {
            int feasible = Double.compare(other.violation, violation);
            if (feasible != 0) {
                return feasible;
            }
            boolean better = false;
            boolean worse = false;
            for (int i = 0; i < utilities.size(); i++) {
                int order = COMPARATOR.compare(this, other, i);
                better |= order > 0;
                worse |= order < 0;
            }
            return better == worse ? 0 : better ? 1 : -1;
        }

        /** Jenetics wants an order too, for statistics that are not read: by the first objective. */
        @Override
        public int compareTo(Fitness other) {
            int feasible = Double.compare(other.violation, violation);
            return feasible != 0 ? feasible : COMPARATOR.compare(this, other, 0);
        }
    }
}
