/**
 * What may be chosen: {@link dev.weft.space.Choice}, {@link dev.weft.space.Space}, {@link dev.weft.space.Member} and sizes that
 * depend on a member, {@link dev.weft.space.Dim}. Plain immutable Java; imports only {@code dev.weft.io}.
 */
package dev.weft.space;
