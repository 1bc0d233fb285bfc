package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Kinds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every optimiser of Weft keeps the contract. */
class BuiltInOptimizersTest {
    @Nested
    class Momentum implements OptimizerContract {
        @Override
        public Optimizer optimizer() {
            return new Optimizer.Sgd(0.05, 0.9, true, 1e-3);
        }
    }

    @Nested
    class PlainDescent implements OptimizerContract {
        @Override
        public Optimizer optimizer() {
            return new Optimizer.Sgd(0.05, 0, false, 0);
        }
    }

    @Nested
    class Adam implements OptimizerContract {
        @Override
        public Optimizer optimizer() {
            return new Optimizer.Adam(0.01, 0.9, 0.99, 1e-8, 1e-3);
        }
    }

    @Nested
    class AdamW implements OptimizerContract {
        @Override
        public Optimizer optimizer() {
            return new Optimizer.AdamW(0.01, 0.9, 0.99, 1e-8, 0.05);
        }
    }

    @Nested
    class RmsProp implements OptimizerContract {
        @Override
        public Optimizer optimizer() {
            return new Optimizer.RmsProp(0.01, 0.9, 0.9, 1e-3, 1e-3);
        }
    }

    @Nested
    class RmsPropTf implements OptimizerContract {
        @Override
        public Optimizer optimizer() {
            return new Optimizer.RmsPropTf(0.01, 0.9, 0.9, 1e-3, 1e-3);
        }
    }

    @Test
    void allOfThemAreHere() throws ReflectiveOperationException {
        List<Class<?>> here = new ArrayList<>();
        for (Class<?> nested : getClass().getDeclaredClasses()) {
            here.add(((OptimizerContract)
                            nested.getDeclaredConstructor(getClass()).newInstance(this))
                    .optimizer()
                    .getClass());
        }
        assertThat(here).containsAll(Kinds.builtIn().of(Optimizer.class).values());
        assertThat(Arrays.asList(getClass().getDeclaredClasses())).isNotEmpty();
    }
}
