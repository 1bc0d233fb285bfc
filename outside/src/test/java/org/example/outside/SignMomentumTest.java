package org.example.outside;

import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerContract;

class SignMomentumTest implements OptimizerContract {
    @Override
    public Optimizer optimizer() {
        return new SignMomentum(0.01, 0.9, 0.1);
    }
}
