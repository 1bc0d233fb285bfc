package dev.weft.cost;

import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Suggest;
import dev.weft.io.Yaml;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * A latency that is a sum: a base and a number for every option of every choice, in milliseconds. An approximation that is
 * differentiable, as measured latency is not. As a file:
 *
 * <pre>
 * base: 0.8
 * choices:
 *   depth: {12: 0, 13: 0.31, 14: 0.64}
 *   block14.numHeads: {3: 0, 4: 0.05}
 * </pre>
 *
 * <p>The number of a choice that means nothing for a member (its block does not run) is not counted. Widths multiply, so a sum
 * fits narrow spaces better than wide ones: {@link LatencyFit} says how well. Holds no native memory.
 */
public final class LatencyTable implements DifferentiableCost {
    private final Document document;
    private final TableSum sum;

    private static final int FORMAT_VERSION = 1;

    /**
     * The table as it is written.
     *
     * @param formatVersion {@code null} when it is written by hand and leaves it out
     * @param choices the numbers by choice and option, in the text that members print
     */
    record Document(Integer formatVersion, double base, Map<String, Map<String, Double>> choices) {
        Document(double base, Map<String, Map<String, Double>> choices) {
            this(FORMAT_VERSION, base, choices);
        }
    }

    LatencyTable(Space space, Document document, String where) {
        if (document.formatVersion != null && document.formatVersion != FORMAT_VERSION) {
            throw new InputException(where + " must have formatVersion " + FORMAT_VERSION + ", but has "
                    + document.formatVersion + ". Use the version of Weft that wrote it.");
        }
        this.document = document;
        Map<String, Map<String, Double>> given = document.choices == null ? Map.of() : document.choices;
        List<String> names = space.choices().stream().map(Choice::name).toList();
        checkNames("choice", given, names, where, "of space \"" + space.name() + "\"");
        List<CostTable> tables = new ArrayList<>(List.of(new CostTable(List.of(), document.base)));
        for (Choice<?> choice : space.choices()) {
            Map<String, Double> millis = given.get(choice.name());
            List<String> options =
                    choice.options().stream().map(Object::toString).toList();
            checkNames("option", millis, options, where, "of " + choice.name());
            tables.add(table(space, choice, options.stream().map(millis::get).toList()));
        }
        sum = new TableSum(tables);
    }

    private static void checkNames(String what, Map<String, ?> given, List<String> known, String where, String of) {
        for (String name : given.keySet()) {
            if (!known.contains(name)) {
                throw new InputException(where + ": " + name + " is no " + what + " " + of + ". Known: "
                        + String.join(", ", known) + "." + Suggest.nearest(name, known));
            }
        }
        List<String> missing =
                known.stream().filter(name -> given.get(name) == null).toList();
        if (!missing.isEmpty()) {
            throw new InputException(where + ": every " + what + " " + of + " must be given, but "
                    + String.join(", ", missing) + " is missing.");
        }
    }

    /** A conditional choice counts only with an option of its controller that makes it mean something; a switched one has off for that. */
    private static CostTable table(Space space, Choice<?> choice, List<Double> millis) {
        if (!choice.isConditional() || choice.isSwitched()) {
            return new CostTable(
                    List.of(choice),
                    millis.stream().mapToDouble(Double::doubleValue).toArray());
        }
        Choice<?> controller = controller(space, choice);
        return new CostTable(
                List.of(controller, choice),
                controller.options().stream()
                        .flatMapToDouble(
                                option -> millis.stream().mapToDouble(value -> choice.isActiveWith(option) ? value : 0))
                        .toArray());
    }

    /** What a conditional choice depends on. */
    static Choice<?> controller(Space space, Choice<?> choice) {
        return space.choices().stream()
                .filter(other -> other.name().equals(choice.controller()))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Reads a table for {@code space} from a YAML file, or JSON where its name ends so.
     *
     * @throws InputException when it is no table, or not of exactly the choices and options of the space
     */
    public static LatencyTable read(Path file, Space space) {
        Document document = isJson(file) ? Json.read(file, Document.class) : Yaml.read(file, Document.class);
        return new LatencyTable(space, document, file.toString());
    }

    /** Writes the table as {@link #read} reads it. */
    public void write(Path file) {
        AtomicFile.writeText(file, isJson(file) ? Json.write(document) : Yaml.write(document));
    }

    private static boolean isJson(Path file) {
        return file.toString().endsWith(".json");
    }

    @Override
    public Tensor expected(Function<Choice<?>, Tensor> distribution) {
        return sum.expected(distribution);
    }

    @Override
    public double exact(Member member) {
        return sum.at(member);
    }
}
