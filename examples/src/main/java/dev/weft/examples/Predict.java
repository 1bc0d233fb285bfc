package dev.weft.examples;

import dev.weft.export.ExportedModel;
import dev.weft.export.Prediction;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Names what is on pictures with an exported member. Needs ONNX Runtime; libtorch is not loaded. */
public final class Predict {
    private Predict() {}

    /** @param args the ONNX file of a member, then pictures */
    public static void main(String[] args) throws IOException {
        // tag::predict[]
        try (ExportedModel model = ExportedModel.open(Path.of(args[0]))) {
            for (int i = 1; i < args.length; i++) {
                Prediction prediction = model.predict(ImageIO.read(new File(args[i])));
                double probability = prediction.probabilities().get(prediction.index());
                System.out.printf("%s: %s (%.2f)%n", args[i], prediction.label(), probability);
            }
        }
        // end::predict[]
    }
}
