package dev.weft.weight;

import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A strategy over another one: what it does not decide itself, it leaves to that one. Without this a wrapper that forgets a method
 * would silently go round the strategy that it wraps.
 */
public interface WrappedWeights extends Weights {
    /** The strategy underneath. */
    Weights source();

    @Override
    default Weight batchNorm(String name, Init init, Axis channels) {
        return source().batchNorm(name, init, channels);
    }

    @Override
    default Gate gate(String name, Dim count) {
        return source().gate(name, count);
    }

    @Override
    default Gate gate(String name, Choice<?> operations) {
        return source().gate(name, operations);
    }

    @Override
    default Tensor distribution(Choice<?> choice, Reading reading) {
        return source().distribution(choice, reading);
    }

    @Override
    default Tensor buffer(String name, Supplier<Tensor> first) {
        return source().buffer(name, first);
    }

    @Override
    default Insertion insertion(String name, Dim width) {
        return source().insertion(name, width);
    }

    @Override
    default boolean hasOwnUpdate(String stored) {
        return source().hasOwnUpdate(stored);
    }

    @Override
    default void begin(Beginning beginning) {
        source().begin(beginning);
    }

    @Override
    default boolean isMixture(Member member) {
        return source().isMixture(member);
    }

    @Override
    default Member plain(Member member) {
        return source().plain(member);
    }

    @Override
    default void requireAlone(Member member) {
        source().requireAlone(member);
    }

    @Override
    default Optional<Tensor> remaining(String stored, Reading reading) {
        return source().remaining(stored, reading);
    }

    @Override
    default Optional<String> leaf(Member member) {
        return source().leaf(member);
    }

    @Override
    default Optional<Mixing> mixing() {
        return source().mixing();
    }

    @Override
    default Optional<MemberProposals> proposals() {
        return source().proposals();
    }

    @Override
    default double temperature(double progress) {
        return source().temperature(progress);
    }

    @Override
    default Member drawn(Member member) {
        return source().drawn(member);
    }

    @Override
    default Map<Choice<?>, List<Double>> parts() {
        return source().parts();
    }

    @Override
    default Optional<Member> chosen(Member within) {
        return source().chosen(within);
    }

    @Override
    default void built() {
        source().built();
    }
}
