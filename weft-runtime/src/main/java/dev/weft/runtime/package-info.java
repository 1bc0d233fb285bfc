/**
 * Prediction with exported members: {@link dev.weft.runtime.ExportedModel} for pictures,
 * {@link dev.weft.runtime.ExportedLanguageModel} for text. {@link dev.weft.runtime.OnnxFile} is such a file, checked;
 * {@link dev.weft.runtime.ImagePlanes} is how a picture becomes pixel values, in training as in prediction.
 *
 * <p>Needs the JDK and ONNX Runtime; of Weft {@link dev.weft.natives} alone, which has no more.
 */
package dev.weft.runtime;
