package dev.weft.results;

import dev.weft.data.Dataset;
import dev.weft.data.ImageDataset;
import dev.weft.data.TextWindows;
import dev.weft.generate.GenerationSettings;
import dev.weft.generate.TextGenerator;
import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.Family;
import dev.weft.nn.NormStatistics;
import dev.weft.report.HeldOutResult;
import dev.weft.report.HeldOutResult.SampleText;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What members of a run did with the report split: {@code held-out.json} in the run's folder, so that its page needs neither data nor
 * weights. Holds the latest few members.
 */
public final class HeldOutResults {
    static final String FILE = "held-out.json";
    private static final int FORMAT_VERSION = 1;
    /** Each has pictures of its own, which make the page heavier. */
    private static final int MOST_MEMBERS = 6;

    /** Every member costs a pass: those of larger splits are measured on so many, spread evenly, as classes may come in order. */
    private static final int MOST_EXAMPLES = 10_000;

    private static final int PROMPT_TOKENS = 24;
    private static final GenerationSettings WRITING = new GenerationSettings(240, 0.8, 0, 0);

    /** The file. */
    record Document(int formatVersion, List<HeldOutResult> members) {
        Document {
            members = List.copyOf(members);
        }
    }

    private HeldOutResults() {}

    /** The results of a run, the latest last. */
    static List<HeldOutResult> of(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return List.of();
        }
        Document document = Json.read(file, Document.class);
        if (document.formatVersion() != FORMAT_VERSION) {
            throw new InputException(file + " must be in format " + FORMAT_VERSION + ", but is in format "
                    + document.formatVersion() + ". Use the version of Weft that wrote it.");
        }
        return document.members();
    }

    /** Measures members that a family keeps, and notes them in the run's folder. */
    public static void record(Path folder, Family family, Collection<String> names, Dataset report) {
        List<HeldOutResult> measured = new ArrayList<>();
        for (String name : names) {
            Member member = family.members().get(name).member();
            if (measured.stream().noneMatch(known -> known.member().equals(member.toString()))) {
                measure(family, member, family.members().get(name).statistics(), report)
                        .ifPresent(measured::add);
            }
        }
        note(folder, measured);
    }

    /** Measures any member, and notes it in the run's folder. */
    public static void record(Path folder, Family family, Member member, NormStatistics statistics, Dataset report) {
        note(folder, measure(family, member, statistics, report).stream().toList());
    }

    static void note(Path folder, List<HeldOutResult> measured) {
        if (measured.isEmpty()) {
            return;
        }
        List<HeldOutResult> all = new ArrayList<>(of(folder));
        all.removeIf(known -> measured.stream().anyMatch(fresh -> fresh.member().equals(known.member())));
        all.addAll(measured);
        AtomicFile.writeText(
                folder.resolve(FILE),
                Json.write(
                        new Document(FORMAT_VERSION, all.subList(Math.max(0, all.size() - MOST_MEMBERS), all.size()))));
    }

    /** Examples that are pictures or text are shown; of any other there is nothing to see. */
    private static Optional<HeldOutResult> measure(
            Family family, Member member, NormStatistics statistics, Dataset report) {
        if (report instanceof ImageDataset images) {
            return Optional.of(ImagePredictions.of(family, member, statistics, some(images)));
        }
        if (!(report instanceof TextWindows text)) {
            return Optional.empty();
        }
        return Optional.of(new HeldOutResult(
                member.toString(),
                text.size(),
                Evaluation.loss(family, member, statistics, text),
                null,
                sample(family, member, text)));
    }

    static ImageDataset some(ImageDataset images) {
        return images.size() <= MOST_EXAMPLES
                ? images
                : images.subset(
                        images.name(),
                        IntStream.range(0, MOST_EXAMPLES)
                                .mapToObj(i -> (int) ((long) i * images.size() / MOST_EXAMPLES))
                                .toList());
    }

    /** Goes on from the beginning of the split. */
    private static SampleText sample(Family family, Member member, TextWindows text) {
        int[] first = text.tokens(0);
        String beginning = text.tokenizer().decode(Arrays.copyOf(first, Math.min(first.length, PROMPT_TOKENS)));
        // A split may begin inside a word.
        int word = beginning.indexOf(' ') + 1;
        String prompt = word > 0 && word < beginning.length() / 2 ? beginning.substring(word) : beginning;
        String written = new TextGenerator(family, member)
                .generate(prompt, WRITING, piece -> {}, () -> false)
                .text();
        return new SampleText(prompt, written, WRITING.temperature(), WRITING.seed());
    }
}
