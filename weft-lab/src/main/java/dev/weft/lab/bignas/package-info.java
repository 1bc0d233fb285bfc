/**
 * BigNAS (Yu et al. 2020) at small scale: the whole recipe against single-path training, sandwich training without distillation
 * and members trained alone. Settings, arms and claims; the mechanism is weft-core's.
 */
package dev.weft.lab.bignas;
