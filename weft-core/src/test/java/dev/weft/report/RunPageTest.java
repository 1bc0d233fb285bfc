package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.metric.Metric;
import dev.weft.stats.Proportion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page of a run as a reader meets it: in a browser, by mouse and keyboard, on a phone, in the dark. */
class RunPageTest {
    private static final RunReport REPORT = Samples.run(62);

    @TempDir
    static Path folder;

    private static Path page;
    private static Browser browser;

    @BeforeAll
    static void write() {
        page = ReportWriter.write(REPORT, folder.resolve("report.html"));
        browser = new Browser();
    }

    @AfterAll
    static void close() {
        if (browser != null) browser.close();
    }

    @AfterEach
    void nothingComplainedAndNothingWasFetched() {
        browser.assertNoComplaints();
        browser.assertNoRequests();
    }

    @Test
    void clickOnAPointOfTheFrontShowsThatMember() {
        browser.open(page, 1280, 900, false);
        List<MemberResult> front = REPORT.measured().members().stream()
                .filter(MemberResult::onFront)
                .sorted(Comparator.comparingDouble(m -> m.latency()))
                .toList();
        MemberResult member = front.get(front.size() - 2);
        assertThat(browser.text("#details-member")).isNotEqualTo(member.member());

        clickPoint(member.latency(), 100 * member.value(Metric.ACCURACY));

        assertShown(member);
        int index = REPORT.measured().members().indexOf(member);
        assertThat(browser.find("tr[aria-selected='true']").getDomAttribute("data-index"))
                .isEqualTo(String.valueOf(index));
    }

    @Test
    void clickAfterChangingTheAxisShowsTheMemberAtThatCost() {
        browser.open(page, 1280, 900, false);
        browser.click("#front-axis [data-value='macs']");
        MemberResult largest = REPORT.measured().members().get(0);
        clickPoint(largest.value(Metric.MACS) / 1e6, 100 * largest.value(Metric.ACCURACY));
        assertShown(largest);
        assertThat(browser.text("#front-chart")).contains("Multiply-adds (million)");
    }

    @Test
    void agreementIsSaidOnlyOfMembersThatChoose() {
        browser.open(page, 1280, 900, false);
        for (MemberResult member : REPORT.measured().members()) {
            if (member.exported() != null) {
                pickRow(REPORT.measured().members().indexOf(member));
                assertThat(browser.text("#details-proof"))
                        .doesNotContain("NaN")
                        .matches(text -> text.contains("first choice")
                                == (member.exported().top1Agreement() != null));
            }
        }
    }

    @Test
    void picturesAMemberAgainstTheFullNetwork() {
        browser.open(page, 1280, 900, false);
        pickRow(1);
        MemberResult smallest = REPORT.measured().members().get(1);
        assertShown(smallest);
        long blocks =
                smallest.network().stream().mapToLong(s -> s.blocks().size()).sum();
        long active = smallest.network().stream()
                .flatMap(s -> s.blocks().stream())
                .filter(RunReport.Block::active)
                .count();
        assertThat(count("#picture .outline")).isEqualTo(blocks);
        assertThat(count("#picture .fill")).isEqualTo(active);
        assertThat(count("#picture .absent")).isEqualTo(blocks - active);
        RunReport.Block block = smallest.network().get(1).blocks().get(0);
        assertThat(height("#picture svg:nth-child(2) .fill") / height("#picture svg:nth-child(2) .outline"))
                .isCloseTo((double) block.width() / block.maxWidth(), within(1e-3));
        assertThat(browser.find("#picture-stages").getDomAttribute("aria-label"))
                .contains("stage 1: 1 of 4 blocks, widths " + block.width());
    }

    @Test
    void arrowKeysOnTheChartMoveToTheNextMember() {
        browser.open(page, 1280, 900, false);
        pickRow(1);
        browser.find("#front-chart").sendKeys(Keys.ARROW_RIGHT);
        MemberResult second = REPORT.measured().members().stream()
                .sorted(Comparator.comparingDouble(m -> m.latency()))
                .skip(1)
                .findFirst()
                .orElseThrow();
        assertShown(second);
    }

    @Test
    void tableSortsAndFilters() {
        browser.open(page, 1280, 900, false);
        browser.click("th[data-key='params'] .sort");
        MemberResult lightest = REPORT.measured().members().stream()
                .min(Comparator.comparingDouble(m -> m.value(Metric.PARAMS)))
                .orElseThrow();
        assertThat(browser.find("tbody tr").getText()).contains(lightest.name());
        assertThat(browser.find("th[data-key='params']").getDomAttribute("aria-sort"))
                .isEqualTo("ascending");

        browser.find("#filter").sendKeys("resolution=28 s0.depth=4");
        long matching = REPORT.measured().members().stream()
                .filter(m -> m.member().contains("resolution=28") && m.member().contains("s0.depth=4"))
                .count();
        assertThat(browser.text("#shown")).isEqualTo(matching + " of 62 members");
        browser.click("#only-exported");
        assertThat(browser.text("#shown")).isEqualTo("1 of 62 members");
    }

