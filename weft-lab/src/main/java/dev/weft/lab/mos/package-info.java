/**
 * Mixture-of-Supernets (Jawahar et al. 2024) at small scale: a conflict that only experts can resolve, and a language model of
 * characters.
 */
package dev.weft.lab.mos;
