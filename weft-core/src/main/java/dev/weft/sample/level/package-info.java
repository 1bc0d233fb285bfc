/**
 * A level of cost first, then a member of it (ShiftNAS, Zhang et al. 2023): {@link dev.weft.sample.level.CostLevelSampler} with its
 * {@link dev.weft.sample.level.LevelDistribution} of levels and {@link dev.weft.sample.level.LevelMembers} within one.
 */
package dev.weft.sample.level;
