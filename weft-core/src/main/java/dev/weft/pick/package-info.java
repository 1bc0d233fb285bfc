/**
 * Members of a trained family, measured, chosen, kept and exported: a {@link dev.weft.pick.FinishedRun} opens a run for that,
 * {@link dev.weft.pick.FamilyData} says on which examples, {@link dev.weft.pick.CalibratedMember} brings a member's statistics. What the
 * command line does with a family is here, for everybody who writes Java. May import every package of weft-core but {@code trust} and
 * {@code diagnose}.
 */
package dev.weft.pick;
