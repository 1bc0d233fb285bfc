/**
 * Text from a member of a language model's family: {@link dev.weft.generate.TextGenerator}. Apart from {@code pick}, because writing
 * text needs neither runs nor searches nor data. Imports {@code model}, {@code nn}, {@code ops}, {@code text}, {@code space} and
 * {@code io}.
 */
package dev.weft.generate;
