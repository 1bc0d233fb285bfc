/**
 * ShiftNAS (Zhang et al. 2023) at small scale: cost levels that are drawn first, uniformly and by learned probabilities, against
 * uniform operations, with exact draws as a control of the generator. Settings, arms and claims; the mechanism is weft-core's.
 */
package dev.weft.lab.shiftnas;
