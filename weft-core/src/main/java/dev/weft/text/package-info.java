/**
 * Text as token ids: {@link dev.weft.text.Tokenizer} and its kinds. Plain Java but for the kind that reads Hugging Face files;
 * imports {@code io}.
 */
package dev.weft.text;
