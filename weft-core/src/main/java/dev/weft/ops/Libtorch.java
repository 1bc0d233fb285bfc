package dev.weft.ops;

import dev.weft.io.WeftCommand;
import dev.weft.natives.NativeCache;
import dev.weft.natives.NativeFile;
import dev.weft.natives.NativeLibraries;
import dev.weft.natives.NativeLibraryException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch. JavaCPP by itself unpacks one library, loads it, and unpacks the next: what that one needs is then taken from the
 * system where another version is installed, and a process that is killed leaves a cut file which ends later ones. Here all of them
 * are {@linkplain NativeLibraries unpacked} first, then loaded in the order in which they need each other; JavaCPP finds them loaded.
 *
 * <p>Weft calls this wherever work begins. A program that touches libtorch's classes before Weft's calls it itself.
 */
public final class Libtorch {
    private static final String JNI = "jnitorch";

    /** The libraries in the order in which they need each other; JavaCPP would load {@code torch} before {@code torch_cpu}. */
    private static final List<String> ORDER = List.of("c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch", JNI);

    private static final String JAVACPP = "org.bytedeco.javacpp.";
    private static final String SEPARATOR = "\n"; // between names and paths that are handed to JavaCPP

    private static Path folder; // guarded by the class; null until loaded

    private Libtorch() {}

    /**
     * Loads libtorch, once; later calls do nothing.
     *
     * @return the folder of its native libraries
     * @throws NativeLibraryException when it is not on the class path for this machine, or cannot be unpacked or loaded
     */
    public static synchronized Path load() {
        if (folder == null) {
            // Else JavaCPP asks the system for the memory in use at every object that is made (docs/memory.md).
            setUnlessGiven(JAVACPP + "maxPhysicalBytes", "0");
            keepLinks(NativeCache.folder());
            Map<String, URL[]> found = find();
            Map<String, NativeFile> files = new LinkedHashMap<>();
            found.forEach((name, urls) -> {
                if (urls.length > 0 && urls[0].getProtocol().equals("jar")) {
                    files.put(name, NativeFile.of(urls[0], fileName(urls[0])));
                }
            });
            if (!files.containsKey(JNI)) {
                throw new NativeLibraryException("libtorch for " + Loader.getPlatform()
                        + " must be on the class path, but is not. Add javacpp, openblas and pytorch of org.bytedeco"
                        + " with the classifier " + Loader.getPlatform() + ".");
            }
            Path unpacked = NativeLibraries.unpack(
                    "libtorch", files.values().stream().distinct().toList());
            try {
                load(found, files, unpacked);
            } catch (MalformedURLException | UnsatisfiedLinkError e) {
                throw new NativeLibraryException(
                        "libtorch must load from " + unpacked + ", but " + e.getMessage() + ". Look at: "
                                + WeftCommand.of("doctor"),
                        e);
            }
            folder = unpacked;
        }
        return folder;
    }

    /**
     * Sets how many threads this process computes with from now on. OpenBLAS, which multiplies matrices for libtorch, has threads of its
     * own that libtorch's number does not reach: left alone they are one per core and wait by spinning, so that a process that was told
     * to use one thread takes the cores of all others as well. Another library in its place, such as MKL, follows libtorch's number.
     *
     * @param threads 1 or more
     */
    public static void useThreads(int threads) {
        load();
        torch.set_num_threads(threads);
        if (Loader.addressof("openblas_set_num_threads") != null) {
            openblas_nolapack.blas_set_num_threads(threads);
        }
    }

    /** JavaCPP would keep links in a folder that it makes in the home folder, also for a user who has none. */
    private static void keepLinks(Path cache) {
        if (Files.exists(cache) && !Files.isWritable(cache)) {
            setUnlessGiven(JAVACPP + "cacheLibraries", "false"); // it needs no links
        } else {
            setUnlessGiven(JAVACPP + "cachedir", cache.toString());
        }
    }

    /** Finds the libraries that JavaCPP would load, by its names for them, in order. Many are for GPUs and found nowhere. */
    private static Map<String, URL[]> find() {
        Map<String, URL[]> found = new LinkedHashMap<>();
        for (Class<?> type : List.of(Pointer.class, openblas_nolapack.class, openblas.class, torch.class)) {
            ClassProperties properties = Loader.loadProperties(type, Loader.loadProperties(), true);
            List<String> names = new ArrayList<>(properties.get("platform.preload"));
            names.addAll(properties.get("platform.link"));
            names.addAll(properties.get("platform.library"));
            List<String> last = ORDER.stream().filter(names::contains).toList();
            names.removeAll(last);
            names.addAll(last);
            for (String name : names) {
                found.computeIfAbsent(name, absent -> Loader.findLibrary(type, properties, name));
            }
        }
        return found;
    }

    /** The name of the file, or the one that JavaCPP gives it. */
    private static String fileName(URL library) {
        String path = library.getRef() == null ? library.getPath() : library.getRef();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static void load(Map<String, URL[]> found, Map<String, NativeFile> files, Path unpacked)
            throws MalformedURLException {
        List<String> elsewhere = new ArrayList<>();
        for (Map.Entry<String, URL[]> library : found.entrySet()) {
            String name = library.getKey();
            if (files.containsKey(name) && !name.startsWith("jni")) {
                URL file = unpacked.resolve(files.get(name).name()).toUri().toURL();
                Loader.loadLibrary(ClassProperties.class, new URL[] {file}, name);
            } else if (!files.containsKey(name) && library.getValue().length > 0) {
                elsewhere.add(name);
                loadIfPossible(name, library.getValue());
            }
        }
        // Now those for Java. From this call JavaCPP also remembers where all are, or that they are nowhere: else it
        // would search
        // again and make links to them. What it renames ("#") and what is elsewhere it finds in its own way.
        Properties properties = new Properties();
        properties.putAll(Loader.loadProperties());
        properties.put("platform.path.separator", SEPARATOR);
        properties.put("platform.preloadpath", unpacked.toString());
        properties.put(
                "platform.preload",
                found.keySet().stream()
                        .filter(name -> !name.contains("#") && !elsewhere.contains(name))
                        .collect(Collectors.joining(SEPARATOR)));
        properties.put("platform.library", JNI);
        // The class has no settings of its own, so that those above are all there are.
        Loader.load(ClassProperties.class, properties, true);
    }

    /** Loads a library of an installed GPU, which libtorch can do without. */
    private static void loadIfPossible(String name, URL[] found) {
        try {
            Loader.loadLibrary(ClassProperties.class, found, name);
        } catch (UnsatisfiedLinkError e) {
            // what needs it fails to load, and says so
        }
    }

    private static void setUnlessGiven(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
