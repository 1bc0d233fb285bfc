package dev.weft.data;

import dev.weft.io.InputException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds images that cannot be told apart: all of a data set, or all of one class and all of another. Usually they were spoilt on the way,
 * as black figures are on black. It stops at the first image that differs, so that a sound data set costs two images a class.
 */
final class Sameness {
    private Sameness() {}

    /** @throws InputException when classes cannot be told apart, naming them */
    static void requireDifferent(ImageDataset data) {
        Map<String, byte[]> uniform = new LinkedHashMap<>();
        byte[][] first = new byte[data.classes().size()][];
        boolean[] differs = new boolean[first.length];
        int undecided = first.length;
        byte[] image = new byte[data.exampleBytes()];
        for (int i = 0; i < data.size() && undecided > 0; i++) {
            int label = data.label(i);
            if (differs[label]) {
                continue;
            }
            data.pixels(i, image, 0);
            if (first[label] == null) {
                first[label] = image.clone();
            } else if (!Arrays.equals(first[label], image)) {
                differs[label] = true;
                undecided--;
            }
        }
        for (int label = 0; label < first.length; label++) {
            if (first[label] == null || differs[label]) {
                continue;
            }
            for (Map.Entry<String, byte[]> other : uniform.entrySet()) {
                if (Arrays.equals(other.getValue(), first[label])) {
                    throw new InputException(data.name() + ": all images of the classes " + other.getKey() + " and "
                            + data.classes().get(label) + " are the same picture, " + described(first[label], data)
                            + ", so nothing can be learnt from them: look at the files, and at data.background where"
                            + " they are transparent");
                }
            }
            uniform.put(data.classes().get(label), first[label]);
        }
    }

    private static String described(byte[] image, ImageDataset data) {
        int plane = data.height() * data.width();
        for (int i = 0; i < image.length; i++) {
            if (image[i] != image[i - i % plane]) {
                return "pixel for pixel";
            }
        }
        StringBuilder colour = new StringBuilder();
        for (int channel = 0; channel < data.channels(); channel++) {
            colour.append(channel == 0 ? "" : ", ").append(image[channel * plane] & 0xFF);
        }
        return "of one colour everywhere (" + colour + ")";
    }
}