    @Test
    void trainingCurvesSwitchTheirMetric() {
        browser.open(page, 1280, 900, false);
        assertThat(browser.text("#curve-chart")).contains("Loss", "largest", "smallest", "random");
        browser.click("#curve-metric [data-value='selection accuracy']");
        assertThat(browser.text("#curve-chart")).contains("Selection accuracy (%)");
    }

    @Test
    void namesOfCurvesThatEndTogetherDoNotOverlap() {
        RunReport run = Samples.run(12);
        List<RunReport.Curve> together = Stream.of("blend", "architecture")
                .map(role -> new RunReport.Curve(
                        role, "loss", List.of(new RunReport.Point(1, 2.0), new RunReport.Point(9, 1.0))))
                .toList();
        RunReport report = RunReport.builder(
                        run.heading().title(), run.heading().created(), run.dataset(), run.space())
                .curves(together)
                .build();
        browser.open(ReportWriter.write(report, folder.resolve("together.html")), 1280, 900, false);
        assertThat(top("architecture") - top("blend")).isGreaterThan(10);
    }

    /** Where a text of the chart begins, in pixels from above. */
    private double top(String text) {
        return ((Number) browser.eval("[...document.querySelectorAll('#curve-chart text')]"
                        + ".find(t => t.textContent === '" + text + "').getBoundingClientRect().top"))
                .doubleValue();
    }

    @Test
    void searchByGradientShowsEveryChoiceAndWhenTheChosenMemberChanged() {
        RunReport searched = Samples.searched();
        Path page = ReportWriter.write(searched, folder.resolve("searched.html"));
        browser.open(page, 1280, 900, false);
        assertThat(count("#blend-charts figure")).isEqualTo(21);
        String chosen = searched.training().blends().stream()
                .map(choice -> choice.name() + "="
                        + choice.options()
                                .get(strongest(choice, choice.history().size() - 1)))
                .collect(java.util.stream.Collectors.joining(","));
        assertThat(browser.text("#blend-chosen")).isEqualTo(chosen);
        long epochsWithAChange = java.util.stream.IntStream.range(1, 21)
                .filter(epoch -> searched.training().blends().stream()
                        .anyMatch(choice -> strongest(choice, epoch) != strongest(choice, epoch - 1)))
                .count();
        assertThat(count("#blend-changes tbody tr")).isBetween(epochsWithAChange, epochsWithAChange + 1);
        assertThat(browser.text("#blend-changes")).contains("→", "Selection accuracy", "86.0 %");
        assertThat(browser.text("#curve-chart")).contains("blend", "architecture");
        assertThat(count("#blend-charts figure:nth-child(2) path[fill-opacity]"))
                .isPositive();
        browser.open(page, 360, 780, false);
        browser.assertFitsInto(360);
        browser.open(ReportWriter.write(REPORT, folder.resolve("report.html")), 1280, 900, false);
        assertThat(browser.find("#search").isDisplayed()).isFalse();
    }

    private static int strongest(RunReport.BlendedChoice choice, int epoch) {
        List<Double> parts = choice.history().get(epoch).parts();
        return parts.indexOf(parts.stream().max(Double::compare).orElseThrow());
    }

    @Test
    void phoneShowsEverythingWithoutScrollingSideways() {
        browser.open(page, 360, 780, false);
        browser.assertFitsInto(360);
        int balanced = REPORT.measured().members().stream()
                .map(MemberResult::name)
                .toList()
                .indexOf("balanced");
        pickRow(balanced);
        assertShown(REPORT.measured().members().get(balanced));
        browser.assertFitsInto(360);
    }

