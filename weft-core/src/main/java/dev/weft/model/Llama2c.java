package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Kinds;
import dev.weft.model.LanguageModel.Block;
import dev.weft.model.LanguageModel.Positions;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.text.SentencePieceTokenizer;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.StoredTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Checkpoints of llama2.c (Karpathy 2023) in their first format, little-endian: seven int32 and then float32 matrices (out, in), each
 * kind for all blocks before the next. What is shared by two of Weft's tensors is laid end to end: {@code attn.qkv} is wq, wk and wv.
 *
 * <pre>
 *   header   dim, hidden, layers, heads, kv heads, vocabulary (negative: the output matrix is stored), context
 *   weights  embedding, attention norm, wq, wk, wv, wo, MLP norm, w1, w2, w3, final norm,
 *            two tables that are not read, the output matrix
 * </pre>
 */
public final class Llama2c {
    private static final int HEADER_BYTES = 28;
    private static final double NORM_EPSILON = 1e-5;

    private final Path file;
    private final ByteBuffer bytes;
    private final Map<String, Integer> offsets = new HashMap<>(); // in floats, behind the header
    private final int dim;
    private final int hidden;
    private final int layers;
    private final int heads;
    private final int keyHeads;
    private final int vocabulary;
    private final boolean tied;
    private final int context;

    private Llama2c(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        require(bytes.capacity() > HEADER_BYTES);
        this.dim = size(0);
        this.hidden = size(1);
        this.layers = size(2);
        this.heads = size(3);
        this.keyHeads = size(4);
        this.tied = bytes.getInt(20) > 0;
        this.vocabulary = Math.abs(bytes.getInt(20));
        this.context = size(6);
        require(vocabulary > 1 && heads <= dim && dim % heads == 0 && heads % keyHeads == 0);
        long end = layOut();
        if (HEADER_BYTES + 4 * end != bytes.capacity()) {
            throw new InputException(file + " must be a llama2.c checkpoint of " + (HEADER_BYTES + 4 * end)
                    + " bytes, as its header says (dim " + dim + ", " + layers + " layers, " + vocabulary
                    + " tokens), but has " + bytes.capacity() + ". It is cut short, or another kind of file.");
        }
    }

    private int size(int index) {
        int value = bytes.getInt(4 * index);
        require(value >= 1 && value <= Setting.MAX_SIZE);
        return value;
    }

    private void require(boolean holds) {
        if (!holds) {
            throw new InputException(file + " must be a llama2.c checkpoint (the first format, float32), but its header"
                    + " holds no sizes of one. It is another kind of file.");
        }
    }

    /** Lays out where each kind of weight begins; returns how many floats there must be. */
    private long layOut() {
        long wide = (long) dim * dim;
        long narrow = (long) dim * keyDim();
        long mlp = (long) dim * hidden;
        long at = 0;
        at = place("embedding", at, (long) vocabulary * dim);
        at = place("norm1", at, (long) layers * dim);
        at = place("wq", at, layers * wide);
        at = place("wk", at, layers * narrow);
        at = place("wv", at, layers * narrow);
        at = place("wo", at, layers * wide);
        at = place("norm2", at, (long) layers * dim);
        at = place("w1", at, layers * mlp);
        at = place("w2", at, layers * mlp);
        at = place("w3", at, layers * mlp);
        at = place("norm", at, dim);
        at = place("unused", at, (long) context * (dim / heads));
        return tied ? at : place("output", at, (long) vocabulary * dim);
    }

    private long place(String kind, long at, long count) {
        require(at + count < Integer.MAX_VALUE / 4);
        offsets.put(kind, (int) at);
        return at + count;
    }

    private int keyDim() {
        return dim / heads * keyHeads;
    }

