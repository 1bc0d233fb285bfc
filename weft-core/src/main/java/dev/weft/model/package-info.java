/**
 * Models, each written once as a plain network whose sizes may be chosen ({@link dev.weft.model.MobileCnn},
 * {@link dev.weft.model.VisionTransformer}), and {@link dev.weft.model.Family}: a model, its space, the shared weights and the
 * named members, kept in one file. Imports {@code nn}, {@code weight}, {@code ops}, {@code space} and {@code io}.
 */
package dev.weft.model;
