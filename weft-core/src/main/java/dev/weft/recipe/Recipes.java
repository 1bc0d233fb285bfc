package dev.weft.recipe;

import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.NamedText;
import dev.weft.io.Setting;
import dev.weft.io.Suggest;
import dev.weft.io.WeftCommand;
import dev.weft.io.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Recipes by file, and those that come with Weft by name. */
public final class Recipes {
    /** Files of the folder {@code recipes} that the build puts into the jar; a new one is its file and its name here. */
    public static final List<String> NAMES = List.of(
            "quickstart",
            "smoke",
            "bignas-quick",
            "lm-quick",
            "mos-lm-quick",
            "tanglenas-mobile-quick",
            "tanglenas-vit-quick",
            "tanglenas-lm-quick",
            "tanglenas-cell-quick",
            "darts-cell-quick",
            "cell-darts-quick",
            "cell-gdas-quick",
            "cell-rsps-quick",
            "gradient-matching-quick",
            "mobile-operations-quick",
            "shiftnas-quick",
            "pa-da-quick",
            "ofa-quick",
            "bignas-imagenet",
            "attentivenas-imagenet",
            "tanglenas-conv-macro",
            "tanglenas-cell",
            "tanglenas-nasbench201",
            "tanglenas-darts",
            "tanglenas-autoformer-tiny",
            "tanglenas-mobilenetv3",
            "tanglenas-gpt-tinystories",
            "mos-bert",
            "pa-da-cifar10",
            "spos-cifar10",
            "fairnas-cifar10",
            "sumnas-cifar10",
            "gradient-matching-201-darts",
            "gradient-matching-201-snas",
            "gradient-matching-201-rsps",
            "few-shot-201-rsps",
            "gradient-matching-ofa-kernel",
            "ofa-mobilenetv3",
            "shiftnas-autoformer-tiny",
            "shiftnas-autoformer-small",
            "shiftnas-autoformer-base",
            "shiftnas-cnn");

    private Recipes() {}

    /**
     * Reads a recipe. One that says {@code extends: NAME} says only what differs from that one: a recipe that comes with Weft, or a file
     * beside it.
     *
     * @param fileOrName one of {@link #NAMES}, or a YAML file; a name wins, and {@code ./smoke} is a file of that name
     * @throws InputException when there is neither, or the document is no recipe
     */
    public static Recipe read(String fileOrName) {
        return read(fileOrName, List.of());
    }

    /**
     * Reads a recipe and sets some of its keys.
     *
     * @param settings such as {@code Setting.of("train.epochs=3")}, one for each key
     * @throws InputException as {@link #read(String)}; also when a key is unknown, its value is of another type, or the recipe would be
     *     none with it
     */
    public static Recipe read(String fileOrName, List<Setting> settings) {
        return read(fileOrName, settings, Kinds.builtIn());
    }

    /**
     * The same, of a recipe that may name more kinds.
     *
     * @throws InputException as {@link #read(String, List)}
     */
    public static Recipe read(String fileOrName, List<Setting> settings, Kinds kinds) {
        Source source = source(fileOrName, Path.of(""))
                .orElseThrow(() -> new InputException(Suggest.unknown(
                        "recipe or file",
                        fileOrName,
                        NAMES,
                        WeftCommand.of("recipes").toString())));
        List<NamedText> chain = chain(source);
        NamedText own = chain.get(0);
        return chain.size() == 1
                ? Yaml.parse(own.text(), own.where(), Recipe.class, settings, kinds)
                : Yaml.parse(chain, Recipe.class, settings, kinds);
    }

    /**
     * A recipe's text.
     *
     * @param place what no other recipe has
     * @param folder in which the files lie that it names
     */
    private record Source(NamedText document, String place, Path folder) {}

    private static Optional<Source> source(String fileOrName, Path folder) {
        if (NAMES.contains(fileOrName)) {
            return Optional.of(new Source(new NamedText("recipe " + fileOrName, text(fileOrName)), fileOrName, folder));
        }
        Path file = folder.resolve(fileOrName);
        return Files.exists(file)
                ? Optional.of(new Source(
                        Yaml.text(file),
                        file.toAbsolutePath().normalize().toString(),
                        file.toAbsolutePath().normalize().getParent()))
                : Optional.empty();
    }

    /** A recipe, what it extends, what that extends, and so on. */
    private static List<NamedText> chain(Source recipe) {
        List<NamedText> chain = new ArrayList<>();
        Source last = recipe;
        Set<String> seen = new LinkedHashSet<>();
        while (true) {
            NamedText document = last.document();
            if (!seen.add(last.place())) {
                throw new InputException(recipe.document().where() + " must not extend itself, but does by way of "
                        + chain.stream().map(NamedText::where).collect(Collectors.joining(", ")) + ".");
            }
            chain.add(document);
            Optional<String> base = Yaml.extended(document);
            if (base.isEmpty()) {
                return chain;
            }
            Path folder = last.folder();
            last = source(base.get(), folder)
                    .orElseThrow(() -> new InputException(document.where()
                            + " must extend a recipe that comes with Weft"
                            + " or a file beside it, but \"" + base.get() + "\" is neither."
                            + Suggest.nearest(base.get(), NAMES) + " List them with: " + WeftCommand.of("recipes")));
        }
    }

    /**
     * The YAML of a recipe that comes with Weft, with its comments.
     *
     * @throws InputException when there is none of this name
     */
    public static String text(String name) {
        if (!NAMES.contains(name)) {
            throw new InputException(Suggest.unknown(
                    "recipe", name, NAMES, WeftCommand.of("recipes").toString()));
        }
        try (InputStream in = Recipes.class.getResourceAsStream("/dev/weft/train/recipes/" + name + ".yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
