package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.nn.Network;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Weights;
import java.util.List;

/**
 * Everything about a model but its weights, as data: written to files, compared, printed. Where a setting lists several options
 * it is a choice; where it lists one it is a plain size. A definition with one option everywhere is a plain model.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = MobileCnn.class, name = "mobile-cnn"),
    @JsonSubTypes.Type(value = ConvNet.class, name = "conv-net"),
    @JsonSubTypes.Type(value = CellNetwork.class, name = "cell-network"),
    @JsonSubTypes.Type(value = CellStack.class, name = "cell-stack"),
    @JsonSubTypes.Type(value = VisionTransformer.class, name = "vision-transformer"),
    @JsonSubTypes.Type(value = LanguageModel.class, name = "language-model"),
    @JsonSubTypes.Type(value = Subspace.class, name = "subspace")
})
public interface ModelDefinition {
    /** The name for error messages and reports: "mobile-cnn". */
    @JsonIgnore
    String name();

    /** What the model reads and what it tells apart; {@code null} until {@link #withInput} binds it to data. */
    ModelInput input();

    /**
     * The same model for other data.
     *
     * @param input {@code null} to leave it open
     * @throws dev.weft.io.InputException when the model cannot read such data, as an image model cannot read text
     */
    ModelDefinition withInput(ModelInput input);

    /** The settings with more than one option, and those of a {@link Subspace} that have one left. */
    @JsonIgnore
    List<Choice<?>> choices();

    /** The plain model of one member: every setting with the one option that {@code member} picks. */
    ModelDefinition at(Member member);

    /**
     * Builds the network from the input's ports to its outputs: pixel values 0 to 255 (B, C, H, W) to logits (B, classes), or token ids
     * (B, T) to logits (B, T, tokens), each a {@link dev.weft.nn.Layer}; a model of several inputs or outputs gives a network of bundles.
     */
    Network build(Weights weights);

    @JsonIgnore
    default Space space() {
        return new Space(name(), choices());
    }
}