    /**
     * Reads a checkpoint and its tokenizer.
     *
     * @param contextLength the most tokens that one pass reads; 0 for what the checkpoint was trained with
     * @return a family of one; its only member is named {@code model}. The caller closes it
     * @throws InputException when a file cannot be read, is not of llama2.c is cut short or holds what is no number, or the two do not belong together
     */
    public static Family read(Path file, Path tokenizerFile, int contextLength) {
        Llama2c checkpoint = new Llama2c(file, mapped(file));
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.readLlama2c(tokenizerFile);
        if (tokenizer.vocabularySize() != checkpoint.vocabulary) {
            throw new InputException(
                    tokenizerFile + " must have the " + checkpoint.vocabulary + " tokens of " + file + ", but has "
                            + tokenizer.vocabularySize() + ". Give the tokenizer that the model was trained with.");
        }
        int length = contextLength == 0 ? checkpoint.context : contextLength;
        LanguageModel definition = checkpoint.definition(new TextInput(tokenizer, length));
        Family family = new Family(
                definition, SharedWeights.of(checkpoint::finite, file.toString()), List.of(), Kinds.builtIn());
        family.name("model", new NamedMember(Member.PLAIN, MemberStatistics.none(), Map.of()));
        family.note("imported", "llama2c");
        return family;
    }

    private static ByteBuffer mapped(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new InputException(
                        file + " must be smaller than 2 GiB to be imported, but has " + channel.size() + " bytes.");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }

    private LanguageModel definition(TextInput input) {
        Block block = new Block(List.of(heads), List.of((double) hidden / dim));
        return new LanguageModel(
                input,
                List.of(dim),
                List.of(layers),
                dim / heads,
                heads / keyHeads,
                Positions.ROTARY,
                Mlp.SWIGLU,
                Norm.Kind.RMS,
                NORM_EPSILON,
                false,
                tied,
                Collections.nCopies(layers, block));
    }

    private Tensor finite(String name) {
        Tensor tensor = tensor(name);
        return tensor == null ? null : StoredTensors.requireFinite(tensor, name, file.toString());
    }

    /** The tensor that Weft calls {@code name}, kept; {@code null} when there is none. */
    private Tensor tensor(String name) {
        String[] parts = name.split("\\.");
        if (!parts[0].equals("blocks")) {
            return switch (name) {
                case "wte.weight" -> matrix(dim, piece("embedding", 0, vocabulary * dim));
                case "norm.weight" -> vector(piece("norm", 0, dim));
                case "head.weight" -> tied ? null : matrix(dim, piece("output", 0, vocabulary * dim));
                default -> null;
            };
        }
        int b = Integer.parseInt(parts[1]);
        int narrow = dim * keyDim();
        return switch (name.substring(name.indexOf('.', "blocks.".length()) + 1)) {
            case "norm1.weight" -> vector(piece("norm1", b, dim));
            case "norm2.weight" -> vector(piece("norm2", b, dim));
            case "attn.qkv.weight" ->
                matrix(dim, piece("wq", b, dim * dim), piece("wk", b, narrow), piece("wv", b, narrow));
            case "attn.q.weight" -> matrix(dim, piece("wq", b, dim * dim));
            case "attn.kv.weight" -> matrix(dim, piece("wk", b, narrow), piece("wv", b, narrow));
            case "attn.proj.weight" -> matrix(dim, piece("wo", b, dim * dim));
            case "mlp.fc1_g.weight" -> matrix(dim, piece("w1", b, hidden * dim));
            case "mlp.fc1_x.weight" -> matrix(dim, piece("w3", b, hidden * dim));
            case "mlp.fc2.weight" -> matrix(hidden, piece("w2", b, hidden * dim));
            default -> null;
        };
    }

    /** The {@code index}-th of the weights of one kind, each of {@code count} numbers. */
    private FloatBuffer piece(String kind, int index, int count) {
        int from = HEADER_BYTES + 4 * (offsets.get(kind) + index * count);
        return bytes.slice(from, 4 * count).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    /** Pieces laid end to end: (out, {@code in}). */
    private static Tensor matrix(int in, FloatBuffer... pieces) {
        float[] values = joined(pieces);
        return Tensors.of(values, values.length / in, in);
    }

    private static Tensor vector(FloatBuffer piece) {
        float[] values = joined(piece);
        return Tensors.of(values, values.length);
    }

    private static float[] joined(FloatBuffer... pieces) {
        int count = 0;
        for (FloatBuffer piece : pieces) {
            count += piece.remaining();
        }
        float[] values = new float[count];
        int at = 0;
        for (FloatBuffer piece : pieces) {
            int length = piece.remaining();
            piece.get(values, at, length);
            at += length;
        }
        return values;
    }
}
