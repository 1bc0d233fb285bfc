package dev.weft.run;

import java.time.Instant;

/** Something that happened to a run: started, resumed, exported, warned. The time is kept to the millisecond. */
public record Event(Instant time, String kind, String text) {}
