package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.onnx.ExportCheck;
import dev.weft.onnx.ExportLabel;
import dev.weft.onnx.QualityChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the label of an exported file says of its export; what it does not say is left out.
 *
 * @param precision as {@code weft export} names it
 * @param maxAbsError the largest difference of an output from the live member, on so many held-out {@code examples}
 * @param metric {@code accuracy} or {@code loss}, on the report split: {@code value} of the file, {@code float32Value} of the live member
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ExportedClaims(
        String precision,
        Double maxAbsError,
        Double top1Agreement,
        Long examples,
        String metric,
        Double value,
        Double float32Value) {
    static ExportedClaims of(ExportLabel label) {
        Optional<ExportCheck> proof = label.proof();
        Optional<QualityChange> quality = label.quality();
        return new ExportedClaims(
                label.precision().toString(),
                proof.map(ExportCheck::maxAbsError).orElse(null),
                proof.flatMap(ExportCheck::top1Agreement).orElse(null),
                proof.map(ExportCheck::examples).orElse(null),
                quality.map(QualityChange::metric).orElse(null),
                quality.map(QualityChange::exported).orElse(null),
                quality.map(QualityChange::live).orElse(null));
    }

    List<String> text() {
        List<String> text = new ArrayList<>();
        text.add("its label: " + precision + ", "
                + (maxAbsError == null
                        ? "without proof of an export"
                        : Text.proof(
                                " from the live member",
                                maxAbsError,
                                top1Agreement,
                                Text.count(examples) + " held-out examples")));
        if (metric != null) {
            text.add("its label: " + quality(value) + " on the report split, the live member " + quality(float32Value));
        }
        return text;
    }

    private String quality(double number) {
        Metric by = Metrics.BUILT_IN.get(metric, "The label");
        return by.isShare() ? by.key() + " " + by.text(number) : by.text(number);
    }
}
