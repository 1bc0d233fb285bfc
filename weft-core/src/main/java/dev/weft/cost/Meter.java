package dev.weft.cost;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.model.Family;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;

/**
 * Measures something of members that Weft does not: energy, the memory of a device, money. A meter is a kind without settings that have
 * no default. Each one that is passed along measures every family, and its metrics can be goals and budgets of a search and are in
 * tables, pages and JSON like any other.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({})
public interface Meter {
    /** What it measures, what is cheap first. */
    List<Metric> metrics();

    /** What else its numbers depend on, such as a fingerprint of the device; empty for exact counts. */
    default String context() {
        return "";
    }

    /**
     * Measures a member, now.
     *
     * @return a finite value of each metric
     */
    Map<Metric, Double> measure(Family family, Member member);

    /** One of each of these kinds. */
    static List<Meter> of(Kinds kinds) {
        return kinds.of(Meter.class).keySet().stream()
                .map(name -> Json.parse("{\"kind\":\"" + name + "\"}", "meter " + name, Meter.class, kinds))
                .toList();
    }

    /** What can be measured: Weft's own metrics and those of the meters among these kinds. */
    static Metrics metrics(Kinds kinds) {
        return Metrics.BUILT_IN.with(
                of(kinds).stream().flatMap(meter -> meter.metrics().stream()).toList());
    }
}
