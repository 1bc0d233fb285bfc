package dev.weft.cost;

import dev.weft.io.InputException;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A latency table and how well it tells the latencies it was made from. It tells less of other members: compare some that were
 * left out.
 *
 * @param table the table
 * @param members how many it was made from
 * @param rSquared 1 - Σ (measured - told)² / Σ (measured - mean)²: 1 is perfect, 0 no better than the mean
 * @param maxErrorMillis the largest difference
 */
public record LatencyFit(LatencyTable table, int members, double rSquared, double maxErrorMillis) {
    /**
     * The table whose squared differences from measured latencies are smallest. The first option of every choice gets 0: what all
     * members share is in the base.
     *
     * @param millis measured latencies, of more members than the table has numbers
     * @throws InputException when the members are too few or too alike to tell every option's part
     */
    public static LatencyFit of(Space space, Map<Member, Double> millis) {
        List<Member> members = List.copyOf(millis.keySet());
        List<Option> unknowns = unknowns(space);
        if (members.size() <= unknowns.size()) {
            throw new InputException("A latency table of space \"" + space.name() + "\" must be made from more than "
                    + unknowns.size() + " measured members, but got " + members.size() + ". Measure more.");
        }
        millis.forEach((member, value) -> {
            if (!Double.isFinite(value)) {
                throw new InputException("Every measured latency must be a finite number, but of \"" + member
                        + "\" it is " + value + ".");
            }
        });
        double[][] x = members.stream()
                .map(member -> unknowns.stream()
                        .mapToDouble(o -> o.counts(member) ? 1 : 0)
                        .toArray())
                .toArray(double[][]::new);
        double[] y = members.stream().mapToDouble(millis::get).toArray();
        LeastSquares squares = new LeastSquares(x, y);
        if (squares.dependent().isPresent()) {
            Option option = unknowns.get(squares.dependent().getAsInt());
            throw new InputException(
                    "The measured members must differ in every choice on its own, but they do not tell " + "what "
                            + option + " adds. Measure more members with it and without.");
        }
        LatencyTable table = table(space, unknowns, squares.coefficients());
        double mean = IntStream.range(0, y.length).mapToDouble(i -> y[i]).sum() / y.length;
        double spread = 0;
        double unexplained = 0;
        double largest = 0;
        for (int i = 0; i < y.length; i++) {
            double error = y[i] - table.exact(members.get(i));
            spread += (y[i] - mean) * (y[i] - mean);
            unexplained += error * error;
            largest = Math.max(largest, Math.abs(error));
        }
        return new LatencyFit(table, y.length, spread == 0 ? 1 : 1 - unexplained / spread, largest);
    }

    /** An option whose number is to be found; the base has no choice. */
    private record Option(Choice<?> controller, Choice<?> choice, Object option) {
        boolean counts(Member member) {
            return choice == null
                    || member.value(choice).equals(option)
                            && (controller == null || choice.isActiveWith(member.value(controller)));
        }

        @Override
        public String toString() {
            return choice == null ? "the base" : choice.name() + "=" + option;
        }
    }

    private static List<Option> unknowns(Space space) {
        List<Option> unknowns = new ArrayList<>(List.of(new Option(null, null, null)));
        for (Choice<?> choice : space.choices()) {
            Choice<?> controller = choice.isConditional() ? LatencyTable.controller(space, choice) : null;
            choice.options().stream().skip(1).forEach(option -> unknowns.add(new Option(controller, choice, option)));
        }
        return unknowns;
    }

    private static LatencyTable table(Space space, List<Option> unknowns, double[] numbers) {
        Map<String, Map<String, Double>> choices = new LinkedHashMap<>();
        space.choices()
                .forEach(choice -> choices.put(
                        choice.name(),
                        new LinkedHashMap<>(
                                Collections.singletonMap(choice.smallest().toString(), 0.0))));
        for (int i = 1; i < numbers.length; i++) {
            Option unknown = unknowns.get(i);
            choices.get(unknown.choice.name()).put(unknown.option.toString(), numbers[i]);
        }
        return new LatencyTable(space, new LatencyTable.Document(numbers[0], choices), "The latency table");
    }
}
