package dev.weft.generate;

import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.LanguageModel;
import dev.weft.model.TextInput;
import dev.weft.nn.KeyValueCache;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes text with one member of a language model's family, token by token, with a key-value cache.
 *
 * <p>When the context is full it slides: the member reads the last half of it again (after the begin of a text, where the tokenizer
 * has one) and goes on, so that a text may be longer than the context. A prompt longer than the context is read the same way.
 *
 * <p>The family belongs to the caller. Each call has its own cache, so several threads may write at once.
 */
public final class TextGenerator {
    private final Family family;
    private final Member member;
    private final TextInput input;

    /** @throws InputException when the family is not of a language model */
    public TextGenerator(Family family, Member member) {
        if (!(family.definition() instanceof LanguageModel model)) {
            throw new InputException("Text is written by a language model, but this family is of a "
                    + family.definition().name() + ".");
        }
        this.family = family;
        this.member = member;
        this.input = model.input();
    }

    /**
     * Goes on after a prompt.
     *
     * @param stream is given what is written, in whole characters, as soon as it is known; not the prompt
     * @param stop is asked before each token
     * @throws InputException when the prompt is empty and the tokenizer has no begin of a text, or holds what no token stands for
     */
    public GeneratedText generate(
            String prompt, GenerationSettings settings, Consumer<String> stream, BooleanSupplier stop) {
        Tokenizer tokenizer = input.tokenizer();
        int[] asked = tokenizer.encode(prompt);
        if (asked.length == 0 && tokenizer.begin().isEmpty()) {
            throw new InputException("A prompt must have a token or more to go on from, but is empty.");
        }
        StringBuilder text = new StringBuilder();
        TextStream out = new TextStream(tokenizer, asked, piece -> {
            text.append(piece);
            stream.accept(piece);
        });
        List<Integer> written = new ArrayList<>();
        TokenDraw draw = new TokenDraw(settings);
        try (Reader reader = new Reader(asked)) {
            while (true) {
                if (stop.getAsBoolean()) {
                    return ended(text, out, written, GeneratedText.Ending.STOPPED);
                }
                int next = draw.next(reader.logits());
                if (isEnd(next)) {
                    return ended(text, out, written, GeneratedText.Ending.END_OF_TEXT);
                }
                written.add(next);
                out.add(next);
                if (written.size() == settings.maxTokens()) {
                    return ended(text, out, written, GeneratedText.Ending.MAX_TOKENS);
                }
                reader.add(next);
            }
        }
    }

    private static GeneratedText ended(
            StringBuilder text, TextStream out, List<Integer> written, GeneratedText.Ending ending) {
        out.flush();
        return new GeneratedText(text.toString(), written, ending);
    }

    /** A new begin ends the text before it. */
    private boolean isEnd(int token) {
        Tokenizer tokenizer = input.tokenizer();
        return tokenizer.end().orElse(-1) == token || tokenizer.begin().orElse(-1) == token;
    }

    /** The context: what has been read, and what is to be read next. */
    private final class Reader implements AutoCloseable {
        private final KeyValueCache cache = new KeyValueCache(input.contextLength());
        private final List<Integer> context = new ArrayList<>();
        private int read;

        Reader(int[] prompt) {
            input.tokenizer().begin().ifPresent(context::add);
            for (int token : prompt) {
                context.add(token);
            }
        }

        void add(int token) {
            context.add(token);
        }

        /** The logits after the last token of the context. */
        float[] logits() {
            if (context.size() > input.contextLength()) {
                slide();
            }
            long[] fresh = context.subList(read, context.size()).stream()
                    .mapToLong(Integer::longValue)
                    .toArray();
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor tokens = Tensors.fresh(fresh, 1, fresh.length);
                Tensor logits = family.forward(
                        tokens, Pass.evaluation(member, MemberStatistics.none()).after(cache)); // (1, T, tokens)
                read = context.size();
                return Tensors.floats(logits.select(0, 0).select(0, fresh.length - 1));
            }
        }

        private void slide() {
            int kept = Math.max(1, input.contextLength() / 2);
            List<Integer> last = List.copyOf(context.subList(context.size() - kept, context.size()));
            context.clear();
            input.tokenizer().begin().ifPresent(context::add);
            context.addAll(last);
            cache.clear();
            read = 0;
        }

        @Override
        public void close() {
            cache.close();
        }
    }
}
