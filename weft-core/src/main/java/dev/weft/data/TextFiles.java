package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.ResultFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds and reads files of UTF-8 text. */
final class TextFiles {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private static final Pattern BESIDE_DATA = Pattern.compile(
            "(licen[cs]es?|copying|copyright|readme|read[-_ ]me|notice|authors|contributors|changelog|citation)"
                    + "([-_. ].*)?\\.txt(\\.gz)?");

    private TextFiles() {}

    /**
     * The file at a path, or the text files of the folder there, in the order of their paths.
     *
     * @throws InputException when there is no such file, or no text file in the folder
     */
    static List<Path> at(String path) {
        Path at = existing(path);
        if (!Files.isDirectory(at)) {
            return List.of(at);
        }
        List<Path> files = in(at);
        if (files.isEmpty()) {
            throw new InputException("The folder " + path
                    + " holds no text: it must have files whose names end in .txt or .txt.gz, there or in sub-folders; a licence"
                    + " or a description of the data is none");
        }
        return files;
    }

    /**
     * The text files of a folder and its sub-folders, in the order of their paths; hidden ones left out, and those that lie beside data
     * of any kind and are no part of it, as {@code LICENSE.txt}.
     */
    static List<Path> in(Path folder) {
        return walk(folder, name -> isText(name) && !BESIDE_DATA.matcher(name).matches());
    }

    /** What {@link #in} leaves out of the folder at a path. */
    static List<PassedOver> passedOver(String path) {
        if (!Files.isDirectory(Path.of(path))) {
            return List.of();
        }
        List<PassedOver> passedOver = new ArrayList<>();
        walk(Path.of(path), name -> isText(name) && BESIDE_DATA.matcher(name).matches())
                .forEach(file -> passedOver.add(new PassedOver(
                        file.toString(), "is about the data, by its name", "licence or description", 1)));
        passedOver.addAll(unnamed(Path.of(path)));
        results(Path.of(path)).forEach(folder -> passedOver.add(PassedOver.results(folder)));
        return passedOver;
    }

    private static boolean isText(String name) {
        return name.endsWith(".txt") || name.endsWith(".txt.gz");
    }

    /**
     * The files of a folder and its sub-folders, in the order of their paths; hidden ones and results of Weft left out.
     *
     * @param wanted by the file's name in lower case
     */
    static List<Path> walk(Path folder, Predicate<String> wanted) {
        try {
            Path root = folder.toRealPath(); // a link to a folder would not be entered
            Predicate<Path> passed = resultsBelow(root);
            try (Stream<Path> all = Files.walk(root)) {
                return all.filter(Files::isRegularFile)
                        .filter(file -> !passed.test(file.getParent()))
                        .filter(file -> !isUnnamed(root, file))
                        .map(root::relativize)
                        .filter(file ->
                                wanted.test(file.getFileName().toString().toLowerCase(Locale.ROOT)))
                        .map(file ->
                                file.toString().replace(file.getFileSystem().getSeparator(), "/"))
                        .filter(file -> !("/" + file).contains("/."))
                        .sorted()
                        .map(folder::resolve)
                        .toList();
            }
        } catch (UncheckedIOException e) {
            throw unreadable(folder, e.getCause());
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /** Whether a file, or a folder on the way to it, cannot be named. */
    private static boolean isUnnamed(Path root, Path file) {
        for (Path each = file; !each.equals(root); each = each.getParent()) {
            if (FileName.passedOver(each).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** What cannot be named, in a folder and its sub-folders. */
    private static List<PassedOver> unnamed(Path folder) {
        try (Stream<Path> all = Files.walk(folder.toRealPath())) {
            return all.map(FileName::passedOver)
                    .flatMap(Optional::stream)
                    .sorted(Comparator.comparing(PassedOver::path))
                    .toList();
        } catch (UncheckedIOException e) {
            throw unreadable(folder, e.getCause());
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /** The folders with results of Weft in a folder and its sub-folders. */
    private static List<Path> results(Path folder) {
        try {
            Path root = folder.toRealPath();
            try (Stream<Path> all = Files.walk(root)) {
                return all.filter(path -> !path.equals(root) && Files.isDirectory(path) && ResultFolder.is(path))
                        .filter(path -> !resultsBelow(root).test(path.getParent()))
                        .sorted()
                        .map(path -> folder.resolve(root.relativize(path)))
                        .toList();
            }
        } catch (UncheckedIOException e) {
            throw unreadable(folder, e.getCause());
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /** Whether a folder lies in one that Weft has written its results into; each is looked at once. */
    private static Predicate<Path> resultsBelow(Path root) {
        Map<Path, Boolean> known = new HashMap<>();
        known.put(root, false);
        return new Predicate<>() {
            @Override
            public boolean test(Path folder) {
                Boolean before = known.get(folder);
                if (before == null) {
                    before = test(folder.getParent()) || ResultFolder.is(folder);
                    known.put(folder, before);
                }
                return before;
            }
        };
    }

    private static InputException unreadable(Path folder, IOException e) {
        return new InputException("The folder " + folder + " cannot be read: " + IoReason.of(e), e);
    }

    /** The texts of files, one after another, each on a line of its own. */
    static String join(String name, List<Path> files) {
        StringBuilder all = new StringBuilder();
        for (Path file : files) {
            if (!all.isEmpty() && all.charAt(all.length() - 1) != '\n') {
                all.append('\n');
            }
            String text = decode(DataFile.of(file));
            MemoryLimit.require(name, (long) all.length() + text.length());
            all.append(text);
        }
        return all.toString();
    }

    /**
     * The content of a file, without a byte order mark.
     *
     * @throws InputException when it is no text, with the place of the first byte that is none
     */
    static String decode(DataFile file) {
        ByteBuffer bytes = ByteBuffer.wrap(file.readAll());
        for (int i = 0; i < bytes.limit(); i++) {
            if (bytes.get(i) == 0) {
                throw new InputException(
                        file.shown() + " must be text, but its byte " + i
                                + " (from 0) is NUL: it is a binary file, or text in UTF-16. Convert it to UTF-8, or leave it out");
            }
        }
        CharBuffer text = CharBuffer.allocate(bytes.remaining());
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true);
        if (result.isError()) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must be UTF-8 text, but its byte %d (from 0), 0x%02X, is not part of any character: convert it, as `iconv -f LATIN1 -t UTF-8` does, or leave it out",
                    file.shown(),
                    bytes.position(),
                    bytes.get(bytes.position())));
        }
        text.flip();
        return text.length() > 0 && text.charAt(0) == BYTE_ORDER_MARK
                ? text.subSequence(1, text.length()).toString()
                : text.toString();
    }

    private static Path existing(String path) {
        if (DataCatalog.list().stream().anyMatch(known -> known.name().equals(path))) {
            throw new InputException(
                    path + " holds images, but text is needed here: a file or a folder of UTF-8 text, or one of "
                            + TextSource.names());
        }
        try {
            Path at = Path.of(path);
            if (!path.isBlank() && Files.exists(at)) {
                return at;
            }
            throw new InputException(String.format(
                    Locale.ROOT,
                    "Unknown text \"%s\": it must be a file or a folder of UTF-8 text, or one of %s; there is no file %s",
                    path,
                    TextSource.names(),
                    at.toAbsolutePath()));
        } catch (InvalidPathException e) {
            throw new InputException(
                    "\"" + path + "\" is neither the name of a text nor a file or folder: " + e.getReason(), e);
        }
    }
}
