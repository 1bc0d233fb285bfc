package dev.weft.cli;

import dev.weft.data.DataCatalog;
import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.model.FamilyDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What TAB may put in place of the last word of a command line that is being typed. Files are the shell's to propose: where nothing
 * is proposed here, it does.
 */
final class Completion {
    private final List<String> words;
    private final String last;
    private CommandSpec command;
    private OptionSpec pending;
    private int positionals;

    /** @param words after the program's name; the last is being typed, and empty where nothing of it is there yet */
    private Completion(CommandLine program, List<String> words) {
        this.words = words.subList(0, words.size() - 1);
        this.last = words.get(words.size() - 1);
        this.command = program.getCommandSpec();
        this.words.forEach(this::read);
    }

    static List<String> of(CommandLine program, List<String> words) {
        Completion completion = new Completion(program, words.isEmpty() ? List.of("") : words);
        return completion
                .candidates()
                .filter(word -> word.startsWith(completion.last))
                .sorted()
                .distinct()
                .toList();
    }

    private void read(String word) {
        if (pending != null) {
            pending = null;
        } else if (command.findOption(word) != null) {
            OptionSpec option = command.findOption(word);
            pending = option.arity().max() > 0 ? option : null;
        } else if (command.subcommands().containsKey(word)) {
            command = command.subcommands().get(word).getCommandSpec();
            positionals = 0;
        } else if (!word.startsWith("-")) {
            positionals++;
        }
    }

    private Stream<String> candidates() {
        if (pending != null) {
            return values(pending);
        }
        if (last.startsWith("-")) {
            return command.options().stream().filter(option -> !option.hidden()).map(OptionSpec::longestName);
        }
        Stream<String> names = command.subcommands().entrySet().stream()
                .filter(sub -> !sub.getValue().getCommandSpec().usageMessage().hidden())
                .map(java.util.Map.Entry::getKey);
        return Stream.concat(
                names,
                command.positionalParameters().stream().filter(this::isNext).flatMap(this::values));
    }

    private boolean isNext(PositionalParamSpec positional) {
        return positional.index().min() <= positionals
                && positionals <= positional.index().max();
    }

    private Stream<String> values(ArgSpec argument) {
        if (argument.completionCandidates() != null) {
            List<String> all = new ArrayList<>();
            argument.completionCandidates().forEach(all::add);
            return all.stream();
        }
        return switch (argument.paramLabel()) {
            case "MEMBER" -> members();
            case "NAME_OR_DIR" -> DataCatalog.list().stream().map(known -> known.name());
            default -> Stream.empty();
        };
    }

    /** The members of the first family that the line names; the header of its file is read and nothing else. */
    private Stream<String> members() {
        Set<String> names = new LinkedHashSet<>(List.of("largest", "smallest"));
        for (String word : words) {
            try {
                Path path = Path.of(word);
                Path file = Files.isDirectory(path) ? path.resolve(FamilyArgument.FILE) : path;
                if (Files.isRegularFile(file)) {
                    FamilyDescription.of(SafetensorsFile.open(file), Installed.kinds()).stream()
                            .flatMap(family -> family.members().stream())
                            .forEach(kept -> names.add(kept.name()));
                    break;
                }
            } catch (InputException | java.nio.file.InvalidPathException e) {
                // While something is being typed, there is nobody to tell that it is no family.
                continue;
            }
        }
        return names.stream();
    }
}
