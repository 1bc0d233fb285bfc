/**
 * A member as numbers, for the small networks that read it: {@link dev.weft.weight.encoding.MemberEncoding} is what a recipe says,
 * {@link dev.weft.weight.encoding.Encoder} writes the numbers, and {@link dev.weft.weight.encoding.EncodingMlp} is the network that most
 * methods put over them.
 */
package dev.weft.weight.encoding;
