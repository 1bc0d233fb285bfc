package dev.weft.nn;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a forward pass of a transformer is given beside the tokens x (B, T, C). Its tensors belong to the caller; each may be absent
 * ({@code null}).
 *
 * @param seen which keys a query sees, beside what causal attention hides: broadcast to (B, nh, T, S), booleans, or numbers that are added
 *     to the scores. Padding is a mask (B, 1, 1, S)
 * @param positions of the tokens for rotary positions, one (T) or (B, T) of int64 for each axis along which tokens lie; {@code null}: in
 *     a row, after those in the cache
 * @param memory what cross-attention reads, (B, S, M)
 * @param memorySeen as {@code seen}, of the memory
 * @param memoryPositions as {@code positions}, of the memory
 * @param condition that modulates blocks, (B, D)
 * @param counts how many of each row's tokens are real, of a pass with a cache in which rows end at different places
 */
public record TokenContext(
        Tensor seen,
        List<Tensor> positions,
        Tensor memory,
        Tensor memorySeen,
        List<Tensor> memoryPositions,
        Tensor condition,
        List<Integer> counts) {
    /** Nothing beside the tokens. */
    public static final TokenContext NONE = new TokenContext(null, null, null, null, null, null, null);

    public TokenContext withSeen(Tensor mask) {
        return new TokenContext(mask, positions, memory, memorySeen, memoryPositions, condition, counts);
    }

    public TokenContext withPositions(List<Tensor> places) {
        return new TokenContext(seen, List.copyOf(places), memory, memorySeen, memoryPositions, condition, counts);
    }

    /** @param places of the memory's entries, or {@code null} */
    public TokenContext withMemory(Tensor read, Tensor mask, List<Tensor> places) {
        return new TokenContext(
                seen, positions, read, mask, places == null ? null : List.copyOf(places), condition, counts);
    }

    public TokenContext withCondition(Tensor given) {
        return new TokenContext(seen, positions, memory, memorySeen, memoryPositions, given, counts);
    }

    public TokenContext withCounts(List<Integer> real) {
        return new TokenContext(seen, positions, memory, memorySeen, memoryPositions, condition, List.copyOf(real));
    }
}
