package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.architecture.ArchitectureSettings.Order;
import dev.weft.io.InputException;
import dev.weft.loss.Distillation;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.model.TinyModels;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import dev.weft.sample.fair.FairSampler;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import dev.weft.weight.tree.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Search by gradient in the cell space of DARTS (Liu et al. 2019), and what does not go with its members. */
class DartsSearchTest {
    private static final List<Sharing> SOFTMAX = TinyTraining.blended(new SimplexMap.Softmax());

    @TempDir
    Path folder;

    private static BlendedWeights blend(Family family) {
        return family.strategy(BlendedWeights.class).orElseThrow();
    }

    /**
     * The rule of the paper's appendix, by hand: of each edge the largest part of softmax but that of none; of each node the two edges with
     * the largest; of each of them that operation.
     */
    private static Member derived(Map<String, Map<String, Double>> logits, Member member) {
        for (String kind : List.of("normal", "reduction")) {
            for (int node = 2; node < 6; node++) {
                Map<Integer, String> best = new TreeMap<>();
                Map<Integer, Double> strength = new TreeMap<>();
                for (int from = 0; from < node; from++) {
                    Map<String, Double> row = logits.get(kind + ".edge" + node + "-" + from);
                    double sum = row.values().stream().mapToDouble(Math::exp).sum();
                    row.entrySet().stream()
                            .filter(entry -> !entry.getKey().equals("none"))
                            .max(Map.Entry.comparingByValue())
                            .ifPresent(entry -> best.put(0, entry.getKey()));
                    best.put(from + 10, best.remove(0));
                    strength.put(from, Math.exp(row.get(best.get(from + 10))) / sum);
                }
                List<Integer> kept = IntStream.range(0, node)
                        .boxed()
                        .sorted(Comparator.comparingDouble(from -> -strength.get(from)))
                        .limit(2)
                        .sorted()
                        .toList();
                Map<String, Object> picked = new LinkedHashMap<>(member.options());
                for (int from = 0; from < node; from++) {
                    picked.put(kind + ".edge" + node + "-" + from, kept.contains(from) ? best.get(from + 10) : "none");
                }
                picked.computeIfPresent(
                        kind + ".node" + node + ".inputs", (name, old) -> kept.get(0) + "+" + kept.get(1));
                member = new Member(picked, member.context());
            }
        }
        return member;
    }

    @Test
    void chosenGenotypeKeepsTheTwoStrongestEdgesOfEachNodeAndTheStrongestOperationOfEach() {
        try (Family family = Family.of(TinyModels.darts(), 1, SOFTMAX);
                NoGradGuard guard = new NoGradGuard()) {
            Random random = new Random(7);
            int wherePartsMatter = 0;
            for (int draw = 0; draw < 20; draw++) {
                Map<String, Map<String, Double>> logits = new LinkedHashMap<>();
                for (Choice<?> choice : blend(family).choices()) {
                    Map<String, Double> row = new LinkedHashMap<>();
                    float[] values = new float[choice.options().size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (2 * random.nextGaussian());
                        row.put(choice.options().get(i).toString(), (double) values[i]);
                    }
                    logits.put(choice.name(), row);
                    try (Tensor given = Tensors.of(values, values.length)) {
                        blend(family).logits(choice).copy_(given);
                    }
                }
                Member expected = derived(logits, family.space().smallest());
                assertThat(blend(family).strongest(family.space().largest())).isEqualTo(expected);
                assertThat(family.space().contains(expected)).isTrue();
                logits.values().forEach(row -> row.put("none", -100.0));
                wherePartsMatter += derived(logits, expected).equals(expected) ? 0 : 1;
            }
            assertThat(wherePartsMatter).isGreaterThan(5); // or none could be left out of the softmax too
        }
    }

