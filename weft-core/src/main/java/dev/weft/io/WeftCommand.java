package dev.weft.io;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A command line of this program for a person to paste into a shell: it begins with the program as it was called, its paths are as
 * seen from the current folder, and every word is quoted where a shell needs that.
 *
 * <pre>{@code
 * "Continue it with: " + WeftCommand.of("resume").path(folder) // ./weft resume 'runs/my photos'
 * }</pre>
 *
 * @param words after the program's name, not quoted
 */
public record WeftCommand(List<String> words) {
    /** The system property in which the launcher says how the program was called, such as {@code ./weft}. */
    public static final String PROGRAM = "weft.program";

    public WeftCommand {
        words = List.copyOf(words);
    }

    /** A command with these words, such as {@code of("train", "RECIPE")}; words in capitals are for the reader to fill in. */
    public static WeftCommand of(String... words) {
        return new WeftCommand(List.of(words));
    }

    /** This command with more words. */
    public WeftCommand and(String... more) {
        return new WeftCommand(Stream.concat(words.stream(), Stream.of(more)).toList());
    }

    /** This command with a file or folder, by its shortest name from the current folder. */
    public WeftCommand path(Path path) {
        return and(fromHere(path, Path.of("")));
    }

    /** This command with an option whose value is a file or folder. */
    public WeftCommand path(String option, Path path) {
        return and(option).path(path);
    }

    /** How the program was called; {@code weft} where no launcher says so, as in another program. */
    public static String program() {
        return System.getProperty(PROGRAM, "weft");
    }

    /** The whole line. */
    @Override
    public String toString() {
        return Stream.concat(Stream.of(program()), words.stream())
                .map(WeftCommand::quote)
                .collect(Collectors.joining(" "));
    }

    /** The line as it works from every folder: for what is kept and read elsewhere. */
    public String fromAnywhere() {
        return "cd " + quote(Path.of("").toAbsolutePath().toString()) + " && " + this;
    }

    /** The text as one word of a POSIX shell: in quotes where it needs them. */
    public static String quote(String text) {
        return text.matches("[A-Za-z0-9_./:=,@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** Relative below the folder, and else as it is; never empty or with a hyphen in front, which would be an option. */
    static String fromHere(Path path, Path folder) {
        Path here = folder.toAbsolutePath().normalize();
        Path normal = path.normalize();
        String text = (normal.isAbsolute() && normal.startsWith(here) ? here.relativize(normal) : normal).toString();
        if (text.isEmpty()) {
            return ".";
        }
        return text.startsWith("-") ? "./" + text : text;
    }
}
