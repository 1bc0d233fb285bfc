/**
 * How far a ranking can be believed. {@link dev.weft.trust.RankQuality} compares scores with the truth: Kendall's tau, Spearman's
 * correlation and regret, with intervals; {@link dev.weft.trust.TrustReport} does so for all members and for the best of them, beside
 * the noise of training and {@linkplain dev.weft.trust.Baseline what ranks members without any}, and says in plain sentences what may be
 * concluded. {@link dev.weft.trust.Anchors} are members that are
 * trained alone to know the truth about a family.
 *
 * <p>Uses {@code train} and {@code pick}; the statistics themselves are plain Java, and are tested against simulated truths.
 */
package dev.weft.trust;
