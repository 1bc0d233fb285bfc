package dev.weft.natives;

import ai.onnxruntime.OrtEnvironment;
import java.net.URL;
import java.nio.file.Path;
import java.util.Optional;

/** ONNX Runtime from {@link NativeLibraries}; left to itself it would unpack its library at every start. */
public final class OnnxRuntime {
    /** The property that says where ONNX Runtime looks for its libraries instead of unpacking them. Who has set it keeps it. */
    private static final String PATH = "onnxruntime.native.path";

    private OnnxRuntime() {}

    /**
     * The environment of ONNX Runtime, of which there is one in a process.
     *
     * @throws NativeLibraryException when its native library cannot be unpacked or loaded
     */
    public static OrtEnvironment environment() {
        unpack().ifPresent(folder -> System.setProperty(PATH, folder.toString()));
        try {
            return OrtEnvironment.getEnvironment();
        } catch (LinkageError | IllegalStateException e) {
            throw new NativeLibraryException("ONNX Runtime must load, but " + reason(e) + ".", e);
        }
    }

    /** Empty when the user has set where the libraries are, or when the jar has none for this machine. */
    private static synchronized Optional<Path> unpack() {
        if (System.getProperty(PATH) != null) {
            return Optional.empty();
        }
        String library = System.mapLibraryName("onnxruntime");
        URL known = OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + Platform.name("x64") + "/" + library);
        return known == null
                ? Optional.empty()
                : Optional.of(NativeLibraries.unpack("onnxruntime", NativeFile.beside(known)));
    }

    private static String reason(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost.getMessage() == null ? innermost.toString() : innermost.getMessage();
    }
}
