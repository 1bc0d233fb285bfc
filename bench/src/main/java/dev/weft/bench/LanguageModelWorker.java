package dev.weft.bench;

import dev.weft.data.Batch;
import dev.weft.generate.GenerationSettings;
import dev.weft.generate.TextGenerator;
import dev.weft.io.Json;
import dev.weft.io.Safetensors;
import dev.weft.io.TensorData;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.ops.Libtorch;
import dev.weft.optim.Optimizer;
import dev.weft.space.Member;
import dev.weft.weight.StoredTensors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Weft's side of the language-model benchmark, in a process of its own: writes {@code family.safetensors} and {@code
 * batch.safetensors}, says {@link StepWorker.Ready}, then answers command lines. {@code generate COUNT} writes so many tokens,
 * always the most likely one, with the weights that were written to the file; its seconds are of a token, its losses the tokens.
 * {@code train COUNT} trains another copy. {@code python/language_model.py} obeys the same commands.
 */
final class LanguageModelWorker {
    /** The first characters of the alphabet: tokens 0, 1, 2 and so on. */
    private static final String PROMPT =
            IntStream.range(32, 48).mapToObj(Character::toString).collect(Collectors.joining());

    private LanguageModelWorker() {}

    static void run(
            String model, Path folder, int threads, int batchSize, double rate, BufferedReader in, PrintStream out)
            throws IOException {
        Libtorch.useThreads(threads);
        String[] sizes = model.split("-"); // KIND-EMBED-DEPTH
        int embed = Integer.parseInt(sizes[1]);
        int depth = Integer.parseInt(sizes[2]);
        var definition = BenchModels.language(embed, depth, embed / 32, List.of(4.0), sizes[0].equals("llama"));
        Batch batch = BenchModels.batch(definition, batchSize); // no scope is open: it lives as long as this method
        try (Family writing = Family.of(definition, 1);
                Family training = Family.of(definition, 1)) {
            writing.save(folder.resolve("family.safetensors"));
            LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
            tensors.put("inputs", StoredTensors.data(batch.inputs().only()));
            tensors.put("labels", StoredTensors.data(batch.labels()));
            Safetensors.write(folder.resolve("batch.safetensors"), tensors, Map.of());
            StepTimer steps = new StepTimer(
                    training,
                    List.of(List.of(new TrainingMember(Role.LARGEST, Member.PLAIN))),
                    new Optimizer.AdamW(rate, 0.9, 0.999, 1e-8, 0));
            TextGenerator generator = new TextGenerator(writing, Member.PLAIN);
            long parameters = writing.weights().tensors().values().stream()
                    .mapToLong(tensor -> tensor.numel())
                    .sum();
            out.println(Json.writeLine(new StepWorker.Ready("Weft", parameters)));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                int count = Integer.parseInt(words[1]);
                out.println(Json.writeLine(
                        words[0].equals("train") ? steps.train(batch, count) : generate(generator, count)));
            }
        }
    }

    private static StepWorker.Steps generate(TextGenerator generator, int count) {
        long computed = Machine.threadNanos();
        long start = System.nanoTime();
        List<Integer> tokens = generator
                .generate(PROMPT, GenerationSettings.greedy(count), piece -> {}, () -> false)
                .tokens();
        double seconds = (System.nanoTime() - start) * 1e-9;
        double processor = (Machine.threadNanos() - computed) * 1e-9;
        return new StepWorker.Steps(
                List.of(seconds / tokens.size()),
                List.of(processor / tokens.size()),
                tokens.stream().map(Integer::doubleValue).toList(),
                Map.of());
    }
}
