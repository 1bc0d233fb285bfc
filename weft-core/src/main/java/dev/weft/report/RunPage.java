package dev.weft.report;

import dev.weft.metric.Metric;
import dev.weft.metric.Shown;
import dev.weft.stats.Proportion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page of a run. All text and the whole table are in the HTML; scripts add the charts, the details and the sorting. */
final class RunPage {
    private static final List<String> SCRIPTS = List.of(
            "common.js",
            "table.js",
            "picture.js",
            "cell.js",
            "details.js",
            "front.js",
            "curves.js",
            "blends.js",
            "run.js");

    private final RunReport report;
    private final List<MemberResult> front;

    RunPage(RunReport report) {
        this.report = report;
        this.front = report.measured().members().stream()
                .filter(MemberResult::onFront)
                .sorted(Comparator.comparingDouble(m -> m.latency()))
                .toList();
    }

    String html() {
        String scripts =
                "<script type=\"application/json\" id=\"data\">" + Page.json(PageData.of(report)) + "</script>\n"
                        + Page.script(Page.echarts())
                        + SCRIPTS.stream().map(Page::resource).map(Page::script).collect(Collectors.joining());
        return Page.shell(report.heading().title(), Page.fill("run.html", slots()), scripts);
    }

    private Map<String, String> slots() {
        MemberTable table = new MemberTable(report);
        Map<String, String> slots = new LinkedHashMap<>();
        slots.put("title", Page.escape(report.heading().title()));
        slots.put("eyebrow", Page.escape(eyebrow()));
        slots.put("lede", Page.escape(lede()));
        slots.put("figures", figures());
        slots.put("quality", Page.escape(report.measured().quality().label()));
        slots.put("qualityWord", Page.escape(report.measured().quality().label().toLowerCase(Locale.ROOT)));
        slots.put("axes", axes());
        slots.put("hideMembers", Page.hiddenIf(report.measured().members().isEmpty()));
        slots.put("latencySetting", Page.escape(report.measured().latencySetting()));
        HeldOutSection heldOut = new HeldOutSection(report);
        slots.put("hideHeldOut", Page.hiddenIf(report.measured().heldOut().isEmpty()));
        slots.put("heldOutTitle", heldOut.title());
        slots.put("heldOutHint", heldOut.hint());
        slots.put("heldOutButtons", heldOut.buttons());
        slots.put("heldOutPanels", heldOut.panels());
        slots.put("cell", cell());
        slots.put("exportHint", exportHint());
        slots.put("hideCurves", Page.hiddenIf(report.training().curves().isEmpty()));
        slots.put("hideBlends", Page.hiddenIf(report.training().blends().isEmpty()));
        slots.put("hideNoted", Page.hiddenIf(report.training().noted().isEmpty()));
        slots.put("noted", new NotedSection(report.training().noted()).tables());
        slots.put("hideSampled", Page.hiddenIf(report.training().sampled().isEmpty()));
        RunReport.Routing routing = report.training().routing();
        slots.put("hideRouting", Page.hiddenIf(routing == null));
        slots.put("routingMembers", routing == null ? "" : count(routing.members(), "member"));
        slots.put("routingFacts", routing == null ? "" : new RoutingTable(routing).facts());
        slots.put("routingRows", routing == null ? "" : new RoutingTable(routing).rows());
        RunReport.Tree tree = report.training().tree();
        slots.put("hideTree", Page.hiddenIf(tree == null));
        slots.put("treeSummary", tree == null ? "" : new TreeSection(tree).summary());
        slots.put("treeRows", tree == null ? "" : new TreeSection(tree).rows());
        slots.put("treeDistances", tree == null ? "" : new TreeSection(tree).distances());
        slots.put("head", table.head());
        slots.put("rows", table.rows());
        slots.put("memberCount", Figures.grouped(report.measured().members().size()));
        slots.put("spaceCount", Page.escape(Figures.large(report.space().members())));
        slots.put("choices", choices());
        slots.put("dataset", Page.facts(datasetFacts()));
        slots.put("environment", Page.facts(report.provenance().environment()));
        slots.put("hideCommands", Page.hiddenIf(report.provenance().commands().isEmpty()));
        slots.put("commands", Page.commands(report.provenance().commands()));
        slots.put("hideNotes", Page.hiddenIf(report.provenance().notes().isEmpty()));
        slots.put("notes", Page.notes(report.provenance().notes()));
        return slots;
    }

    /** A drawing that the script fills with the cell of the member that is selected; none where members are no cells. */
    private String cell() {
        return report.measured().members().stream()
                .map(MemberResult::member)
                .filter(CellPicture::isCell)
                .findFirst()
                .map(member -> new CellPicture(member).svg())
                .orElse("");
    }

    private String exportHint() {
        if (report.measured().members().stream().allMatch(m -> m.exported() == null)) return "";
        return "Export error: the largest absolute difference of an output between ONNX Runtime and the live member, and beneath"
                + " it how often both name the same "
                + (report.dataset().classes().isEmpty() ? "next token" : "class") + " first.";
    }

    /** A button for each cost that some member has. */
    private String axes() {
        return MemberTable.costs(report).stream()
                .filter(metric -> metric.shown() == Shown.EVERYWHERE)
                .map(metric -> "<button type=\"button\" data-value=\"" + Page.escape(metric.key())
                        + "\" aria-pressed=\"" + metric.equals(Metric.LATENCY_MILLIS_P50) + "\">"
                        + Page.escape(metric.label()) + "</button>")
                .collect(Collectors.joining("\n      "));
    }

