/**
 * Gradient matching (Hu et al. 2022) at small scale: {@link dev.weft.lab.gm.GmDesign} grows trees of supernets beside
 * supernets that stay whole, and compares how they rank members of {@link dev.weft.lab.cells}. May use weft-core only.
 */
package dev.weft.lab.gm;
