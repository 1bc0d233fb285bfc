package dev.weft.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * A tokenizer inside the native library of Hugging Face tokenizers, as DJL packs it. DJL's own classes around that library report
 * their use over the network and download a variant for GPUs, unless a setting that the environment can overrule forbids it: so this
 * class goes to the native functions, and those classes are not on the class path.
 *
 * <p>Several threads may encode and decode at a time. A cleaner frees the native tokenizer: how long a value in a model definition is
 * needed, nobody else knows.
 */
final class NativeTokenizer {
    private static final Cleaner CLEANER = Cleaner.create();
    private static boolean isLoaded; // guarded by the class

    private final long handle;

    private NativeTokenizer(long handle) {
        this.handle = handle;
        CLEANER.register(this, () -> TokenizersLibrary.LIB.deleteTokenizer(handle));
    }

    /**
     * @param content of a {@code tokenizer.json} that parses as JSON
     * @param where what messages call it
     */
    static NativeTokenizer of(String content, String where) {
        load();
        try {
            NativeTokenizer tokenizer = new NativeTokenizer(TokenizersLibrary.LIB.createTokenizerFromString(content));
            TokenizersLibrary.LIB.disableTruncation(tokenizer.handle);
            TokenizersLibrary.LIB.disablePadding(tokenizer.handle);
            return tokenizer;
        } catch (RuntimeException e) {
            throw new InputException(
                    where + " must be a tokenizer.json that the Hugging Face tokenizers library reads, but it says: "
                            + e.getMessage() + ".",
                    e);
        }
    }

    int[] encode(String text) {
        try {
            long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
            try {
                return LongStream.of(TokenizersLibrary.LIB.getTokenIds(encoding))
                        .mapToInt(Math::toIntExact)
                        .toArray();
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        } catch (RuntimeException e) {
            throw new InputException("The text cannot be written in the tokens of the tokenizer: " + e.getMessage(), e);
        } finally {
            Reference.reachabilityFence(this); // else the cleaner may free what the call still reads
        }
    }

    String decode(int[] tokens) {
        try {
            long[] ids = new long[tokens.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = tokens[i];
            }
            return TokenizersLibrary.LIB.decode(handle, ids, false);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Unpacks the library of this machine to a temporary folder and loads it, once. */
    private static synchronized void load() {
        if (isLoaded) {
            return;
        }
        String platform = platform();
        try {
            Path folder = Files.createTempDirectory("weft-tokenizers");
            folder.toFile().deleteOnExit();
            for (String name : files()) {
                load("/native/lib/" + platform + "/cpu/" + name, folder.resolve(name), platform);
            }
            isLoaded = true;
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new EnvironmentException(
                    "The tokenizers library must be unpacked and loaded, but " + e.getMessage()
                            + ". Give a writable folder from which programs may run, with -Djava.io.tmpdir=DIR.",
                    e);
        }
    }

    private static void load(String resource, Path file, String platform) throws IOException {
        try (InputStream in = TokenizersLibrary.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new EnvironmentException("A hugging-face tokenizer needs a native library, which there is for"
                        + " Linux (x86_64, aarch64), macOS (aarch64) and Windows (x86_64), but not for " + platform
                        + ". Use another kind of tokenizer.");
            }
            Files.copy(in, file);
        }
        try {
            System.load(file.toString());
        } finally {
            if (!file.toFile().delete()) { // a loaded file can be deleted everywhere but on Windows
                file.toFile().deleteOnExit();
            }
        }
    }

    /** As the jar names it. */
    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return (os.startsWith("win") ? "win" : os.startsWith("mac") ? "osx" : "linux") + "-"
                + (arch.equals("amd64") ? "x86_64" : arch);
    }

    /** In the order in which they need each other. */
    private static List<String> files() {
        String library = System.mapLibraryName("tokenizers");
        return library.endsWith(".dll")
                ? List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", library)
                : List.of(library);
    }
}
