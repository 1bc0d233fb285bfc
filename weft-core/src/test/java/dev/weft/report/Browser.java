package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium with a profile of its own. Both programs are named, so that nothing is looked for or downloaded. */
final class Browser implements AutoCloseable {
    private static final List<String> BROWSERS =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
    private static final List<String> DRIVERS =
            List.of("/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver", "/usr/local/bin/chromedriver");

    private final Path profile;
    private final ChromeDriver driver;

    Browser() {
        File browser = installed("Chromium", "weft.chromium", BROWSERS);
        File program = installed("chromedriver", "weft.chromedriver", DRIVERS);
        try {
            profile = Files.createTempDirectory("weft-chromium");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--user-data-dir=" + profile);
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(program)
                        .usingAnyFreePort()
                        .build(),
                options);
    }

    static File installed(String what, String property, List<String> places) {
        List<String> candidates = Stream.concat(Stream.ofNullable(System.getProperty(property)), places.stream())
                .toList();
        return candidates.stream()
                .map(File::new)
                .filter(File::canExecute)
                .findFirst()
                .orElseThrow(
                        () -> new AssertionError(what + " must be installed for this test, but none of " + candidates
                                + " is there. ./verify installs it on Debian and Ubuntu (packages chromium and chromium-driver);"
                                + " elsewhere install it and name it with -D" + property + "=PATH."));
    }

    /** Opens the file at a screen size, with the system's preference for dark or light set. */
    Browser open(Path file, int width, int height, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        driver.get(file.toUri().toString());
        return this;
    }

    /** The value of a JavaScript expression. */
    Object eval(String expression) {
        return ((JavascriptExecutor) driver).executeScript("return " + expression);
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    String text(String selector) {
        return find(selector).getText();
    }

    void click(String selector) {
        find(selector).click();
    }

    /** Presses the left mouse button at a point of the window. */
    void clickAt(double x, double y) {
        new Actions(driver)
                .moveToLocation((int) Math.round(x), (int) Math.round(y))
                .click()
                .perform();
    }

    ChromeDriver driver() {
        return driver;
    }

    /** The page is no wider than the screen it was opened on. */
    void assertFitsInto(int width) {
        assertThat((Long) eval("document.documentElement.scrollWidth"))
                .as("width of the page")
                .isLessThanOrEqualTo(Math.min(width, (Long) eval("document.documentElement.clientWidth")));
    }

    /** Nothing was written to the console above the level of information. */
    void assertNoComplaints() {
        assertThat(driver.manage().logs().get(LogType.BROWSER).getAll())
                .filteredOn(entry -> entry.getLevel().intValue() > Level.INFO.intValue())
                .as("complaints in the browser's console")
                .isEmpty();
    }

    /** The pages opened since the last call asked for nothing but local files. */
    void assertNoRequests() {
        assertThat(driver.manage().logs().get(LogType.PERFORMANCE).getAll())
                .extracting(entry -> message(entry.getMessage()))
                .filteredOn(message -> message.path("method").asText().equals("Network.requestWillBeSent"))
                .extracting(message -> message.path("params"))
                // The browser's own first page also loads its parts.
                .filteredOn(sent -> sent.path("documentURL").asText().startsWith("file:"))
                .extracting(sent -> sent.path("request").path("url").asText())
                .isNotEmpty()
                .allMatch(url -> url.startsWith("file:") || url.startsWith("data:"));
    }

    private static JsonNode message(String logged) {
        try {
            return new ObjectMapper().readTree(logged).path("message");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
