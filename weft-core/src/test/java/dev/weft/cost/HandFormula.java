package dev.weft.cost;

import dev.weft.space.Member;

/** The costs of the tiny models, written out by hand: layer by layer, from the options of a member alone. */
final class HandFormula {
    private long params;
    private long macs;
    private long statistics;
    private int side;

    private HandFormula() {}

    private MemberCosts costs() {
        return new MemberCosts(params, macs, 4 * (params + statistics));
    }

    static MemberCosts mobileCnn(Member member) {
        HandFormula f = new HandFormula();
        f.side = integer(member, "resolution");
        int width = integer(member, "stem.width");
        f.convBn(3, width, 3, 1, 1);
        for (int stage = 1; stage <= 3; stage++) {
            int out = integer(member, "stage" + stage + ".width");
            for (int block = 0; block < integer(member, "stage" + stage + ".depth"); block++) {
                int stride = block == 0 && stage > 1 ? 2 : 1;
                if (stage == 1) {
                    f.convBn(width, width, 3, stride, 1); // fused, ratio 1
                } else if (stage == 2) {
                    int middle = (int) (width * decimal(member, "stage2.expand"));
                    f.convBn(width, middle, 1, 1, 1);
                    f.convBn(middle, middle, integer(member, "stage2.kernel"), stride, middle);
                    int reduced = (int) Math.round(width / 4.0); // squeeze-excite runs on 1×1 means
                    f.params += 2L * middle * reduced + reduced + middle;
                    f.macs += 2L * middle * reduced;
                    f.convBn(middle, out, 1, 1, 1);
                    width = out;
                    continue;
                } else {
                    f.convBn(width, width, integer(member, "stage3.kernel"), stride, width);
                }
                f.convBn(width, out, 1, 1, 1);
                width = out;
            }
        }
        int head = integer(member, "head.width");
        f.convBn(width, head, 1, 1, 1);
        f.params += 3L * head + 3;
        f.macs += 3L * head;
        return f.costs();
    }

    private void convBn(int in, int out, int kernel, int stride, int groups) {
        side = (side + stride - 1) / stride;
        long weights = (long) out * (in / groups) * kernel * kernel;
        params += weights + 2L * out;
        statistics += 2L * out;
        macs += weights * side * side;
    }

    static MemberCosts visionTransformer(Member member) {
        HandFormula f = new HandFormula();
        int c = integer(member, "embedDim");
        int tokens = 5; // 2×2 patches and the class token
        f.params += 16L * c + c + c + (long) tokens * c;
        f.macs += 4L * 16 * c;
        for (int block = 1; block <= integer(member, "depth"); block++) {
            int heads = integer(member, "block" + block + ".numHeads");
            int inner = 8 * heads;
            int hidden = (int) (c * decimal(member, "block" + block + ".mlpRatio"));
            f.params += 4L * c; // two layer norms
            f.linear(tokens, c, 3 * inner);
            f.macs += 2L * heads * tokens * tokens * 8;
            f.linear(tokens, inner, c);
            f.linear(tokens, c, hidden);
            f.linear(tokens, hidden, c);
        }
        f.params += 2L * c;
        f.linear(1, c, 3);
        return f.costs();
    }

    /** The tiny GPT on 10 of 11 tokens: learned positions, biases, the table of tokens also last. */
    static MemberCosts languageModel(Member member) {
        HandFormula f = new HandFormula();
        int c = integer(member, "embedDim");
        f.params += 11L * c + 10L * c;
        for (int block = 1; block <= integer(member, "depth"); block++) {
            int hidden = (int) (c * decimal(member, "block" + block + ".mlpRatio"));
            f.params += 4L * c; // two layer norms
            f.linear(10, c, 3 * c);
            f.macs += 2L * 10 * 10 * c; // whatever the heads: they split the width
            f.linear(10, c, c);
            f.linear(10, c, hidden);
            f.linear(10, hidden, c);
        }
        f.params += 2L * c;
        f.macs += 10L * c * 11;
        return f.costs();
    }

    /** The tiny Llama on 10 of 11 tokens: no biases, heads of 6 of which two share a key, a matrix of its own last. */
    static MemberCosts llama(Member member) {
        HandFormula f = new HandFormula();
        int c = integer(member, "embedDim");
        f.params += 11L * c;
        for (int block = 1; block <= integer(member, "depth"); block++) {
            int inner = 6 * integer(member, "block" + block + ".numHeads");
            int hidden = (int) (c * decimal(member, "block" + block + ".mlpRatio"));
            long matrices = (long) c * inner + 2L * c * inner / 2 + (long) inner * c + 3L * c * hidden;
            f.params += 2L * c + matrices;
            f.macs += 10 * matrices + 2L * 10 * 10 * inner;
        }
        f.params += c + 11L * c;
        f.macs += 10L * c * 11;
        return f.costs();
    }

    private void linear(int tokens, int in, int out) {
        params += (long) in * out + out;
        macs += (long) tokens * in * out;
    }

    private static int integer(Member member, String choice) {
        return (Integer) member.options().get(choice);
    }

    private static double decimal(Member member, String choice) {
        return (Double) member.options().get(choice);
    }
}
