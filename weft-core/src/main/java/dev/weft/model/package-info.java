/**
 * Models, each written once as a plain network whose sizes may be chosen ({@link dev.weft.model.MobileCnn},
 * {@link dev.weft.model.VisionTransformer}), and {@link dev.weft.model.Family}: a model, its space, the shared weights and the
 * named members, kept in one file. A model names the {@link
 * dev.weft.model.ModelInput} that it reads, with its ports, its criterion and its metrics. {@code ArchitectureTest} says what is imported.
 */
package dev.weft.model;