    private String eyebrow() {
        return report.heading().recipe().isEmpty()
                ? report.heading().created()
                : report.heading().recipe() + " · " + report.heading().created();
    }

    private String lede() {
        long exported = report.measured().members().stream()
                .filter(m -> m.exported() != null)
                .count();
        String trained = (report.training().tree() == null ? "One set" : count(leaves(), "set"))
                + " of weights, trained on " + report.dataset().name() + ".";
        if (report.measured().members().isEmpty()) return trained + " No member has been measured yet.";
        return trained + " " + count(report.measured().members().size(), "member") + " measured, " + front.size()
                + " on the front, " + exported + " exported.";
    }

    private long leaves() {
        return new TreeSection(report.training().tree()).leaves();
    }

    private String figures() {
        Metric quality = report.measured().quality();
        StringBuilder html = new StringBuilder();
        html.append(figure(
                report.training().tree() == null
                        ? "Members in one set of weights"
                        : "Members in " + leaves() + " leaves of a tree",
                Figures.large(report.space().members()),
                count(report.space().choices().size(), "choice")));
        report.measured().members().stream()
                .filter(m -> !Double.isNaN(m.value(quality.test())))
                .max(Comparator.comparingDouble(
                        m -> quality.higherIsBetter() ? m.value(quality.test()) : -m.value(quality.test())))
                .ifPresent(m -> html.append(figure(
                        "Best test " + quality.label().toLowerCase(Locale.ROOT),
                        quality.isShare()
                                ? quality.form().withUnit(m.value(quality.test()))
                                : quality.form().number(m.value(quality.test())),
                        tested(m) + called(m) + "selection " + quality.form().withUnit(m.value(quality)))));
        front.stream()
                .findFirst()
                .ifPresent(m -> html.append(figure(
                        "Fastest on the front",
                        Figures.significant(m.latency()) + "\u00a0ms",
                        called(m) + "selection " + quality.form().withUnit(m.value(quality)) + speedup(m))));
        worstExport()
                .ifPresent(worst -> html.append(figure(
                        "Largest export error",
                        Figures.scientific(worst.maxAbsError()),
                        worst.top1Agreement() == null
                                ? ""
                                : "top-1 agreement " + Figures.agreement(worst.top1Agreement()))));
        return html.toString();
    }

    /** How sure an accuracy is, or the unit of another quality. */
    private String tested(MemberResult m) {
        Metric quality = report.measured().quality();
        if (!quality.isShare())
            return quality.form().unit().isEmpty() ? "" : quality.form().unit() + "; ";
        return report.dataset().splits().stream()
                .filter(split -> split.name().equals("report") && split.examples() > 0)
                .findFirst()
                .map(split -> new Proportion(m.value(quality.test()), split.examples()))
                .map(share ->
                        String.format(Locale.ROOT, "%.1f to %.1f\u00a0%%, ", 100 * share.low(), 100 * share.high()))
                .orElse("");
    }

    private static String figure(String label, String value, String beneath) {
        return "<div><dt>" + Page.escape(label) + "</dt><dd><strong>" + Page.escape(value) + "</strong><span>"
                + Page.escape(beneath) + "</span></dd></div>\n";
    }

    private String speedup(MemberResult m) {
        return report.measured().members().stream()
                .filter(other -> "largest".equals(other.name()) && m.latency() > 0)
                .findFirst()
                .map(largest -> largest.latency() / m.latency())
                .filter(times -> times > 1)
                .map(times -> ", " + Figures.significant(times) + "× faster than the largest")
                .orElse("");
    }

    /** The worst error and the worst agreement over all exports: the promise that holds for each of them. */
    private Optional<MemberResult.Export> worstExport() {
        return report.measured().members().stream()
                .map(MemberResult::exported)
                .filter(e -> e != null)
                .reduce((a, b) -> new MemberResult.Export(
                        a.onnx(),
                        null,
                        Math.max(a.maxAbsError(), b.maxAbsError()),
                        Stream.of(a.top1Agreement(), b.top1Agreement())
                                .filter(Objects::nonNull)
                                .min(Double::compare)
                                .orElse(null)));
    }

    private String choices() {
        return report.space().choices().stream()
                .map(c -> "<div><dt>" + Page.escape(c.name()) + "</dt><dd>"
                        + c.options().stream()
                                .map(o -> "<span>" + Page.escape(o) + "</span>")
                                .collect(Collectors.joining(" "))
                        + "</dd></div>")
                .collect(Collectors.joining("\n"));
    }

    private List<Fact> datasetFacts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Data set", report.dataset().name()));
        for (RunReport.Split split : report.dataset().splits()) {
            facts.add(new Fact(
                    split.name() + " split",
                    count(split.examples(), report.dataset().classes().isEmpty() ? "window" : "image")));
        }
        List<String> classes = report.dataset().classes();
        if (!classes.isEmpty()) {
            String more = classes.size() > 20 ? ", …" : "";
            facts.add(new Fact(
                    count(classes.size(), "class"),
                    String.join(", ", classes.subList(0, Math.min(20, classes.size()))) + more));
        }
        return facts;
    }

    private static String called(MemberResult m) {
        return m.name() == null ? "" : m.name() + ", ";
    }

    private static String count(long n, String noun) {
        String plural = noun.endsWith("s") ? noun + "es" : noun + "s";
        return Figures.grouped(n) + " " + (n == 1 ? noun : plural);
    }
}
