package dev.weft.model;

import dev.weft.io.InputException;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a block of a mobile CNN may be, as an operation with weights of its own: {@code k5-e6}, a kernel of 5×5 between expanding to
 * six times the channels and projecting, or {@code skip}, the block's input (ProxylessNAS, Cai et al. 2019).
 *
 * @param kernelSize odd; 0 of {@code skip}
 * @param expandRatio 1 or more; 0 of {@code skip}
 */
record BlockOperation(String name, int kernelSize, double expandRatio) {
    static final String SKIP = "skip";

    private static final Pattern FORM = Pattern.compile("k(\\d{1,2})-e(\\d{1,2}(?:\\.\\d{1,3})?)");

    /** The order from what does least to what does most: by expansion, then by kernel. */
    private static final Comparator<BlockOperation> ORDER =
            Comparator.comparingDouble(BlockOperation::expandRatio).thenComparingInt(BlockOperation::kernelSize);

    /** @throws InputException when {@code text} is neither {@code skip} nor like {@code k5-e6} */
    static BlockOperation of(String text) {
        if (text.equals(SKIP)) {
            return new BlockOperation(SKIP, 0, 0);
        }
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            int kernelSize = Integer.parseInt(form.group(1));
            double expandRatio = Double.parseDouble(form.group(2));
            if (kernelSize % 2 == 1 && expandRatio >= 1) {
                return new BlockOperation(text, kernelSize, expandRatio);
            }
        }
        throw new InputException("An operation of a block must be skip, or like k5-e6 with an odd kernel size and an "
                + "expandRatio of 1 or more, but is \"" + text + "\".");
    }

    /**
     * The operations that one block may have, checked.
     *
     * @param first whether it is the first of its stage, which changes the shape and cannot be skipped
     */
    static List<String> checked(List<String> operations, boolean first) {
        List<BlockOperation> parsed = Setting.list("A block's operations", operations).stream()
                .map(BlockOperation::of)
                .toList();
        boolean rising = true;
        for (int i = 1; i < parsed.size(); i++) {
            rising &= ORDER.compare(parsed.get(i - 1), parsed.get(i)) < 0;
        }
        if (parsed.isEmpty() || !rising) {
            throw new InputException("The operations of a block must be one or more, skip first and then by rising "
                    + "expandRatio and kernel size, but are " + operations + ".");
        }
        if (first && operations.contains(SKIP)) {
            throw new InputException("The first block of a stage changes the shape, so it must not be skipped, but its "
                    + "operations are " + operations + ".");
        }
        return List.copyOf(operations);
    }

    boolean isSkip() {
        return name.equals(SKIP);
    }
}
