/**
 * Layers: small classes that ask {@link dev.weft.weight.Weights} for what they need and compute through
 * {@link dev.weft.ops.Ops}. A layer holds no mode: the member, and everything else that differs between passes, comes in a
 * {@link dev.weft.nn.Pass}. Imports {@code weight}, {@code ops} and {@code space}.
 */
package dev.weft.nn;
