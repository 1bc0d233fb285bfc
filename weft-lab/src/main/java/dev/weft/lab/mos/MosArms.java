package dev.weft.lab.mos;

import dev.weft.lab.Arm;
import dev.weft.model.LanguageModel;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.text.TokenizerSettings;
import dev.weft.train.DataSettings;
import dev.weft.train.Distillation;
import dev.weft.train.LearningRateSchedule;
import dev.weft.train.Optimizer;
import dev.weft.train.Precision;
import dev.weft.train.Recipe;
import dev.weft.train.Regularisation;
import dev.weft.train.Sampler;
import dev.weft.train.TrainSettings;
import dev.weft.weight.MemberEncoding;
import dev.weft.weight.Sharing;
import java.util.ArrayList;
import java.util.List;

/** The ways of training the language model that are compared. Optimiser, schedule and data are the same for all. */
final class MosArms {
    static final String FEW_SHOT_HALF = "few-shot-half";
    static final String FEW_SHOT = "few-shot";
    static final String ALONE = "alone";

    /** The decision by which few-shot supernets divide the space: every member has it. */
    private static final String SPLIT = "block1.mlpRatio";

    private static final String PATTERN = "(blocks\\.\\d+\\.mlp)\\.fc[12]\\.";

    /** Halves of the space, by the first block's MLP. */
    enum Part {
        NARROW,
        WIDE;

        String arm(String fewShot) {
            return fewShot + "-" + name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final MosScale scale;
    private final String data;

    MosArms(MosScale scale, String data) {
        this.scale = scale;
        this.data = data;
    }

    /** The name of the arm that trains one member alone. */
    static String alone(String member) {
        return ALONE + "-" + member;
    }

    /** All arms of a seed, supernets with one set of weights and with experts first. */
    List<Arm> all() {
        List<Arm> arms = new ArrayList<>();
        Sampler sandwich = new Sampler.Sandwich(1);
        for (MosSharing sharing : MosSharing.values()) {
            arms.add(arm(
                    sharing.arm(),
                    scale.model(),
                    sharing.of(PATTERN, scale.experts(), scale.routerWidth(), new MemberEncoding.Scaled()),
                    scale.epochs(),
                    sandwich));
        }
        for (Part part : Part.values()) {
            arms.add(arm(part.arm(FEW_SHOT_HALF), part(part), List.of(), halfEpochs(), sandwich));
            arms.add(arm(part.arm(FEW_SHOT), part(part), List.of(), scale.epochs(), sandwich));
        }
        MosMembers members = new MosMembers(scale.model());
        for (String name : members.alone()) {
            LanguageModel plain = scale.model().at(members.evaluated().get(name));
            arms.add(arm(alone(name), plain, List.of(), scale.epochs(), new Sampler.Largest()));
        }
        return arms;
    }

    private int halfEpochs() {
        return Math.max(1, scale.epochs() / 2);
    }

    /** The half of the space that a member belongs to. */
    Part part(Member member) {
        List<Double> ratios = scale.model().blocks().get(0).mlpRatio();
        double own = member.value(new Choice<>(SPLIT, ratios));
        return ratios.indexOf(own) < ratios.size() / 2 ? Part.NARROW : Part.WIDE;
    }

    private LanguageModel part(Part part) {
        LanguageModel whole = scale.model();
        List<LanguageModel.Block> blocks = new ArrayList<>(whole.blocks());
        LanguageModel.Block first = blocks.get(0);
        int half = first.mlpRatio().size() / 2;
        blocks.set(
                0,
                new LanguageModel.Block(
                        first.numHeads(),
                        part == Part.NARROW
                                ? first.mlpRatio().subList(0, half)
                                : first.mlpRatio()
                                        .subList(half, first.mlpRatio().size())));
        return new LanguageModel(
                null,
                whole.embedDim(),
                whole.depth(),
                whole.headDim(),
                whole.groupSize(),
                whole.positions(),
                whole.mlp(),
                whole.norm(),
                whole.normEpsilon(),
                whole.bias(),
                whole.tied(),
                blocks);
    }

    DataSettings data() {
        return new DataSettings.Text(
                data, new TokenizerSettings.Characters(), scale.contextLength(), 0.05, 0.05, scale.batchSize());
    }

    private Arm arm(String name, LanguageModel model, List<Sharing> sharing, int epochs, Sampler sampler) {
        return new Arm(
                name,
                new Recipe("mixture-of-supernets-" + name, "", model, sharing, null, data(), train(epochs, sampler)));
    }

    /** Adam does not see the scale of a gradient, so that a sum over three members needs no other rate than one member. */
    private TrainSettings train(int epochs, Sampler sampler) {
        return new TrainSettings(
                epochs,
                sampler,
                new Distillation.None(),
                0,
                TrainSettings.Gradients.SUM,
                null,
                new Optimizer.AdamW(scale.learningRate(), 0.9, 0.98, 1e-8, 0.01),
                new LearningRateSchedule.Cosine(0.02, epochs / 20.0),
                Regularisation.none(),
                List.of(),
                Precision.FLOAT32,
                1,
                0,
                200,
                false,
                1,
                null,
                null);
    }
}
