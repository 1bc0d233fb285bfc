/**
 * The one thin class of tensor operations, {@link dev.weft.ops.Ops}, and what listens to it, {@link dev.weft.ops.Recorder}: layers
 * and models call libtorch only through here, so that a forward pass can be exported or counted by running it. {@link dev.weft.ops.Libtorch}
 * loads libtorch.
 */
package dev.weft.ops;
