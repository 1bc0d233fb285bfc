package dev.weft.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import dev.weft.natives.NativeFile;
import dev.weft.natives.NativeLibraries;
import dev.weft.natives.NativeLibraryException;
import dev.weft.natives.Platform;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
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

    /** Unpacks and loads the library of this machine, once. */
    private static synchronized void load() {
        if (isLoaded) {
            return;
        }
        String platform = Platform.name("x86_64");
        List<String> names = files();
        URL library = TokenizersLibrary.class.getResource("/native/lib/" + platform + "/cpu/" + names.get(0));
        if (library == null) {
            throw new NativeLibraryException("A hugging-face tokenizer needs a native library, which there is for"
                    + " Linux (x86_64, aarch64), macOS (aarch64) and Windows (x86_64), but not for " + platform
                    + ". Use another kind of tokenizer.");
        }
        Path folder = NativeLibraries.unpack("tokenizers", NativeFile.beside(library));
        try {
            for (String name : names) {
                System.load(folder.resolve(name).toString());
            }
        } catch (UnsatisfiedLinkError e) {
            throw new NativeLibraryException(
                    "The tokenizers library must load from " + folder + ", but " + e.getMessage() + ". Look at: "
                            + WeftCommand.of("doctor"),
                    e);
        }
        isLoaded = true;
    }

    /** The files in the order in which they need each other. */
    private static List<String> files() {
        String library = System.mapLibraryName("tokenizers");
        return library.endsWith(".dll")
                ? List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", library)
                : List.of(library);
    }
}
