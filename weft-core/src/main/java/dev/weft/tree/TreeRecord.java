package dev.weft.tree;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has become of a tree of supernets so far: the file {@value #FILE} of its run, written whole after every supernet that was
 * trained, every choice that was probed and every split.
 *
 * @param epochs of the recipe
 * @param nodes in the order in which they came to be, the root first
 */
public record TreeRecord(int formatVersion, int epochs, List<Node> nodes) {
    /** Its name in the folder of a run. */
    public static final String FILE = "tree.json";

    static final int FORMAT_VERSION = 1;

    /**
     * A supernet.
     *
     * @param name {@code root}, or where it lies: {@code 0-1} is the second child of the first child of the root
     * @param parent its name; empty for the root
     * @param fromEpoch with which its training began
     * @param toEpoch with which it ends
     * @param options that its members may pick, by choice; choices that are absent keep all of theirs
     * @param training what it took; absent until it is done
     * @param probes of its choices, as far as they are done
     * @param split what it split by; absent for a leaf, and while it is not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Node(
            String name,
            String parent,
            int fromEpoch,
            int toEpoch,
            Map<String, List<String>> options,
            Training training,
            List<Probe> probes,
            Split split) {
        public Node {
            options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
            probes = List.copyOf(probes);
        }

        Node trained(Training by) {
            return new Node(name, parent, fromEpoch, toEpoch, options, by, probes, split);
        }

        Node probed(Probe next) {
            List<Probe> all = new ArrayList<>(probes);
            all.add(next);
            return new Node(name, parent, fromEpoch, toEpoch, options, training, all, split);
        }

        Node split(Split by) {
            return new Node(name, parent, fromEpoch, toEpoch, options, training, probes, by);
        }
    }

    /**
     * What the training of a supernet took, without what its parent had done.
     *
     * @param steps of the optimiser
     * @param passes forward and backward
     */
    public record Training(long steps, long passes, double seconds) {}

    /**
     * The distances between the options of a choice, in one supernet.
     *
     * @param options as they print: rows and columns
     * @param distances symmetric, (options, options)
     * @param groups the best partition, as positions of options
     * @param within summed over pairs inside groups
     * @param cut summed over the pairs that are parted
     * @param candidates partitions that were compared
     * @param passes forward and backward
     */
    public record Probe(
            String choice,
            List<String> options,
            List<List<Double>> distances,
            List<List<Integer>> groups,
            double within,
            double cut,
            long candidates,
            long passes,
            double seconds) {
        /** The distances as rows of numbers. */
        public double[][] matrix() {
            return distances.stream()
                    .map(row -> row.stream().mapToDouble(Double::doubleValue).toArray())
                    .toArray(double[][]::new);
        }
    }

    /**
     * A supernet's split.
     *
     * @param choice that it split; absent where it stays whole
     * @param groups of options as they print, one for each child
     * @param why it stays whole, or which choices could not be split; absent for no remark
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Split(String choice, List<List<String>> groups, String why) {}

    static List<List<Double>> rows(double[][] matrix) {
        return Arrays.stream(matrix)
                .map(row -> Arrays.stream(row).boxed().toList())
                .toList();
    }

    static TreeRecord begin(int epochs, int end) {
        return new TreeRecord(
                FORMAT_VERSION, epochs, List.of(new Node("root", "", 0, end, Map.of(), null, List.of(), null)));
    }

    public TreeRecord {
        if (nodes == null || nodes.isEmpty()) {
            throw new InputException("a tree must have nodes");
        }
        nodes = List.copyOf(nodes);
    }

    /** The tree of the run in {@code folder}; empty where there is none. */
    public static Optional<TreeRecord> of(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        TreeRecord tree = Json.read(file, TreeRecord.class);
        if (tree.formatVersion != FORMAT_VERSION) {
            throw new InputException(file + " must have formatVersion " + FORMAT_VERSION + ", but has "
                    + tree.formatVersion + ". Use the version of Weft that wrote it.");
        }
        return Optional.of(tree);
    }

    void write(Path folder) {
        AtomicFile.writeText(folder.resolve(FILE), Json.write(this));
    }

    TreeRecord with(Node changed) {
        List<Node> all = new ArrayList<>(nodes);
        all.replaceAll(node -> node.name().equals(changed.name()) ? changed : node);
        return new TreeRecord(formatVersion, epochs, all);
    }

    TreeRecord with(List<Node> children) {
        List<Node> all = new ArrayList<>(nodes);
        all.addAll(children);
        return new TreeRecord(formatVersion, epochs, all);
    }

    /** The node of a name. */
    public Node node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + name + "\" is no node of the tree"));
    }

    /** The nodes that no other came from. */
    public List<Node> leaves() {
        return nodes.stream()
                .filter(node -> nodes.stream().noneMatch(other -> other.parent().equals(node.name())))
                .toList();
    }

    /** The epochs that were trained, summed over supernets. */
    public long supernetEpochs() {
        return nodes.stream()
                .filter(node -> node.training() != null)
                .mapToLong(node -> node.toEpoch() - node.fromEpoch())
                .sum();
    }
}
