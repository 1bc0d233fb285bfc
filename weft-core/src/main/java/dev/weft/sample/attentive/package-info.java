/**
 * The best or the worst of some candidates of a cost level (AttentiveNAS, Wang et al. 2021):
 * {@link dev.weft.sample.attentive.AttentiveSampler}. Keeps the record of {@code sample.level}.
 */
package dev.weft.sample.attentive;
