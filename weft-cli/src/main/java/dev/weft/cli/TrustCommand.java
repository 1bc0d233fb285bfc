package dev.weft.cli;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.trust.Bootstrap;
import dev.weft.trust.RankSettings;
import dev.weft.trust.Ranking;
import dev.weft.trust.ScoreTable;
import dev.weft.trust.TrustDocument;
import dev.weft.trust.TrustReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "trust",
        description = "How far can a ranking of members be believed?",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weft trust --scores mine.csv --truth measured.csv --out trust",
            "",
            "A file is a table of comma-separated values, also packed by gzip, with the columns member and score;",
            "score2, score3 and so on in the file of truths are further trainings of the same members."
        })
final class TrustCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Option(names = "--scores", paramLabel = "FILE", description = "Scores of members, from anywhere.")
    private Path scores;

    @Option(names = "--truth", paramLabel = "FILE", description = "What is true of the same members.")
    private Path truth;

    @Option(
            names = "--member-column",
            paramLabel = "NAME",
            defaultValue = "member",
            description = "The column of members, in both files (default: ${DEFAULT-VALUE}).")
    private String memberColumn;

    @Option(
            names = "--score-column",
            paramLabel = "NAME",
            defaultValue = "score",
            description = "The column of scores (default: ${DEFAULT-VALUE}).")
    private String scoreColumn;

    @Option(
            names = "--truth-column",
            paramLabel = "NAME",
            defaultValue = "score",
            description = "The column of truths (default: ${DEFAULT-VALUE}).")
    private String truthColumn;

    @Option(names = "--common", description = "Compare the members that both files have, and leave out the others.")
    private boolean common;

    @Option(names = "--losses", description = "Scores and truths are losses: less is better.")
    private boolean losses;

    @Option(
            names = "--top",
            paramLabel = "K",
            split = ",",
            defaultValue = "1,5",
            description = "Of how many of the best by score to report regret (default: ${DEFAULT-VALUE}).")
    private List<Integer> top;

    @Option(
            names = "--resamples",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Draws of the members that intervals come from (default: ${DEFAULT-VALUE}).")
    private int resamples;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "Where trust.json and trust.html go.")
    private Path out;

    @Override
    public Integer call() {
        RankSettings settings = new RankSettings(top, new Bootstrap(resamples, 0.95, seed));
        if (scores == null || truth == null) {
            throw new InputException("Scores need truths to be compared with. Give both: --scores FILE --truth FILE");
        }
        ScoreTable scored = ScoreTable.read(scores, memberColumn, scoreColumn);
        ScoreTable known = ScoreTable.read(truth, memberColumn, truthColumn);
        Ranking ranking = ScoreTable.rank(scored, known, common);
        Map<String, String> source = new LinkedHashMap<>();
        source.put("scores", scores + ", column " + scoreColumn);
        source.put("truth", truth + ", column " + truthColumn);
        int leftOut = scored.values().size() + known.values().size() - 2 * ranking.size();
        if (leftOut > 0) {
            source.put("leftOut", leftOut + " members that only one file has");
        }
        TrustReport report = TrustReport.of(losses ? ranking.ofLosses() : ranking.inPoints(), settings);
        answer(new TrustDocument(source, losses ? "loss" : "points", report));
        return ExitCode.DONE;
    }

    private void answer(TrustDocument document) {
        List<String> text = TrustText.lines(document);
        if (out != null) {
            document.write(out.resolve("trust.json"));
            text.add("");
            text.add(out.resolve("trust.json").toString());
        }
        options.result(Json.parse(Json.write(document), "the report", LinkedHashMap.class), text);
    }
}
