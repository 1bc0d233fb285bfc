package dev.weft.model;

import dev.weft.nn.MemberStatistics;
import dev.weft.space.Member;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A member that was kept: what it picks, its batch-norm statistics and what was measured of it.
 *
 * @param measurements by metric, for instance {@code accuracy}, {@code params}, {@code latencyMillisP50}
 */
public record NamedMember(Member member, MemberStatistics statistics, Map<String, Double> measurements) {
    public NamedMember {
        measurements = Collections.unmodifiableMap(new LinkedHashMap<>(measurements));
    }
}
