package dev.weft.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Kinds;
import java.util.Collection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every search that comes with Weft keeps the contract of searches, in the test of its name. */
class BuiltInSearchesTest {
    static Collection<Class<?>> kinds() {
        return Kinds.builtIn().of(SearchSettings.class).values();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void kindIsUnderContract(Class<?> kind) throws ReflectiveOperationException {
        Class<?> test = Class.forName(kind.getName() + "Test");
        assertThat(SearchContract.class).isAssignableFrom(test);
        SearchContract contract = (SearchContract) test.getDeclaredConstructor().newInstance();
        assertThat(contract.search()).isInstanceOf(kind);
    }
}
