package dev.weft.recipe;

import dev.weft.data.Dataset;
import dev.weft.data.PassedOver;
import java.util.List;
import java.util.Optional;

/**
 * Examples that a model can read and was not trained on.
 *
 * @param training what members are recalibrated on, without targets
 * @param selection absent where the data brings none
 * @param report what members are measured on: the test part, or all of it where there is none
 * @param passedOver what lies beside the data and is not read
 */
public record OtherData(
        Dataset training, Optional<? extends Dataset> selection, Dataset report, List<PassedOver> passedOver) {}
