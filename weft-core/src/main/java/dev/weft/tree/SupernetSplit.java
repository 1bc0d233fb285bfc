package dev.weft.tree;

import dev.weft.io.InputException;
import dev.weft.recipe.RunSettings;
import dev.weft.recipe.SplitSettings;
import dev.weft.run.RunFolder;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import dev.weft.train.Trainer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Splits one trained supernet: probes its choices one by one, keeping what was found, and parts the options of one of them.
 */
final class SupernetSplit {
    private final RunFolder run;
    private final RunSettings settings;
    private final SplitSettings split;
    private final Space space;
    private final SplitChooser chooser;
    private final GrowingTree tree;
    private final Supernets supernets;
    private final Trainer trainer;
    private final String name;
    private final int level;
    private final TreeListener listener;

    /**
     * @param run of the tree
     * @param settings of the tree
     * @param trainer of the supernet, where its training ended
     * @param name of the supernet
     * @param level of it, from 0
     */
    SupernetSplit(
            RunFolder run,
            RunSettings settings,
            SplitChooser chooser,
            GrowingTree tree,
            Supernets supernets,
            Trainer trainer,
            String name,
            int level,
            TreeListener listener) {
        this.run = run;
        this.settings = settings;
        this.split = settings.recipe().split();
        this.space = settings.recipe().family().space();
        this.chooser = chooser;
        this.tree = tree;
        this.supernets = supernets;
        this.trainer = trainer;
        this.name = name;
        this.level = level;
        this.listener = listener;
    }

    /**
     * Splits it, or keeps it whole where nothing can be split.
     *
     * @param stop asked between choices that are probed
     * @return whether that is done
     */
    boolean split(BooleanSupplier stop) {
        int splits = tree.splits();
        List<String> why = new ArrayList<>();
        List<Choice<?>> candidates =
                chooser.candidates(space.within(tree.node(name).options()), level, why);
        candidates = new ArrayList<>(candidates);
        while (!candidates.isEmpty()) {
            Map<Choice<?>, Partition> partitions = new LinkedHashMap<>();
            List<Choice<?>> probed = chooser.probed(candidates, level, splits);
            for (Choice<?> choice : probed) {
                if (known(choice).isEmpty() && stop.getAsBoolean()) {
                    return false;
                }
                Optional<TreeRecord.Probe> probe = probe(choice, splits, why);
                if (probe.isEmpty()) {
                    candidates.remove(choice);
                } else {
                    partitions.put(choice, chooser.partition(choice, probe.get().matrix(), level, splits));
                }
            }
            if (candidates.isEmpty() || !probed.isEmpty() && partitions.isEmpty()) {
                continue;
            }
            Choice<?> chosen = chooser.choose(candidates, partitions, level, splits);
            int options = chosen.options().size();
            Partition partition = partitions.containsKey(chosen)
                    ? partitions.get(chosen)
                    : chooser.partition(chosen, new double[options][options], level, splits);
            if (become(chosen, partition, why)) {
                return true;
            }
            candidates.remove(chosen);
        }
        keepWhole(why);
        return true;
    }

    private Optional<TreeRecord.Probe> known(Choice<?> choice) {
        return tree.node(name).probes().stream()
                .filter(probe -> probe.choice().equals(choice.name()))
                .findFirst();
    }

    /** The distances of a choice, measured unless they are known; empty where they cannot be. */
    private Optional<TreeRecord.Probe> probe(Choice<?> choice, int splits, List<String> why) {
        Optional<TreeRecord.Probe> known = known(choice);
        if (known.isPresent()) {
            return known;
        }
        long began = System.nanoTime();
        GradientProbe probe = new GradientProbe(
                trainer.family(), settings.recipe().train(), split, (double) trainer.stepsDone() / trainer.steps());
        long seed = supernets.seed(name + "/" + choice.name());
        double[][] distances;
        try {
            distances = probe.distances(choice, choice.options(), trainer.batches(seed), seed);
        } catch (InputException e) {
            why.add(e.getMessage());
            return Optional.empty();
        }
        Partition partition = chooser.partition(choice, distances, level, splits);
        TreeRecord.Probe found = new TreeRecord.Probe(
                choice.name(),
                choice.options().stream().map(Object::toString).toList(),
                TreeRecord.rows(distances),
                partition.groups(),
                partition.within(),
                partition.cut(),
                partition.candidates(),
                (long) split.repeats() * choice.options().size(),
                (System.nanoTime() - began) / 1e9);
        tree.keep(tree.node(name).probed(found));
        listener.probed(name, found);
        return Optional.of(found);
    }

    /** Splits a supernet; leaves it as it is when a child would have no member. */
    private boolean become(Choice<?> choice, Partition partition, List<String> why) {
        List<List<String>> groups = partition.groups().stream()
                .map(group -> group.stream()
                        .map(i -> choice.options().get(i).toString())
                        .toList())
                .toList();
        List<Map<String, List<String>>> children = new ArrayList<>();
        for (List<String> group : groups) {
            Map<String, List<String>> options =
                    new LinkedHashMap<>(tree.node(name).options());
            options.put(choice.name(), group);
            if (!SplitChooser.hasMembers(space, options)) {
                why.add(choice.name() + " cannot split: no member that the space allows has one of " + group);
                return false;
            }
            children.add(options);
        }
        finish(new TreeRecord.Split(choice.name(), groups, text(why)), children);
        return true;
    }

    private void keepWhole(List<String> why) {
        String reason = why.isEmpty() ? "every choice that may be split was split before" : text(why);
        finish(
                new TreeRecord.Split(null, List.of(), reason),
                List.of(tree.node(name).options()));
    }

    private static String text(List<String> why) {
        return why.isEmpty() ? null : String.join("; ", why);
    }

    private void finish(TreeRecord.Split by, List<Map<String, List<String>>> children) {
        List<TreeRecord.Node> nodes = new ArrayList<>();
        for (int i = 0; i < children.size(); i++) {
            nodes.add(new TreeRecord.Node(
                    level == 0 ? Integer.toString(i) : name + "-" + i,
                    name,
                    split.begin(level + 1),
                    split.end(level + 1, tree.record().epochs()),
                    children.get(i),
                    null,
                    List.of(),
                    null));
        }
        tree.keep(tree.node(name).split(by), nodes);
        run.database()
                .event(
                        "split",
                        by.choice() == null
                                ? name + " stays whole: " + by.why()
                                : name + " by " + by.choice() + " into " + by.groups());
        listener.split(name, by);
    }
}
