package dev.weft.weight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cost.CountedCosts;
import dev.weft.cost.MemberCosts;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.FirstValues;
import dev.weft.model.LawCheck;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What every way of sharing weights must do, also one from outside Weft. Implement it once a kind, for a small model. */
public interface SharingContract {
    /** The settings of the kind. */
    Sharing sharing();

    /** A small model that it fits, bound to its input. */
    ModelDefinition model();

    /** Those that a file of such a family may name. */
    default Kinds kinds() {
        return Kinds.builtIn();
    }

    private List<Sharing> list() {
        return List.of(sharing());
    }

    private Family family(long seed) {
        try (Bundle batch = model().input().random(3, new SplittableRandom(seed))) {
            return Family.of(model(), seed, list(), kinds(), new FirstValues(Map.of(), List.of(batch)));
        }
    }

    /** The smallest, the largest and some drawn members. */
    private static List<Member> members(Family family) {
        Set<Member> members = new LinkedHashSet<>(
                List.of(family.space().smallest(), family.space().largest()));
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 4; i++) {
            members.add(family.space().sample(random));
        }
        return List.copyOf(members);
    }

    private static MemberStatistics statistics(Family family, Member member) {
        Calibration calibration = new Calibration();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Bundle batch = family.definition().input().random(6, new SplittableRandom(8))) {
            family.forward(batch, new Pass(member, calibration, 0, 0));
        }
        return calibration.statistics();
    }

    private static Bundle inputs(Family family) {
        return family.definition().input().random(4, new SplittableRandom(9));
    }

    private static Tensor run(Family family, Member member, MemberStatistics statistics) {
        try (NoGradGuard guard = new NoGradGuard();
                Bundle inputs = inputs(family)) {
            return family.forward(inputs, Pass.evaluation(member, statistics)).only();
        }
    }

    private static void assertSameBits(Map<String, Tensor> one, Map<String, Tensor> other) {
        assertThat(other.keySet()).containsExactlyElementsOf(one.keySet());
        one.forEach((name, tensor) ->
                assertThat(Tensors.bytes(other.get(name))).as(name).isEqualTo(Tensors.bytes(tensor)));
    }

    /** A run whose settings do not read back could not be resumed. */
    @Test
    default void settingsReadBackFromTheirYaml() {
        FamilyDefinition plan = new FamilyDefinition(model(), list());
        assertThat(Yaml.writeReadable(plan, "A family", kinds())).contains("kind:");
    }

    @Test
    default void canStandAlone() {
        Sharing.requireOrder(list());
    }

    @Test
    default void everyMemberIsPrintedAndReadBack() {
        try (Family family = family(1)) {
            for (Member member : members(family)) {
                assertThat(family.member(family.space().print(member))).isEqualTo(member);
            }
        }
    }

    @Test
    default void oneSeedGivesOneFamilyAndAnotherAnother() {
        try (Family one = family(1);
                Family again = family(1);
                Family other = family(2)) {
            assertSameBits(one.weights().stored(), again.weights().stored());
            assertThat(one.weights().stored().keySet().stream().filter(name -> !Tensors.bytes(
                                    one.weights().stored().get(name))
                            .equals(Tensors.bytes(other.weights().stored().get(name)))))
                    .isNotEmpty();
        }
    }

    /** Counting and planning build a family on shapes: it must ask for the same. */
    @Test
    default void shapesAloneAskForTheSame() {
        try (Family family = family(1);
                Family shapes = Family.ofShapes(model(), list(), kinds())) {
            Map<String, Tensor> stored = family.weights().stored();
            assertThat(shapes.weights().stored().keySet()).containsExactlyElementsOf(stored.keySet());
            shapes.weights().stored().forEach((name, tensor) -> {
                assertThat(tensor.shape()).as(name).isEqualTo(stored.get(name).shape());
                assertThat(tensor.scalar_type().intern())
                        .as(name)
                        .isEqualTo(stored.get(name).scalar_type().intern());
            });
        }
    }

    /** A member is a value: what ran before or between changes nothing. */
    @Test
    default void whatRanBeforeChangesNothing() {
        try (Family family = family(1);
                PointerScope scope = new PointerScope()) {
            Member first = family.space().smallest();
            Member second = family.space().largest();
            try (MemberStatistics own = statistics(family, first);
                    MemberStatistics others = statistics(family, second)) {
                Tensor before = run(family, first, own);
                run(family, second, others);
                TensorAssert.assertThat(run(family, first, own)).isBitEqualTo(before);
            }
        }
    }

    /** The law of extraction, to the tolerance that the kind states, also through files. */
    @Test
    default void memberEqualsItsStandAloneModel() throws IOException {
        Path file = Files.createTempFile("member", ".safetensors");
        try (Family family = family(1)) {
            for (Member member : members(family)) {
                try (MemberStatistics own = statistics(family, member);
                        Family alone = family.extract(member, own);
                        Bundle inputs = inputs(family)) {
                    LawCheck law = LawCheck.of(family, Pass.evaluation(member, own), alone, inputs);
                    assertThat(law.difference())
                            .as(member.toString())
                            .isLessThanOrEqualTo(family.tolerance() * law.largest());
                    alone.save(file);
                    try (Family read = Family.open(file, kinds())) {
                        assertThat(LawCheck.of(family, Pass.evaluation(member, own), read, inputs))
                                .isEqualTo(law);
                    }
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    @Test
    default void familyReadsBackFromItsFile() throws IOException {
        Path file = Files.createTempFile("family", ".safetensors");
        try (Family family = family(1)) {
            family.save(file);
            try (Family read = Family.open(file, kinds())) {
                assertThat(read.plan()).isEqualTo(family.plan());
                assertThat(read.space().choices()).isEqualTo(family.space().choices());
                assertSameBits(family.weights().stored(), read.weights().stored());
            }
        } finally {
            Files.delete(file);
        }
    }

    /** A step of every member moves trained tensors, and no buffer, nor what has an update of its own. */
    @Test
    default void onlyWhatIsTrainedMoves() {
        try (Family family = family(1)) {
            Map<String, Tensor> fixed = new LinkedHashMap<>(family.weights().stored());
            fixed.keySet().removeAll(family.parameters().keySet());
            Map<String, Tensor> before = new LinkedHashMap<>();
            fixed.forEach((name, tensor) ->
                    before.put(name, Tensors.keep(tensor.detach().clone())));
            List<String> moved = new ArrayList<>();
            for (Member member : members(family)) {
                try (PointerScope scope = new PointerScope();
                        MemberStatistics own = statistics(family, member);
                        Bundle inputs = inputs(family)) {
                    family.forward(inputs, Pass.evaluation(member, own))
                            .only()
                            .square()
                            .sum()
                            .backward();
                }
            }
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                family.parameters().forEach((name, parameter) -> {
                    if (parameter.grad().defined()) {
                        parameter.sub_(parameter.grad().mul(new Scalar(0.01)));
                        moved.add(name);
                    }
                });
            }
            assertThat(moved).isNotEmpty();
            assertSameBits(before, fixed);
            before.values().forEach(Tensor::close);
        }
    }

    /** What a member costs is what its stand-alone model costs. */
    @Test
    default void costsAreThoseOfTheStandAloneModel() {
        try (Family family = family(1);
                CountedCosts costs = new CountedCosts(family.plan())) {
            for (Member member : members(family)) {
                try (CountedCosts alone = new CountedCosts(family.plan().alone(member))) {
                    MemberCosts expected = alone.of(Member.PLAIN);
                    assertThat(costs.of(member)).as(member.toString()).isEqualTo(expected);
                    assertThat(expected.params()).isPositive();
                }
            }
        }
    }
}
