package dev.weft.pick;

import dev.weft.metric.Metric;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the noise of measured latencies leaves open about a front. Two latencies cannot be told apart when they differ by no more than
 * the root of the sum of the squares of their half widths, each of a 95 % interval.
 *
 * @param alike for each member of the front the others there whose latencies cannot be told from its own; none for most
 * @param byNoise members of the front that another measured member would dominate if latencies which cannot be told apart were equal,
 *     with that member
 * @param outlying members of the front of which one run in a hundred took {@value #OUTLYING} times the median or longer
 * @param slowed how many of the measured members were measured while the machine was slower by a quarter or more
 * @param slowdown how many times as long as on the quiet machine the reference took at worst; 1 or more
 */
public record LatencyRemarks(
        Map<Member, List<Member>> alike,
        Map<Member, Member> byNoise,
        List<Member> outlying,
        int slowed,
        double slowdown) {
    private static final double OUTLYING = 3;
    private static final double BUSY = 1.25;

    /**
     * @param objectives of the front; where none is the latency, no member is there by its noise
     * @param front measured in full
     * @param all measured members, the front's among them
     */
    static LatencyRemarks of(List<Objective> objectives, List<MeasuredMember> front, List<MeasuredMember> all) {
        boolean decides = objectives.stream().anyMatch(o -> o.metric().equals(Metric.LATENCY_MILLIS_P50.key()));
        Map<Member, List<Member>> alike = new LinkedHashMap<>();
        Map<Member, Member> byNoise = new LinkedHashMap<>();
        List<Member> outlying = new ArrayList<>();
        for (MeasuredMember one : front) {
            alike.put(
                    one.member(),
                    front.stream()
                            .filter(other -> !other.member().equals(one.member()) && !toldApart(one, other))
                            .map(MeasuredMember::member)
                            .toList());
            if (decides) {
                all.stream()
                        .filter(other -> !toldApart(one, other) && betterInTheRest(objectives, other, one))
                        .findFirst()
                        .ifPresent(other -> byNoise.put(one.member(), other.member()));
            }
            if (one.value(Metric.LATENCY_MILLIS_P99.key()) >= OUTLYING * one.value(Metric.LATENCY_MILLIS_P50.key())) {
                outlying.add(one.member());
            }
        }
        return new LatencyRemarks(
                alike,
                byNoise,
                outlying,
                (int) all.stream().filter(m -> slowdown(m) >= BUSY).count(),
                Math.max(
                        1,
                        all.stream().mapToDouble(LatencyRemarks::slowdown).max().orElse(1)));
    }

    /** Whether the latencies of two members differ by more than noise. */
    static boolean toldApart(MeasuredMember a, MeasuredMember b) {
        double apart = Math.abs(a.value(Metric.LATENCY_MILLIS_P50.key()) - b.value(Metric.LATENCY_MILLIS_P50.key()));
        return apart
                > Math.hypot(
                        a.value(Metric.LATENCY_MILLIS_HALF_WIDTH.key()),
                        b.value(Metric.LATENCY_MILLIS_HALF_WIDTH.key()));
    }

    /** Whether a is at least as good in every objective but the latency, and better in one. */
    private static boolean betterInTheRest(List<Objective> objectives, MeasuredMember a, MeasuredMember b) {
        boolean better = false;
        for (Objective objective : objectives) {
            if (!objective.metric().equals(Metric.LATENCY_MILLIS_P50.key())) {
                int order = objective.compare(a.value(objective.metric()), b.value(objective.metric()));
                if (order > 0) {
                    return false;
                }
                better |= order < 0;
            }
        }
        return better;
    }

    private static double slowdown(MeasuredMember member) {
        return member.value(Metric.LATENCY_SLOWDOWN.key());
    }
}
