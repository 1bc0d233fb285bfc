package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelsTest {
    private static String heard(String said, ByteArrayOutputStream others) {
        Kernels kernels = new Kernels();
        kernels.listen(
                new BufferedReader(new StringReader(said)), new PrintStream(others, true, StandardCharsets.UTF_8));
        return kernels.name();
    }

    @Test
    void the_first_name_counts_and_all_else_is_passed_on() {
        ByteArrayOutputStream others = new ByteArrayOutputStream();
        assertThat(heard("a warning\nCore: SkylakeX\nCore: Haswell\nmore\n", others))
                .isEqualTo("SkylakeX");
        assertThat(others.toString(StandardCharsets.UTF_8).lines()).containsExactly("a warning", "more");
    }

    @Test
    void a_process_without_openblas_names_none() {
        assertThat(heard("", new ByteArrayOutputStream())).startsWith("none named");
    }

    /** OpenBLAS of libtorch, which hears of the variable. */
    @Test
    void the_kernels_are_those_that_the_environment_asks_for() {
        for (String kind : List.of("Haswell", "Prescott")) {
            try (Child child = Child.weft(Map.of("OPENBLAS_CORETYPE", kind), "kernels")) {
                child.answer(Map.class);
                assertThat(child.kernels()).isEqualTo(kind);
            }
        }
    }

    @Test
    void a_process_says_which_it_has_chosen_itself() {
        assertThat(Child.weftKernels()).doesNotContain("none").isNotBlank();
    }
}
