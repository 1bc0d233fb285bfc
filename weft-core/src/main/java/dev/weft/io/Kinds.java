package dev.weft.io;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.lang.reflect.Modifier;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/**
 * The kinds that a document may name: those that come with Weft, which the {@code @JsonSubTypes} of each interface list, and those that
 * were added. A kind is a class that implements an interface whose settings have a {@code kind}, such as a sampler. Immutable: a value
 * that is passed to whatever reads documents. Writing needs none, because a class that is added says its own name:
 *
 * <pre>{@code
 * @JsonTypeName("neighbours")
 * record Neighbours(int distance) implements Sampler.Memoryless { … }
 *
 * Kinds kinds = Kinds.builtIn().with(Neighbours.class);
 * }</pre>
 */
public final class Kinds {
    private static final Kinds BUILT_IN = new Kinds(List.of());

    private final List<Class<?>> added;
    private Documents json;
    private Documents yaml;

    private Kinds(List<Class<?>> added) {
        this.added = List.copyOf(added);
    }

    /** The kinds that come with Weft. */
    public static Kinds builtIn() {
        return BUILT_IN;
    }

    /**
     * The same, and what every {@link KindProvider} on the class path adds.
     *
     * @throws EnvironmentException when a provider cannot be made, or adds what is no kind
     */
    public static Kinds installed() {
        Kinds kinds = BUILT_IN;
        try {
            for (KindProvider provider : ServiceLoader.load(KindProvider.class)) {
                try {
                    kinds = kinds.with(provider.kinds().toArray(Class<?>[]::new));
                } catch (IllegalArgumentException e) {
                    throw new EnvironmentException(
                            "The kinds of " + provider.getClass().getName() + ", in a jar on the class path, must fit: "
                                    + e.getMessage(),
                            e);
                }
            }
        } catch (ServiceConfigurationError e) {
            throw new EnvironmentException(
                    "A jar on the class path must name a class that provides kinds, but: " + e.getMessage(), e);
        }
        return kinds;
    }

    /**
     * These kinds and more.
     *
     * @param types classes with a {@code @JsonTypeName}, each of an interface that has kinds
     * @throws IllegalArgumentException when one has no name, is of no such interface, or its name is taken there
     */
    public Kinds with(Class<?>... types) {
        Kinds kinds = this;
        for (Class<?> type : types) {
            if (!kinds.added.contains(type)) {
                kinds = kinds.withOne(type);
            }
        }
        return kinds;
    }

    private Kinds withOne(Class<?> type) {
        String name = ownName(type)
                .orElseThrow(() -> new IllegalArgumentException(
                        "A kind must say its name, as in @JsonTypeName(\"neighbours\"), but " + type.getName()
                                + " does not."));
        Set<Class<?>> bases = bases(type);
        if (bases.isEmpty() || Modifier.isAbstract(type.getModifiers())) {
            throw new IllegalArgumentException("A kind must be a class of an interface that has kinds, such as a"
                    + " sampler, but \"" + name + "\", " + type.getName() + ", is none.");
        }
        for (Class<?> base : bases) {
            Class<?> before = of(base).get(name);
            if (before != null && before != type) {
                throw new IllegalArgumentException("Kinds of " + words(base) + " must differ in name, but \"" + name
                        + "\" is " + before.getName() + " and " + type.getName() + ".");
            }
        }
        List<Class<?>> more = new ArrayList<>(added);
        more.add(type);
        return new Kinds(more);
    }

    /** The classes that were added, in that order. */
    public List<Class<?>> added() {
        return added;
    }

    /**
     * The kinds of an interface by name: those that come with Weft first.
     *
     * @param base such as {@code Sampler.class}; empty where it has no kinds
     */
    public Map<String, Class<?>> of(Class<?> base) {
        Map<String, Class<?>> kinds = new LinkedHashMap<>();
        for (JsonSubTypes.Type type : listed(base)) {
            kinds.put(type.name(), type.value());
        }
        for (Class<?> type : added) {
            if (base.isAssignableFrom(type) && hasKinds(base)) {
                kinds.put(ownName(type).orElseThrow(), type);
            }
        }
        return kinds;
    }

    /**
     * Where the kinds of a value come from that are not Weft's, by name, for whoever cannot read its document later: {@code neighbours}
     * to {@code org.example.Neighbours of example-1.0.jar}.
     */
    public Map<String, String> sources(Object value) {
        Map<String, String> sources = new TreeMap<>();
        ReadBack.visit(value, part -> {
            if (added.contains(part.getClass())) {
                sources.put(ownName(part.getClass()).orElseThrow(), source(part.getClass()));
            }
        });
        return sources;
    }

    private static String source(Class<?> type) {
        CodeSource code = type.getProtectionDomain().getCodeSource();
        String place = code == null ? "" : code.getLocation().getPath();
        String jar = place.substring(place.lastIndexOf('/') + 1); // nothing where it is a folder
        return type.getName() + (jar.isEmpty() ? "" : " of " + jar);
    }

    /** What documents call a value that is of a kind; the simple name of its class where it is of none. */
    public static String nameOf(Object value) {
        return name(value.getClass()).orElse(value.getClass().getSimpleName());
    }

    /** The name under which documents write an object of this class; empty where there is none. */
    static Optional<String> name(Class<?> type) {
        return ownName(type).or(() -> bases(type).stream()
                .flatMap(base -> listed(base).stream())
                .filter(listed -> listed.value() == type)
                .map(JsonSubTypes.Type::name)
                .findFirst());
    }

    /** The interface of a class that has kinds, in words: {@code a learning rate schedule}. */
    static Optional<String> interfaceOf(Class<?> type) {
        return bases(type).stream().findFirst().map(Kinds::words);
    }

    private static Optional<String> ownName(Class<?> type) {
        return Optional.ofNullable(type.getAnnotation(JsonTypeName.class))
                .map(JsonTypeName::value)
                .filter(name -> !name.isEmpty());
    }

    private static List<JsonSubTypes.Type> listed(Class<?> base) {
        JsonSubTypes types = base.getAnnotation(JsonSubTypes.class);
        return types == null ? List.of() : Arrays.asList(types.value());
    }

    static boolean hasKinds(Class<?> base) {
        return base.isAnnotationPresent(JsonTypeInfo.class) && base.isInterface();
    }

    private static Set<Class<?>> bases(Class<?> type) {
        Set<Class<?>> found = new LinkedHashSet<>();
        for (Class<?> step = type; step != null; step = step.getSuperclass()) {
            for (Class<?> implemented : step.getInterfaces()) {
                if (hasKinds(implemented)) {
                    found.add(implemented);
                }
                found.addAll(bases(implemented));
            }
        }
        return found;
    }

    private static String words(Class<?> base) {
        String words =
                base.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        return ("aeiou".indexOf(words.charAt(0)) < 0 ? "a " : "an ") + words;
    }

    synchronized Documents json() {
        if (json == null) {
            json = Json.documents(this);
        }
        return json;
    }

    synchronized Documents yaml() {
        if (yaml == null) {
            yaml = Yaml.documents(this);
        }
        return yaml;
    }
}
