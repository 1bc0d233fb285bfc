package dev.weft.train;

import dev.weft.data.Batch;
import dev.weft.model.Family;
import dev.weft.model.LanguageModel;
import dev.weft.model.TextInput;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.ops.Tensors;
import dev.weft.text.CharacterTokenizer;
import dev.weft.weight.Sharing;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** A language model without batch norm and without kinks, with six choices, and random texts for it. */
public final class TinyText {
    public static final int CONTEXT = 6;
    public static final int CHOICES = 6;
    private static final String ALPHABET = "abcdefg";

    private TinyText() {}

    public static LanguageModel model() {
        LanguageModel.Block block = new LanguageModel.Block(List.of(1, 2), List.of(1.0, 2.0));
        return new LanguageModel(
                        null,
                        List.of(8, 16),
                        List.of(1, 2),
                        8,
                        1,
                        LanguageModel.Positions.ROTARY,
                        Mlp.GELU,
                        Norm.Kind.RMS,
                        1e-5,
                        false,
                        true,
                        List.of(block, block))
                .withInput(new TextInput(new CharacterTokenizer(ALPHABET), CONTEXT));
    }

    public static Family family(List<Sharing> sharing) {
        return Family.of(model(), 5, sharing);
    }

    public static Batch batch(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long count = (long) size * CONTEXT;
        long[] inputs = random.longs(count, 0, ALPHABET.length()).toArray();
        long[] labels = random.longs(count, 0, ALPHABET.length()).toArray();
        return new Batch(
                Tensors.keep(Tensor.create(inputs, size, CONTEXT)),
                Tensors.keep(Tensor.create(labels, size, CONTEXT)),
                IntStream.range(0, size).boxed().toList());
    }
}
