package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;

/**
 * What may be on an edge of a cell, from the smallest to the largest. A convolution is ReLU, convolution and batch norm.
 *
 * <p>Operations of one family differ in their kernel alone, so that the smaller may be the middle of the larger (TangleNAS, Sukthanker et
 * al. 2024).
 */
public enum CellOperation {
    /** Zeros: no edge. */
    @JsonProperty("none")
    NONE("none"),
    /** The node itself; where the resolution is halved, two 1×1 convolutions of stride 2, each of half of the channels. */
    @JsonProperty("skip_connect")
    SKIP("skip_connect"),
    /** The mean of 3×3 pixels, those outside the image not counted. */
    @JsonProperty("avg_pool_3x3")
    AVERAGE_POOL("avg_pool_3x3"),
    /** The greatest of 3×3 pixels. */
    @JsonProperty("max_pool_3x3")
    MAX_POOL("max_pool_3x3"),
    /** Every channel reads every other one, 1×1. */
    @JsonProperty("nor_conv_1x1")
    CONV_1("nor_conv_1x1", "2", "3", 1),
    /** The same with 3×3. */
    @JsonProperty("nor_conv_3x3")
    CONV_3("nor_conv_3x3", "3", "3", 3),
    /** ReLU, depthwise 3×3 that reads every second pixel, pointwise, norm. */
    @JsonProperty("dil_conv_3x3")
    DILATED_3("dil_conv_3x3", "dil_conv_3x3", "dil_conv", 3),
    /** The same with 5×5. */
    @JsonProperty("dil_conv_5x5")
    DILATED_5("dil_conv_5x5", "dil_conv_5x5", "dil_conv", 5),
    /** ReLU, depthwise 3×3, pointwise, norm, and all of that again. */
    @JsonProperty("sep_conv_3x3")
    SEPARABLE_3("sep_conv_3x3", "sep_conv_3x3", "sep_conv", 3),
    /** The same with 5×5. */
    @JsonProperty("sep_conv_5x5")
    SEPARABLE_5("sep_conv_5x5", "sep_conv_5x5", "sep_conv", 5);

    /** The operations of NAS-Bench-201 (Dong and Yang 2020). */
    public static final List<CellOperation> NAS_BENCH_201 = List.of(NONE, SKIP, AVERAGE_POOL, CONV_1, CONV_3);

    /** The operations of the toy cell of TangleNAS. */
    public static final List<CellOperation> SEPARABLE = List.of(DILATED_3, DILATED_5, SEPARABLE_3, SEPARABLE_5);

    /** The operations of DARTS (Liu et al. 2019). */
    public static final List<CellOperation> DARTS =
            List.of(NONE, SKIP, AVERAGE_POOL, MAX_POOL, DILATED_3, DILATED_5, SEPARABLE_3, SEPARABLE_5);

    private final String published;
    private final String stored;
    private final String family;
    private final int kernelSize;

    CellOperation(String published) {
        this(published, published, published, 0);
    }

    CellOperation(String published, String stored, String family, int kernelSize) {
        this.published = published;
        this.stored = stored;
        this.family = family;
        this.kernelSize = kernelSize;
    }

    /** The name in the papers, which is the option of a choice. */
    public String published() {
        return published;
    }

    /** The name among those of an edge's weights: its number in NAS-Bench-201, its own name in DARTS. */
    String stored() {
        return stored;
    }

    /** The name of what it is entangled with, itself among them. */
    String family() {
        return family;
    }

    /** The kernel's height and width; 0 of what is no convolution. */
    int kernelSize() {
        return kernelSize;
    }

    static CellOperation named(String published) {
        return Arrays.stream(values())
                .filter(operation -> operation.published.equals(published))
                .findFirst()
                .orElseThrow();
    }

    static List<String> published(List<CellOperation> operations) {
        return operations.stream().map(CellOperation::published).toList();
    }
}
