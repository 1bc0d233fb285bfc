package dev.weft.bench;

import dev.weft.data.Batch;
import dev.weft.io.Json;
import dev.weft.io.Safetensors;
import dev.weft.io.TensorData;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.CellNetwork;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.ops.Libtorch;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.weight.StoredTensors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Weft's side of the training-step benchmark, in a process of its own: writes {@code family.safetensors} and {@code
 * batch.safetensors}, says {@link Ready}, then answers every command line with a line of JSON.
 *
 * <p>The command {@code MODE COUNT}, with mode {@code plain}, {@code sandwich} or (of cell networks) {@code single-path}, trains for some steps and answers {@link Steps};
 * {@code MODE COUNT phases} also says where their time went. {@code python/training_step.py} obeys the same commands.
 */
final class StepWorker {
    /** How many different draws of members are trained, one after another, again and again. */
    static final int DIFFERENT_STEPS = 16;

    /** The first answer: what computes, and how many parameters the network has. */
    record Ready(String engine, long parameters) {}

    /**
     * The answer to a command.
     *
     * @param seconds of every step
     * @param processor seconds of every step that the thread which ran it spent computing: what a busy machine does not change,
     *     and all of a step where there is one thread
     * @param losses of the members of the last step, before its update
     * @param phases seconds of all steps together, by phase; empty when not asked for
     */
    record Steps(List<Double> seconds, List<Double> processor, List<Double> losses, Map<String, Double> phases) {}

    private StepWorker() {}

    static void run(
            String model,
            Path folder,
            int threads,
            int batchSize,
            double momentum,
            double rate,
            BufferedReader in,
            PrintStream out)
            throws IOException {
        Libtorch.useThreads(threads);
        ModelDefinition definition = BenchModels.named(model);
        Batch batch = BenchModels.batch(definition, batchSize); // no scope is open: it lives as long as this method
        List<List<TrainingMember>> draws = draws(definition);
        try (Family elastic = Family.of(definition, 1);
                Family plain = Family.of(definition.at(definition.space().largest()), 1)) {
            write(elastic, draws, batch, folder);
            StepTimer plainSteps = new StepTimer(
                    plain, List.of(List.of(new TrainingMember(Role.LARGEST, Member.PLAIN))), momentum, rate);
            StepTimer drawnSteps = new StepTimer(elastic, draws, momentum, rate);
            long parameters = elastic.weights().tensors().values().stream()
                    .mapToLong(tensor -> tensor.numel())
                    .sum();
            out.println(Json.writeLine(new Ready("Weft", parameters)));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                StepTimer steps = words[0].equals("plain") ? plainSteps : drawnSteps;
                StepWorker.Steps answer = steps.train(batch, Integer.parseInt(words[1]));
                out.println(Json.writeLine(words.length == 2 ? answer : steps.withPhases(answer, batch)));
            }
        }
    }

    private static List<List<TrainingMember>> draws(ModelDefinition definition) {
        SplittableRandom random = new SplittableRandom(7);
        Sampler.Memoryless sampler =
                definition instanceof CellNetwork ? new Sampler.SinglePath(1) : new Sampler.Sandwich(2);
        return IntStream.range(0, DIFFERENT_STEPS)
                .mapToObj(i -> sampler.draw(definition.space(), random))
                .toList();
    }

    /** The draws travel as notes of the family, {@code step3.0} being the first member of the fourth. */
    private static void write(Family family, List<List<TrainingMember>> steps, Batch batch, Path folder) {
        for (int i = 0; i < steps.size(); i++) {
            List<TrainingMember> draws = steps.get(i);
            for (int j = 0; j < draws.size(); j++) {
                family.note("step" + i + "." + j, draws.get(j).member().toString());
            }
        }
        family.save(folder.resolve("family.safetensors"));
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("images", StoredTensors.data(batch.inputs().only()));
        tensors.put("labels", StoredTensors.data(batch.labels()));
        Safetensors.write(folder.resolve("batch.safetensors"), tensors, Map.of());
    }
}
