package dev.weft.cost;

/**
 * What can be counted of a member.
 *
 * @param params entries of the trainable weights that it uses, each weight once; a block that it does not run has none
 * @param macs multiply-adds of convolutions, linear layers and attention for one image, or for one text of the context length
 * @param bytes of its weights and batch-norm statistics as float32
 */
public record MemberCosts(long params, long macs, long bytes) {}