    @Test
    void manyMembersComeAPageAtATimeWithTheNamedOnesAndTheFrontFirst() {
        RunReport many = Samples.run(869);
        Path page = ReportWriter.write(many, folder.resolve("many.html"));
        browser.open(page, 390, 844, false);
        browser.assertFitsInto(390);
        assertThat(height()).as("pixels of a page of 869 members on a phone").isLessThan(9000);
        List<?> shown = (List<?>)
                browser.eval(
                        "[...document.querySelectorAll('#table tbody tr')].filter(r => !r.hidden).map(r => Number(r.dataset.index))");
        assertThat(shown).hasSize(20);
        List<MemberResult> first = shown.stream()
                .map(i -> many.measured().members().get(((Long) i).intValue()))
                .toList();
        assertThat(first.subList(0, 3)).extracting(MemberResult::name).doesNotContainNull();
        assertThat(first.subList(3, first.size()).stream().takeWhile(MemberResult::onFront))
                .isNotEmpty();

        browser.click("#more");
        assertThat(rowsShown()).isEqualTo(70);
        browser.click("#all");
        assertThat(rowsShown()).isEqualTo(869);
        browser.click("#fewer");
        browser.click("th[data-key='latencyMillisP50'] .sort");
        MemberResult fastest = many.measured().members().stream()
                .min(Comparator.comparingDouble(m -> m.latency()))
                .orElseThrow();
        assertThat(browser.find("#table tbody tr").getDomAttribute("data-index"))
                .isEqualTo(String.valueOf(many.measured().members().indexOf(fastest)));
        assertThat(rowsShown()).as("sorting shows the first page again").isEqualTo(20);
    }

    @Test
    void withoutScriptsAllMembersAreInABoxOfTheirOwn() throws Exception {
        String html = Files.readString(ReportWriter.write(Samples.run(300), folder.resolve("many.html")))
                .replaceAll("(?s)<script.*?</script>", "");
        Path page = Files.writeString(folder.resolve("plain.html"), html);
        browser.open(page, 390, 844, false);
        browser.assertFitsInto(390);
        assertThat(rowsShown()).isEqualTo(300);
        assertThat(height()).isLessThan(9000);
    }

    @Test
    void accuraciesHaveTheirInterval() {
        browser.open(page, 1280, 900, false);
        pickRow(1);
        // Wilson's interval of 78 % of 1,000 images
        MemberResult smallest = REPORT.measured().members().get(1);
        Proportion share = new Proportion(smallest.value(Metric.ACCURACY), 1000);
        assertThat(browser.text("#details-cost"))
                .contains("(%.1f to %.1f)".formatted(100 * share.low(), 100 * share.high()));
        assertThat(browser.text("#front-caption")).contains("95 % intervals");
    }

    private static long height() {
        return (Long) browser.eval("document.documentElement.scrollHeight");
    }

    private static long rowsShown() {
        return (Long) browser.eval("[...document.querySelectorAll('#table tbody tr')].filter(r => !r.hidden).length");
    }

    @Test
    void darkFollowsTheSystemAndTheButtonOverridesIt() {
        browser.open(page, 1280, 900, false);
        String light = background();
        browser.open(page, 1280, 900, true);
        String dark = background();
        assertThat(dark).isNotEqualTo(light);
        browser.click("#theme");
        assertThat(background()).isEqualTo(light);
        browser.eval("localStorage.clear()");
    }

    @Test
    void emptyRunSaysThatNothingWasMeasured() {
        RunReport empty = RunReport.builder(
                        "Just started",
                        "2026-03-14",
                        new RunReport.Dataset("digits", List.of(), List.of()),
                        new RunReport.Space("12", List.of()))
                .build();
        browser.open(ReportWriter.write(empty, folder.resolve("empty.html")), 1280, 900, false);
        assertThat(browser.text(".lede")).contains("No member has been measured yet");
        assertThat(browser.find("#front").isDisplayed()).isFalse();
    }

    private static void clickPoint(double x, double y) {
        browser.eval("document.getElementById('front-chart').scrollIntoView({block: 'center'})");
        Object pixel =
                browser.eval("(() => { const e = document.getElementById('front-chart'), r = e.getBoundingClientRect(),"
                        + " p = echarts.getInstanceByDom(e).convertToPixel('grid', [" + x + ", " + y + "]);"
                        + " return {x: r.left + p[0], y: r.top + p[1]}; })()");
        Map<?, ?> at = (Map<?, ?>) pixel;
        browser.clickAt(((Number) at.get("x")).doubleValue(), ((Number) at.get("y")).doubleValue());
    }

    private static void pickRow(int index) {
        String row = "tr[data-index='" + index + "'] .name";
        browser.eval("document.querySelector(\"" + row + "\").scrollIntoView({block: 'center'})");
        browser.click(row);
    }

    private static void assertShown(MemberResult member) {
        assertThat(browser.text("#details-member")).isEqualTo(member.member());
        assertThat(browser.text("#details-cost")).contains("%.3f ms".formatted(member.latency()));
        assertThat(browser.text("#details-proof"))
                .contains(
                        member.exported() == null
                                ? "not exported"
                                : member.exported().onnx());
    }

    private static String background() {
        return (String) browser.eval("getComputedStyle(document.body).backgroundColor");
    }

    private static long count(String selector) {
        return (Long) browser.eval("document.querySelectorAll('" + selector + "').length");
    }

    private static double height(String selector) {
        return ((Number) browser.eval("document.querySelector('" + selector + "').getBBox().height")).doubleValue();
    }
}
