/**
 * The thin classes of tensor operations and what listens to them, {@link dev.weft.ops.Recorder}: layers and models call libtorch only
 * through here, so that a forward pass can be exported or counted by running it. {@link dev.weft.ops.Ops} has products, elementwise
 * operations and shapes; {@link dev.weft.ops.NormOps}, {@link dev.weft.ops.AttentionOps} and {@link dev.weft.ops.ImageOps} what their
 * names say; {@link dev.weft.ops.NoiseOps} what only training does. A {@link dev.weft.ops.Bundle} is tensors by name, a {@link
 * dev.weft.ops.Port} says what one of them is like. {@link dev.weft.ops.Libtorch} loads libtorch.
 *
 * <p>A new operation is a constant of {@link dev.weft.ops.Op}, a method here, its ONNX form in {@code dev.weft.onnx.OnnxOperations},
 * and a line in each of the tests that go over all operations: shapes, ONNX Runtime against libtorch, gradients.
 */
package dev.weft.ops;
