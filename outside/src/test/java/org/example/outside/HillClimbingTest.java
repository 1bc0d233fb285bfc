package org.example.outside;

import dev.weft.io.Kinds;
import dev.weft.search.SearchContract;

class HillClimbingTest implements SearchContract {
    @Override
    public HillClimbing search() {
        return new HillClimbing(60);
    }

    @Override
    public Kinds kinds() {
        return OutsideKinds.KINDS;
    }
}
