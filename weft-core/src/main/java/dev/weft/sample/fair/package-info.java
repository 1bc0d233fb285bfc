/** Every option of every choice as often as any other (FairNAS, Chu et al. 2021): {@link dev.weft.sample.fair.FairSampler}. */
package dev.weft.sample.fair;
