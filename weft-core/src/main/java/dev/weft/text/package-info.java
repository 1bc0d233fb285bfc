/**
 * Text as token ids: {@link dev.weft.text.Tokenizer} and its kinds. Plain Java, but for
 * {@link dev.weft.text.HuggingFaceTokenizer}: that kind alone touches a native library, loaded when it first encodes or decodes.
 * Imports {@code io} and {@code export} (characters as tokens), and no libtorch.
 */
package dev.weft.text;
