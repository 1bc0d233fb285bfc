package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.CountedCosts;
import dev.weft.cost.MemberCosts;
import dev.weft.metric.Metric;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
import dev.weft.search.Objective;
import dev.weft.search.RandomSearch;
import dev.weft.search.SearchTask;
import dev.weft.search.UnmetBudgetException;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cheapest member by a count, which a search finds by single changes, against many others of real spaces. */
class ReachTest {
    private static final int MEMBERS = 300;

    static List<ModelDefinition> models() {
        return List.of(
                TinyModels.mobileCnn(),
                TinyModels.visionTransformer(),
                TinyModels.languageModel(),
                TinyModels.mobileOperations(),
                TinyModels.cellNetwork());
    }

    @ParameterizedTest
    @MethodSource("models")
    void noOtherMemberIsCheaperThanTheOneThatABudgetIsRefusedFor(ModelDefinition model) {
        Space space = model.space();
        Set<Member> members = new HashSet<>(Set.of(space.smallest(), space.largest()));
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < MEMBERS; i++) {
            Member member = space.sample(random);
            members.add(member);
            // Also near the cheap end, where draws are rare.
            members.add(space.canonical(space.mutate(space.smallest(), 0.15, random)));
        }
        try (CountedCosts costs = new CountedCosts(model)) {
            for (String metric : MemberCosts.METRICS) {
                double least = extreme(costs, members, metric, Math::min);
                double most = extreme(costs, members, metric, Math::max);
                assertThatThrownBy(() -> search(costs, space, metric + "<=" + (least * 0.2 - 1)))
                        .isInstanceOf(UnmetBudgetException.class)
                        .hasMessageContaining("cannot be reached");
                assertThatThrownBy(() -> search(costs, space, metric + ">=" + (most * 5)))
                        .isInstanceOf(UnmetBudgetException.class)
                        .hasMessageContaining("cannot be reached");
                assertThatCode(() -> search(costs, space, metric + "<=" + least))
                        .doesNotThrowAnyException();
                assertThatCode(() -> search(costs, space, metric + ">=" + most)).doesNotThrowAnyException();
            }
        }
    }

    private static double extreme(CountedCosts costs, Set<Member> members, String metric, DoubleBinaryOperator of) {
        return members.stream()
                .mapToDouble(member -> costs.of(member).value(metric))
                .reduce(of)
                .orElseThrow();
    }

    private static void search(CountedCosts costs, Space space, String budget) {
        Evaluator counts = new Evaluator() {
            @Override
            public List<Metric> metrics() {
                return List.of(Metric.PARAMS, Metric.MACS, Metric.BYTES);
            }

            @Override
            public boolean isCounted(String metric) {
                return true;
            }

            @Override
            public Map<String, Double> measure(Member member, String metric) {
                return Map.of(metric, (double) costs.of(member).value(metric));
            }
        };
        new RandomSearch(1, 1)
                .search(
                        new SearchTask(space, List.of(Objective.of("params")), Constraints.parse(budget), 1),
                        Evaluations.inMemory(counts));
    }
}
