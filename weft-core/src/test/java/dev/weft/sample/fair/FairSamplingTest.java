package dev.weft.sample.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.loss.Distillation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.CellNetwork;
import dev.weft.model.Family;
import dev.weft.model.Presets;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Choice;
import dev.weft.space.Constraint;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.TinyTraining;
import dev.weft.train.TrainingListener;
import dev.weft.train.TrainingStep;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Exact check 10 of PA&DA's specification, and what fairness is where options differ in number. */
class FairSamplingTest {
    private static final FairSampler FAIR = new FairSampler(false);

    private static CellNetwork cells() {
        return (CellNetwork)
                Presets.named("cell-tiny").withInput(TinyTraining.boundModel().input());
    }

    @Test
    void everyOperationOfEveryEdgeTrainsOnceAStep() {
        Space space = cells().space();
        SplittableRandom random = new SplittableRandom(1);
        Set<List<TrainingMember>> different = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            List<TrainingMember> draws = FAIR.draw(space, random);
            assertThat(draws).hasSize(5).allMatch(draw -> space.contains(draw.member()));
            Set<String> pairs = new HashSet<>();
            for (TrainingMember draw : draws) {
                draw.member().options().forEach((edge, operation) -> pairs.add(edge + " " + operation));
            }
            assertThat(pairs).hasSize(30);
            different.add(draws);
        }
        assertThat(different).hasSize(20);
    }

    @Test
    void everyCandidateThatReachesTheOutputGetsAGradientWhereASinglePathGivesOnlyItsOwn() {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.sampler = FAIR;
        settings.distillation = new Distillation.None();
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(cells(), 1);
                TrainingStep step = new TrainingStep(family, settings.build())) {
            Batch batch = TinyTraining.batch(8, 1);
            Set<String> convolutions =
                    new LinkedHashSet<>(family.weights().tensors().keySet());
            convolutions.removeIf(name -> !name.contains("edges"));
            assertThat(convolutions).hasSize(2 * 6 * 2);
            int missing = 0;
            for (int seed = 0; seed < 12; seed++) {
                List<TrainingMember> draws = FAIR.draw(family.space(), new SplittableRandom(seed));
                Set<String> live = new LinkedHashSet<>();
                draws.forEach(draw -> live.addAll(convolutionsThatReachTheOutput(draw.member())));
                assertThat(trained(step, batch, draws))
                        .filteredOn(name -> name.contains("edges"))
                        .as("draw %d", seed)
                        .containsExactlyInAnyOrderElementsOf(live);
                missing += convolutions.size() - live.size();
            }
            // As often as in the members alone: a convolution into a node that nothing leaves trains in no member of a
            // step.
            assertThat(missing).isPositive().isLessThan(12 * convolutions.size() / 3);
            Member one = family.space().decode(List.of(4, 3, 1, 2, 0, 1));
            assertThat(trained(step, batch, List.of(new TrainingMember(Role.RANDOM, one))))
                    .filteredOn(name -> name.contains("edges"))
                    .containsExactlyInAnyOrder(
                            "cells.0.edges.1<-0.3.op.1.weight",
                            "cells.0.edges.2<-0.2.op.1.weight",
                            "cells.2.edges.1<-0.3.op.1.weight",
                            "cells.2.edges.2<-0.2.op.1.weight");
        }
    }

    /** The weights in both cells on edges into nodes from which a way of edges that are not none leads to the output. */
    private static Set<String> convolutionsThatReachTheOutput(Member member) {
        boolean[] leads = {false, false, false, true};
        for (int node = 2; node >= 0; node--) {
            for (int to = node + 1; to < 4; to++) {
                leads[node] |= leads[to] && !operation(member, to, node).equals("none");
            }
        }
        Set<String> names = new LinkedHashSet<>();
        for (int to = 1; to < 4; to++) {
            for (int from = 0; from < to; from++) {
                String operation = operation(member, to, from);
                if (leads[to] && operation.startsWith("nor_conv")) {
                    for (int cell : new int[] {0, 2}) {
                        names.add("cells." + cell + ".edges." + to + "<-" + from + "."
                                + (operation.equals("nor_conv_1x1") ? 2 : 3) + ".op.1.weight");
                    }
                }
            }
        }
        return names;
    }

    private static String operation(Member member, int to, int from) {
        return member.options().get("edge" + to + "-" + from).toString();
    }

    private static Set<String> trained(TrainingStep step, Batch batch, List<TrainingMember> draws) {
        Set<String> names = new LinkedHashSet<>();
        step.run(batch, draws, 0.01, 1, 0, List.of(new TrainingListener() {
            @Override
            public void gradientsReady(long number, Map<String, Tensor> gradients) {
                names.addAll(gradients.keySet());
            }
        }));
        return names;
    }

    @Test
    void choicesWithFewerOptionsUseThemAsEvenlyAsCanBe() {
        Space space =
                new Space("s", List.of(Choice.of("a", 1, 2, 3, 4, 5), Choice.of("b", 1, 2), Choice.of("c", 1, 2, 3)));
        assertThat(FAIR.membersPerStep(space)).isEqualTo(5);
        SplittableRandom random = new SplittableRandom(2);
        int[] rest = new int[2];
        for (int i = 0; i < 200; i++) {
            List<TrainingMember> draws = FAIR.draw(space, random);
            for (Choice<?> choice : space.choices()) {
                long[] counts = choice.options().stream()
                        .mapToLong(option -> draws.stream()
                                .filter(draw -> draw.member().value(choice).equals(option))
                                .count())
                        .toArray();
                int size = counts.length;
                assertThat(Arrays.stream(counts).boxed().toList())
                        .allMatch(count -> count == 5 / size || count == (5 + size - 1) / size);
                if (choice.name().equals("b")) {
                    rest[counts[0] == 3 ? 0 : 1]++;
                }
            }
        }
        assertThat(Arrays.stream(rest).boxed().toList())
                .allMatch(count -> count > 70); // what is left over falls on each alike
    }

    @Test
    void constraintsKeepFairnessOrAreRefused() {
        Choice<Integer> a = Choice.of("a", 1, 2);
        Choice<Integer> b = Choice.of("b", 1, 2);
        Space equal = new Space("equal", List.of(a, b), List.of(new Constraint("a = b", m -> m.value(a)
                .equals(m.value(b)))));
        assertThat(FAIR.draw(equal, new SplittableRandom(1)))
                .extracting(draw -> draw.member().value(a) + " " + draw.member().value(b))
                .containsExactlyInAnyOrder("1 1", "2 2");
        Space one = new Space("one", List.of(a, b), List.of(new Constraint("a = 1", m -> m.value(a) == 1)));
        assertThatThrownBy(() -> FAIR.draw(one, new SplittableRandom(1)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("single-path");
    }

    @Test
    void frozenPathsStayForAnEpoch() {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.distillation = new Distillation.None();
        settings.sampler = new FairSampler(true);
        try (Family family = Family.ofShapes(cells());
                Sampling sampling = settings.sampler.start(new Sampling.Setup(
                        family, settings.build().loss(), settings.build().epochs(), 72, null, 4, 7))) {
            SplittableRandom random = new SplittableRandom(3);
            List<List<TrainingMember>> steps = IntStream.range(0, 8)
                    .mapToObj(step -> sampling.draw(step, null, random))
                    .toList();
            assertThat(Set.copyOf(steps.subList(0, 4))).hasSize(1);
            assertThat(Set.copyOf(steps.subList(4, 8))).hasSize(1).isNotEqualTo(Set.copyOf(steps.subList(0, 4)));
        }
    }

    @Test
    void readsBackFromItsDocument() {
        assertThat(Json.parse(Json.writeLine(new FairSampler(true)), "sampler", Sampler.class))
                .isEqualTo(new FairSampler(true));
    }
}
