/**
 * Members of a trained family, measured, chosen and kept: {@link dev.weft.pick.FamilyData} says on which images,
 * {@link dev.weft.pick.CalibratedMember} brings a member's statistics. What the command line does with a family is here, for everybody
 * who writes Java. May import every package of weft-core; no package of weft-core imports this one.
 */
package dev.weft.pick;
