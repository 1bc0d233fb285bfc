/**
 * TangleNAS (Sukthanker et al. 2024) at small scale: search by gradient over shared weights against separate weights, against
 * random paths with random and evolutionary search, and against random members. Settings, arms and claims; the mechanism is
 * weft-core's.
 */
package dev.weft.lab.tanglenas;