    /** All edges count while a search mixes: each operation with weights gets a gradient; of a member only what it keeps. */
    @Test
    void blendRunsAllEdgesAndAMemberTheTwoThatItKeeps() {
        try (Family family = Family.of(TinyModels.darts(), 1, SOFTMAX);
                PointerScope scope = new PointerScope()) {
            assertThat(blend(family).choices().stream().map(Choice::name))
                    .hasSize(28)
                    .allMatch(name -> name.contains(".edge"));
            Member largest = family.space().largest();
            assertThat(edges(family, BlendedWeights.blend(largest, 3))).hasSize(3 * 14);
            Member member = family.space()
                    .parse(
                            "Genotype(normal=[('sep_conv_3x3',0),('dil_conv_3x3',1),('sep_conv_3x3',0),('sep_conv_5x5',2),"
                                    + "('sep_conv_3x3',1),('skip_connect',0),('skip_connect',0),('dil_conv_3x3',2)],normal_concat=[2,3,4,5],"
                                    + "reduce=[('sep_conv_3x3',0),('max_pool_3x3',1),('skip_connect',2),('max_pool_3x3',1),"
                                    + "('dil_conv_5x5',0),('skip_connect',2),('skip_connect',2),('max_pool_3x3',1)],reduce_concat=[2,3,4,5])");
            assertThat(edges(family, member))
                    .containsExactly(
                            "cells.0.2<-0",
                            "cells.0.2<-1",
                            "cells.0.3<-0",
                            "cells.0.3<-2",
                            "cells.0.4<-1",
                            "cells.0.5<-2",
                            "cells.1.2<-0",
                            "cells.1.4<-0",
                            "cells.2.2<-0",
                            "cells.2.4<-0");
        }
    }

    private static Set<String> edges(Family family, Member member) {
        Tensor images = TinyModels.images(TinyModels.darts(), 4, 2);
        family.weights().tensors().values().forEach(tensor -> tensor.mutable_grad()
                .reset());
        family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0))
                .square()
                .sum()
                .backward();
        Set<String> edges = new TreeSet<>();
        family.weights().tensors().forEach((name, tensor) -> {
            if (name.contains(".edges.") && tensor.grad().defined()) {
                edges.add(name.replaceFirst("\\.edges\\.(\\d<-\\d).*", ".$1"));
            }
        });
        return edges;
    }

    @Test
    void searchMovesAllLogitsAndKeepsAGenotypeThatItsRunResumesTo() throws IOException {
        for (SimplexMap map : List.of(new SimplexMap.Dirichlet(), new SimplexMap.Gdas(null))) {
            TinyTraining.Settings settings = TinyTraining.settings();
            settings.epochs = 2;
            settings.distillation = new Distillation.None();
            settings.sampler = new Sampler.Blend();
            settings.sharing = TinyTraining.blended(map);
            settings.architecture = TinyTraining.architecture(Order.FIRST);
            Path run = folder.resolve(map.getClass().getSimpleName());
            try (Trainer trainer =
                    Trainer.start(recipe(settings, TinyModels.entangledDarts().withInput(null)), run, 3)) {
                trainer.run(() -> false, List.of());
            }
            try (Family family = Family.open(run.resolve("family.safetensors"))) {
                Member chosen = family.member("chosen");
                assertThat(family.space().contains(chosen)).isTrue();
                assertThat(family.space().print(chosen)).startsWith("Genotype(normal=[('");
                assertThat(chosen)
                        .isEqualTo(blend(family).strongest(family.space().largest()));
                assertThat(family.weights().tensors().keySet().stream()
                                .filter(name -> name.startsWith(BlendedWeights.LOGITS)))
                        .hasSize(28);
            }
        }
    }

    private Recipe recipe(TinyTraining.Settings settings, ModelDefinition model) throws IOException {
        return new Recipe(
                "darts",
                "for tests",
                model,
                settings.sharing,
                null,
                TinyTraining.dataSettings(TinyTraining.data(folder.resolve("data"))),
                settings.build());
    }

    @Test
    void whatDrawsEachChoiceByItselfIsRefused() throws IOException {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.distillation = new Distillation.None();
        settings.sampler = new FairSampler(false);
        Recipe fair = recipe(settings, Presets.named("cell-darts-tiny"));
        assertThatThrownBy(() -> Trainer.start(fair, folder.resolve("fair"), 1).close())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "Sampler fair draws each choice by itself, but normal.edge2-0 of space \"cell-stack\"");
        assertThat(folder.resolve("fair")).doesNotExist();
        List<Tree.Leaf> leaves = new ArrayList<>(List.of(
                new Tree.Leaf("a", Map.of("normal.edge3-0", List.of("none", "skip_connect"))),
                new Tree.Leaf(
                        "b",
                        Map.of(
                                "normal.edge3-0",
                                List.of(
                                        "avg_pool_3x3",
                                        "max_pool_3x3",
                                        "dil_conv_3x3",
                                        "dil_conv_5x5",
                                        "sep_conv_3x3",
                                        "sep_conv_5x5")))));
        Family.of(TinyModels.darts(), 1, List.of(new Tree(leaves, List.of()))).close();
        assertThatThrownBy(() -> Family.of(TinyModels.darts(), 1, List.of(new Tree(leaves, SOFTMAX))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must differ in choices that no other one switches");
    }
}
