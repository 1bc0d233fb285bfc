package dev.weft.lab.study;

import dev.weft.io.Json;
import dev.weft.io.Yaml;
import dev.weft.report.ExperimentReport.Paper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One published system with its baselines, to be measured on data one has. What it is about and how large it is stand in
 * {@code NAME.yaml} beside this package's classes; what is run, measured and claimed is its {@link Design}. {@link StudyRun} does the work.
 */
public final class Study {
    private final String name;
    private final Function<StudySettings, Design> design;
    private Document document; // read when it is first asked for: a list of names needs none

    private Study(String name, Function<StudySettings, Design> design) {
        this.name = name;
        this.design = design;
    }

    /**
     * What the file holds.
     *
     * @param title what people call it: {@code BigNAS}
     * @param description one line for lists: what is compared
     * @param claim the paper's claim and what is expected of it at this scale, in sentences
     * @param data the data it is meant for, where the user names none
     * @param budget what a number of {@code --epochs} counts, and what it does not: {@code epochs of every arm but B2}
     * @param facts what was the same for all arms, by what it is about; {@code {name}} stands for a size, for {@code data}, or for a word of
     *     the design
     * @param parts that are run only when they are asked for, {@code --with NAME}; absent for none
     * @param full its sizes
     * @param smoke what is smaller where everything is to be done in a minute, without meaning; all else is as in {@code full}
     */
    private record Document(
            String title,
            Paper paper,
            String description,
            String claim,
            String data,
            String budget,
            Map<String, String> facts,
            List<Part> parts,
            Map<String, Object> full,
            Map<String, Object> smoke) {
        Document {
            facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
            parts = parts == null ? List.of() : List.copyOf(parts);
            smoke = smoke == null ? Map.of() : smoke;
        }
    }

    /** A part of a study that is run only when it is asked for. */
    public record Part(String name, String description) {}

    /**
     * The study of that name.
     *
     * @param size what the sizes of its file are read as
     * @param design makes the experiment of sizes and settings; it refuses data that it cannot be done on
     */
    public static <S extends StudySize> Study of(
            String name, Class<S> size, BiFunction<S, StudySettings, Design> design) {
        return new Study(name, settings -> design.apply(size(name, size, settings.smoke()), settings));
    }

    /** The sizes that its file names. */
    public static <S extends StudySize> S size(String name, Class<S> size, boolean smoke) {
        Document document = read(name);
        Map<String, Object> keys = new LinkedHashMap<>(document.full());
        if (smoke) {
            keys.putAll(document.smoke());
        }
        return Json.parse(Json.write(keys), file(name), size);
    }

    /** The same study as another experiment. */
    public Study with(Function<StudySettings, Design> other) {
        return new Study(name, other);
    }

    /** What {@code weft reproduce} calls it: lower case, without blanks. */
    public String name() {
        return name;
    }

    public String title() {
        return document().title();
    }

    public Paper paper() {
        return document().paper();
    }

    public String description() {
        return document().description();
    }

    public String claim() {
        return document().claim();
    }

    public String data() {
        return document().data();
    }

    public String budget() {
        return document().budget();
    }

    /** What was the same for all arms, still with names in braces. */
    Map<String, String> facts() {
        return document().facts();
    }

    public List<Part> parts() {
        return document().parts();
    }

    /**
     * The experiment, with these settings.
     *
     * @throws dev.weft.io.InputException when it cannot be done on such data; nothing is then written
     */
    public Design design(StudySettings settings) {
        return design.apply(settings);
    }

    private synchronized Document document() {
        if (document == null) {
            document = read(name);
        }
        return document;
    }

    private static String file(String name) {
        return name + ".yaml";
    }

    private static Document read(String name) {
        try (InputStream in = Study.class.getResourceAsStream(file(name))) {
            if (in == null) {
                throw new IllegalStateException(
                        "study " + name + " must have " + file(name) + " beside " + Study.class);
            }
            return Yaml.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), file(name), Document.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
