package dev.weft.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An option that names what the command writes: a file, or where it is labelled {@code DIR} a folder. {@link Outputs} compares it
 * with everything that the command reads. An option of a path without this mark is one that is read.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface Written {}
