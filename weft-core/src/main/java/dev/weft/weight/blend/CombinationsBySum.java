package dev.weft.weight.blend;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The combinations of one number from each of several falling lists, by falling sum: for each the places in the lists. A next one
 * differs from one that was given already by a single step in a single list, so only those wait.
 */
final class CombinationsBySum implements Iterator<List<Integer>> {
    private record Combination(List<Integer> places, double sum) {}

    private final List<List<Double>> lists;
    private final PriorityQueue<Combination> waiting =
            new PriorityQueue<>(Comparator.comparingDouble(combination -> -combination.sum));
    private final Set<List<Integer>> seen = new HashSet<>();

    /** @param lists one number or more each, falling */
    CombinationsBySum(List<List<Double>> lists) {
        this.lists = lists;
        offer(Collections.nCopies(lists.size(), 0));
    }

    private void offer(List<Integer> places) {
        if (seen.add(places)) {
            double sum = 0;
            for (int i = 0; i < places.size(); i++) {
                sum += lists.get(i).get(places.get(i));
            }
            waiting.add(new Combination(places, sum));
        }
    }

    @Override
    public boolean hasNext() {
        return !waiting.isEmpty();
    }

    @Override
    public List<Integer> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        List<Integer> places = waiting.poll().places;
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i) + 1 < lists.get(i).size()) {
                List<Integer> further = new ArrayList<>(places);
                further.set(i, places.get(i) + 1);
                offer(List.copyOf(further));
            }
        }
        return places;
    }
}
