package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.CountedCosts;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
import dev.weft.search.Objective;
import dev.weft.search.ProposedSearch;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchTask;
import dev.weft.space.Member;
import dev.weft.weight.generator.GeneratedWeights;
import dev.weft.weight.generator.MemberGenerator;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An untrained generator that follows its target all the same: its heads read nothing but the target, larger for larger. */
class GeneratedMembersTest {
    private final Family family = Family.of(
            TinyModels.visionTransformer(),
            2,
            List.of(new MemberGenerator("macs", 16, null, MemberGenerator.View.SLICE)));
    private final CountedCosts costs = new CountedCosts(family.definition());
    private final double least = costs.of(family.space().smallest()).value("macs");
    private final double most = costs.of(family.space().largest()).value("macs");

    @BeforeEach
    void followTheTarget() {
        try (NoGradGuard guard = new NoGradGuard()) {
            family.weights().tensors().forEach((name, tensor) -> {
                if (name.startsWith(GeneratedWeights.PARAMETERS)) {
                    tensor.zero_();
                    if (name.endsWith("embed.weight")) {
                        tensor.select(1, 0).fill_(new Scalar(1)); // h rises with the target
                    } else if (name.endsWith("weight_ih")) {
                        tensor.fill_(new Scalar(0.2));
                    } else if (name.contains("heads") && name.endsWith("weight")) {
                        tensor.select(0, tensor.size(0) - 1).fill_(new Scalar(1));
                    } else if (name.contains("heads") && name.endsWith("bias")) {
                        tensor.select(0, 0).fill_(new Scalar(8));
                    }
                }
            });
        }
    }

    @AfterEach
    void close() {
        costs.close();
        family.close();
    }

    private double macs(Member member) {
        return costs.of(member).value("macs");
    }

    @Test
    void aMemberThatCostsTooMuchIsReplacedByOneOfALowerTarget() {
        GeneratedWeights generator = family.strategy(GeneratedWeights.class).orElseThrow();
        try (GeneratedMembers members = new GeneratedMembers(family)) {
            assertThat(members.metric()).isEqualTo("macs");
            double budget = least + 0.9 * (most - least);
            Member first = generator.strongest(0.9);
            assertThat(macs(first)).as("overshoots").isGreaterThan(budget);
            Member member = members.within(budget).orElseThrow();
            assertThat(macs(member)).isLessThanOrEqualTo(budget);
            assertThat(members.within(budget)).contains(member);
            assertThat(members.within(least - 1)).isEmpty();
            assertThat(members.within(most)).contains(family.space().largest());
        }
    }

    @Test
    void withoutABoundOnItsMetricItProposesMembersOverTheWholeRange() {
        try (GeneratedMembers members = new GeneratedMembers(family)) {
            List<Member> all = members.proposals(Constraints.parse("params<=1e9"), 20);
            assertThat(all).doesNotHaveDuplicates().hasSizeGreaterThan(1);
            assertThat(all).allMatch(family.space()::contains);
            assertThat(members.proposals(Constraints.parse("macs<=" + most + ",macs<=" + least), 20))
                    .containsExactly(family.space().smallest());
        }
    }

    @Test
    void aSearchMeasuresWhatIsProposedAndFallsBackToTheSmallest() {
        Evaluator macs = new Evaluator() {
            @Override
            public List<Metric> metrics() {
                return List.of(Metric.MACS, Metric.ACCURACY);
            }

            @Override
            public String context(String metric) {
                return "";
            }

            @Override
            public Map<String, Double> measure(Member member, String metric) {
                return Map.of(Metric.MACS.key(), macs(member), Metric.ACCURACY.key(), 0.5);
            }
        };
        List<Constraints> budgets =
                List.of(Constraints.parse("macs<=" + most), Constraints.parse("macs<=" + (least + 0.5)));
        try (GeneratedMembers members = new GeneratedMembers(family)) {
            SearchResult found = new ProposedSearch(
                            budget -> budget == budgets.get(0) ? members.proposals(budget, 5) : List.of())
                    .search(
                            new SearchTask(
                                    family.space(),
                                    List.of(Objective.of("accuracy"), Objective.of("macs")),
                                    budgets,
                                    0),
                            Evaluations.inMemory(macs));
            assertThat(found.complete()).isTrue();
            assertThat(found.best().get(0).measured().member())
                    .isEqualTo(family.space().smallest()); // of equal accuracy the cheaper one
            assertThat(found.measured())
                    .extracting(m -> m.member())
                    .containsExactly(family.space().largest(), family.space().smallest());
            assertThat(found.best().get(1).measured().member())
                    .isEqualTo(family.space().smallest());
        }
    }

    @Test
    void aFamilyWithoutAGeneratorIsToldHowToGetOne() {
        try (Family plain = Family.of(TinyModels.visionTransformer(), 2)) {
            assertThatThrownBy(() -> new GeneratedMembers(plain))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("shiftnas-quick");
        }
    }
}
