/**
 * Prediction with exported members: {@link dev.weft.export.ExportedModel} for pictures,
 * {@link dev.weft.export.ExportedLanguageModel} for text. {@link dev.weft.export.OnnxFile} is such a file, checked;
 * {@link dev.weft.export.ImagePlanes} is how a picture becomes pixel values, in training as in prediction.
 *
 * <p>Needs the JDK and ONNX Runtime; of Weft {@link dev.weft.natives} alone, which has no more.
 */
package dev.weft.export;
