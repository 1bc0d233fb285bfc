package dev.weft.sample;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.sample.attentive.AttentiveSampler;
import dev.weft.sample.fair.FairSampler;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.norm.GradientNormSampler;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.BlendedWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;

/** Says which members train at a step, as data: a recipe's setting. At work in a run it is a {@link Sampling}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Sampler.Sandwich.class, name = "sandwich"),
    @JsonSubTypes.Type(value = Sampler.SinglePath.class, name = "single-path"),
    @JsonSubTypes.Type(value = Sampler.StochasticSandwich.class, name = "stochastic-sandwich"),
    @JsonSubTypes.Type(value = Sampler.Largest.class, name = "largest"),
    @JsonSubTypes.Type(value = Sampler.Blend.class, name = "blend"),
    @JsonSubTypes.Type(value = CostLevelSampler.class, name = "cost-levels"),
    @JsonSubTypes.Type(value = FairSampler.class, name = "fair"),
    @JsonSubTypes.Type(value = AttentiveSampler.class, name = "attentive"),
    @JsonSubTypes.Type(value = GradientNormSampler.class, name = "gradient-norm")
})
public interface Sampler {
    /**
     * Begins a run.
     *
     * @throws dev.weft.io.InputException when the family or the data is not one that it can draw from
     */
    Sampling start(Sampling.Setup setup);

    /** Whether every step draws the largest: in-place distillation has no teacher without it. */
    boolean drawsLargest();

    /** How many members train at a step. */
    int membersPerStep(Space space);

    /** The setting for people: {@code sandwich, random 2}. What is a setting of its own is left out. */
    default String inWords() {
        StringJoiner words = new StringJoiner(", ");
        Map<?, ?> settings = Json.parse(Json.writeLine(this), "the setting of a sampler", Map.class);
        settings.forEach((name, value) -> {
            if (!(value instanceof Map || value instanceof List)) {
                words.add(name.equals("kind") ? value.toString() : name + " " + value);
            }
        });
        return words.toString();
    }

    /**
     * This sampler where it remembers nothing and can draw from a part of a space, as phases and supernets that split ask of it; empty
     * otherwise.
     */
    default Optional<Memoryless> memoryless() {
        return Optional.empty();
    }

    /**
     * Whether the members that it draws are those that trained, whatever training has moved since, so that a trained family's steps can be
     * drawn again without its run. Blends remember nothing, and yet are not: what they mix is in logits.
     */
    default boolean drawsOfSpaceAlone() {
        return false;
    }

    /** Whether every step draws the smallest member as well as the largest. */
    default boolean drawsExtremes() {
        return false;
    }

    /** The same with more random members a step, about twice as many; empty where it cannot have more. */
    default Optional<Sampler> withMoreMembers() {
        return Optional.empty();
    }

    /** The part of the training split that it learns from and the weights do not see; 0 for none. */
    default double heldOutPart() {
        return 0;
    }

    /**
     * The members that it may draw.
     *
     * @param part of a space, of which it draws
     */
    default Space reach(Space part) {
        return part;
    }

    /** Whether it asks a generator of the family's sharing for members, and trains it. */
    default boolean trainsGenerator() {
        return false;
    }

    /**
     * Checks that it fits the rest of a training rule.
     *
     * @param architecture whether logits of a blend are trained, for which members must be blends
     * @param reptile whether members take steps of their own, so that weights do not move by the members' gradients
     * @throws InputException when it does not
     */
    default void requireFits(boolean architecture, boolean reptile) {
        if (architecture) {
            throw new InputException(
                    "Training with train.architecture must have sampler blend, but has sampler " + this + ".");
        }
    }

    /**
     * Checks that it fits the rest of a recipe.
     *
     * @param sharing how members share weights
     * @param mixed whether training examples are mixed with each other
     * @throws InputException when it does not
     */
    default void requireFits(List<Sharing> sharing, boolean mixed) {
        if (sharing.stream().anyMatch(Sharing::generatesMembers) != trainsGenerator()) {
            throw new InputException("A recipe must have a generator in its sharing exactly where its sampler asks one"
                    + " for members, but has sharing " + sharing + " and sampler " + this + ".");
        }
    }

    /** A sampler that remembers nothing: what it draws depends on the space that it is given and on chance. */
    interface Memoryless extends Sampler {
        /** The members of one step, the largest first if it is among them. */
        List<TrainingMember> draw(Space space, RandomGenerator random);

        @Override
        default Sampling start(Sampling.Setup setup) {
            Space space = setup.family().space();
            return Sampling.of(random -> draw(space, random));
        }

        @Override
        default Optional<Memoryless> memoryless() {
            return Optional.of(this);
        }

        @Override
        default boolean drawsOfSpaceAlone() {
            return true;
        }
    }

    /**
     * The sandwich rule (Yu and Huang, universally slimmable networks, 2019): the largest, the smallest and some random members.
     *
     * @param random how many random members; 2 in BigNAS
     */
    record Sandwich(@JsonProperty(defaultValue = "1") int random) implements Memoryless {
        public Sandwich {
            if (random < 0) {
                throw new InputException("A sandwich must have random >= 0, but got " + random + ".");
            }
        }

        @Override
        public List<TrainingMember> draw(Space space, RandomGenerator generator) {
            List<TrainingMember> draws = new ArrayList<>();
            draws.add(new TrainingMember(Role.LARGEST, space.largest()));
            draws.add(new TrainingMember(Role.SMALLEST, space.smallest()));
            for (int i = 0; i < random; i++) {
                draws.add(new TrainingMember(Role.RANDOM, space.sample(generator)));
            }
            return draws;
        }

        @Override
        public int membersPerStep(Space space) {
            return random + 2;
        }

        @Override
        public boolean drawsExtremes() {
            return true;
        }

        @Override
        public Optional<Sampler> withMoreMembers() {
            return Optional.of(new Sandwich(random + 2));
        }

        @Override
        public boolean drawsLargest() {
            return true;
        }
    }

    /**
     * Uniformly random members (Guo et al., single path one-shot, 2020).
     *
     * @param members how many a step; 1 in the paper
     */
    record SinglePath(@JsonProperty(defaultValue = "1") int members) implements Memoryless {
        public SinglePath {
            if (members < 1) {
                throw new InputException("Single-path sampling must have members >= 1, but got " + members + ".");
            }
        }

        @Override
        public List<TrainingMember> draw(Space space, RandomGenerator generator) {
            List<TrainingMember> draws = new ArrayList<>();
            for (int i = 0; i < members; i++) {
                draws.add(new TrainingMember(Role.RANDOM, space.sample(generator)));
            }
            return draws;
        }

        @Override
        public int membersPerStep(Space space) {
            return members;
        }

        @Override
        public Optional<Sampler> withMoreMembers() {
            return Optional.of(new SinglePath(2 * members));
        }

        @Override
        public boolean drawsLargest() {
            return false;
        }
    }

    /**
     * The sandwich rule one member at a time: a single path, which now and then is the largest or the smallest member. A step costs one
     * member's pass where the sandwich costs three, so that there are more updates in the same time.
     *
     * @param largest how likely a step trains the largest member
     * @param smallest how likely it trains the smallest; otherwise a uniformly random one
     */
    record StochasticSandwich(
            @JsonProperty(defaultValue = "0.25") double largest,
            @JsonProperty(defaultValue = "0.1") double smallest) implements Memoryless {
        public StochasticSandwich {
            if (!(largest >= 0 && smallest >= 0 && largest + smallest <= 1)) {
                throw new InputException(
                        "A stochastic sandwich must have probabilities largest and smallest >= 0 whose sum"
                                + " is at most 1, but got largest=" + largest + ", smallest=" + smallest + ".");
            }
        }

        @Override
        public List<TrainingMember> draw(Space space, RandomGenerator generator) {
            double drawn = generator.nextDouble();
            if (drawn < largest) {
                return List.of(new TrainingMember(Role.LARGEST, space.largest()));
            }
            return List.of(
                    drawn < largest + smallest
                            ? new TrainingMember(Role.SMALLEST, space.smallest())
                            : new TrainingMember(Role.RANDOM, space.sample(generator)));
        }

        @Override
        public int membersPerStep(Space space) {
            return 1;
        }

        @Override
        public boolean drawsLargest() {
            return largest == 1;
        }
    }

    /** The largest member alone: ordinary training, also of a plain model. */
    record Largest() implements Memoryless {
        @Override
        public Space reach(Space part) {
            Map<String, List<String>> left = new LinkedHashMap<>();
            part.choices()
                    .forEach(choice ->
                            left.put(choice.name(), List.of(choice.largest().toString())));
            return part.within(left);
        }

        @Override
        public List<TrainingMember> draw(Space space, RandomGenerator generator) {
            return List.of(new TrainingMember(Role.LARGEST, space.largest()));
        }

        @Override
        public int membersPerStep(Space space) {
            return 1;
        }

        @Override
        public boolean drawsLargest() {
            return true;
        }
    }

    /** One draw of a blend of all members, for search by gradient: the family's weights must be blended. */
    record Blend() implements Memoryless {
        /** It draws from logits that training moves. */
        @Override
        public boolean drawsOfSpaceAlone() {
            return false;
        }

        @Override
        public void requireFits(boolean architecture, boolean reptile) {
            if (!architecture) {
                throw new InputException(
                        "Training with sampler blend must have train.architecture, which says how the logits of the blend are"
                                + " trained, but has none.");
            }
        }

        @Override
        public List<TrainingMember> draw(Space space, RandomGenerator generator) {
            return List.of(new TrainingMember(Role.BLEND, BlendedWeights.blend(space.largest(), generator.nextLong())));
        }

        @Override
        public int membersPerStep(Space space) {
            return 1;
        }

        @Override
        public boolean drawsLargest() {
            return false;
        }
    }
}
