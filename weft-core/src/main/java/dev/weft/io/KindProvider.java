package dev.weft.io;

import java.util.List;

/**
 * Names the kinds that a jar adds to the command line. The jar lists its provider in
 * {@code META-INF/services/dev.weft.io.KindProvider}, and lies on the class path. A program passes {@link Kinds} instead.
 */
public interface KindProvider {
    /** Classes with a {@code @JsonTypeName}: see {@link Kinds#with}. */
    List<Class<?>> kinds();
}
