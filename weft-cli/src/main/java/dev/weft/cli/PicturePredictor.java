package dev.weft.cli;

import dev.weft.data.ImageFile;
import dev.weft.export.ExportedModel;
import dev.weft.export.OnnxFile;
import dev.weft.export.Prediction;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Classes of pictures, which are decoded as those of a training folder are. */
final class PicturePredictor implements Predictor {
    private final ExportedModel model;
    private final int top;

    PicturePredictor(OnnxFile file, int threads, int top) {
        this.model = ExportedModel.open(file, threads);
        this.top = top;
    }

    @Override
    public Answer answer(Path file) {
        Prediction prediction = model.predict(ImageFile.picture(file));
        List<Double> probabilities = prediction.probabilities();
        return Answer.ofPicture(
                file,
                IntStream.range(0, probabilities.size())
                        .boxed()
                        .sorted(Comparator.comparing(probabilities::get, Comparator.reverseOrder()))
                        .limit(top)
                        .map(i -> new Answer.Choice(model.classes().get(i), probabilities.get(i)))
                        .toList());
    }

    @Override
    public void close() {
        model.close();
    }
}
