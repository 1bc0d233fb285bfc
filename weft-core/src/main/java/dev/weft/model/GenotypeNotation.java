package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Notation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Cells as DARTS (Liu et al. 2019) writes a genotype, and the papers after it: for each node the edges that it keeps, each as its operation
 * and the node that it comes from.
 *
 * <pre>
 *   Genotype(normal=[('sep_conv_3x3',0),('skip_connect',1),…],normal_concat=[2,3,4,5],reduce=[…],reduce_concat=[2,3,4,5])
 * </pre>
 *
 * <p>What is read may have blanks, other quotes, the edges of a node in any order, and {@code range(2, 6)} for the nodes of the output.
 *
 * @param graphs of normal and reduction cells, as far as there are such; each keeps some of its edges
 */
record GenotypeNotation(List<CellGraph> graphs) implements Notation {
    private static final Pattern EDGE = Pattern.compile("\\('(\\w+)',(\\d)\\)");

    GenotypeNotation {
        graphs = List.copyOf(graphs);
    }

    /** The name of a kind of cells in a genotype. */
    private static String key(CellGraph graph) {
        return graph.prefix().startsWith("red") ? "reduce" : "normal";
    }

    private static String concatenated(CellGraph graph) {
        return IntStream.range(graph.inputs(), graph.nodes())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(",", "[", "]"));
    }

    private String written(List<String> edges) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < edges.size(); i++) {
            CellGraph graph = graphs.get(i);
            parts.add(key(graph) + "=[" + edges.get(i) + "]," + key(graph) + "_concat=" + concatenated(graph));
        }
        return "Genotype(" + String.join(",", parts) + ")";
    }

    @Override
    public String form() {
        return written(graphs.stream().map(graph -> "('op',0),('op',1),…").toList());
    }

    @Override
    public boolean matches(String text) {
        return text.startsWith("Genotype(");
    }

    @Override
    public int end(String text) {
        int open = 0;
        for (int i = 0; i < text.length(); i++) {
            open += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
            if (open == 0 && text.charAt(i) == ')') {
                return i + 1;
            }
        }
        return text.length();
    }

    @Override
    public String print(Member member) {
        List<String> edges = new ArrayList<>();
        for (CellGraph graph : graphs) {
            List<String> kept = new ArrayList<>();
            for (int node = graph.inputs(); node < graph.nodes(); node++) {
                for (int from = 0; from < node; from++) {
                    String operation = member.value(graph.edge(node, from));
                    if (!operation.equals(CellOperation.NONE.published())) {
                        kept.add("('" + operation + "'," + from + ")");
                    }
                }
            }
            edges.add(String.join(",", kept));
        }
        return written(edges);
    }

    @Override
    public Map<String, String> parse(String text) {
        String compact = text.replaceAll("\\s", "").replace('"', '\'').replaceAll(",([)\\]])", "$1");
        Map<String, String> picked = new LinkedHashMap<>();
        List<String> read = new ArrayList<>();
        for (CellGraph graph : graphs) {
            Matcher list =
                    Pattern.compile("[(,]" + key(graph) + "=\\[(.*?)\\],").matcher(compact);
            String edges = list.find() ? list.group(1) : "";
            read.add(edges);
            compact = compact.replace(
                    key(graph) + "_concat=range(" + graph.inputs() + "," + graph.nodes() + ")",
                    key(graph) + "_concat=" + concatenated(graph));
            pick(graph, edges, text, picked);
        }
        if (!written(read).equals(compact)) {
            throw malformed(text);
        }
        return picked;
    }

    private InputException malformed(String text) {
        return new InputException("A genotype must be written as " + form() + ", but got \"" + text + "\".");
    }

    private void pick(CellGraph graph, String edges, String text, Map<String, String> picked) {
        List<String> operations = new ArrayList<>();
        List<Integer> sources = new ArrayList<>();
        Matcher edge = EDGE.matcher(edges);
        while (edge.find()) {
            operations.add(edge.group(1));
            sources.add(Integer.parseInt(edge.group(2)));
        }
        if (!edges.equals(IntStream.range(0, operations.size())
                .mapToObj(i -> "('" + operations.get(i) + "'," + sources.get(i) + ")")
                .collect(Collectors.joining(",")))) {
            throw malformed(text);
        }
        int next = 0;
        for (int node = graph.inputs(); node < graph.nodes(); node++) {
            int end = next + Math.min(graph.kept(), node);
            List<Integer> from = end > sources.size() ? List.of() : sources.subList(next, end);
            if (from.stream().distinct().count() != end - next || from.get(from.size() - 1) >= node) {
                throw new InputException("A genotype must have edges from " + (end - next)
                        + " nodes before it into node " + node + " of its " + key(graph) + " cell, but has them from "
                        + from + " in \"" + text + "\".");
            }
            put(
                    graph.sourcesChoice(node),
                    CellGraph.option(from.stream().sorted().toList()),
                    picked,
                    text);
            for (int source = 0; source < node; source++) {
                int place = from.indexOf(source);
                put(
                        graph.edge(node, source),
                        place < 0 ? CellOperation.NONE.published() : operations.get(next + place),
                        picked,
                        text);
            }
            next = end;
        }
        if (next != sources.size()) {
            throw malformed(text);
        }
    }

    private static void put(Choice<String> choice, String option, Map<String, String> picked, String text) {
        if (!choice.options().contains(option)) {
            throw new InputException("Genotype \"" + text + "\": " + choice.name() + " must be one of "
                    + choice.options() + ", but got " + option + "." + Suggest.nearest(option, choice.options()));
        }
        if (choice.options().size() > 1) {
            picked.put(choice.name(), option);
        }
    }
}
