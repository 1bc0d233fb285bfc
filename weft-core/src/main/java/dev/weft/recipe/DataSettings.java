package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.data.Augmentation;
import dev.weft.data.Background;
import dev.weft.data.Batches;
import dev.weft.data.Colour;
import dev.weft.data.DataCatalog;
import dev.weft.data.Dataset;
import dev.weft.data.FolderOptions;
import dev.weft.data.ImageBatches;
import dev.weft.data.ImageDataset;
import dev.weft.data.ImageParts;
import dev.weft.data.ImageSplits;
import dev.weft.data.MixedImages;
import dev.weft.data.Mixing;
import dev.weft.data.Normalisation;
import dev.weft.data.SplitShares;
import dev.weft.data.Splits;
import dev.weft.data.TextParts;
import dev.weft.data.TextSource;
import dev.weft.data.TextSplits;
import dev.weft.data.TextWindows;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.WeftCommand;
import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelInput;
import dev.weft.model.TextInput;
import dev.weft.text.CharacterTokenizer;
import dev.weft.text.Tokenizer;
import dev.weft.text.TokenizerSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The data of a recipe. Without a kind it is images. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind", defaultImpl = DataSettings.Images.class)
@JsonSubTypes({
    @JsonSubTypes.Type(value = DataSettings.Images.class, name = "images"),
    @JsonSubTypes.Type(value = DataSettings.Text.class, name = "text")
})
public interface DataSettings {
    /** An epoch has so many steps at least, where settings are fitted to data. */
    int FEWEST_STEPS = 4;

    /** What the data is opened by. */
    String source();

    /** Examples of a training step. */
    int batchSize();

    DataSettings withSource(String other);

    DataSettings withBatchSize(int size);

    /** These settings with the splits that they give for this seed, whatever the seed of a run: what differs then is training alone. */
    DataSettings withSplitsOf(long seed);

    /** How the examples are shared out, where that is by shares: empty for data that is cut otherwise. */
    default Optional<SplitShares> shares() {
        return Optional.empty();
    }

    /**
     * These settings shared out so, whatever they said before.
     *
     * @throws InputException when this kind of data is not shared out by shares
     */
    default DataSettings withShares(SplitShares shares) {
        throw new InputException("A split " + shares + " must be of data that is shared out by shares, but data of the"
                + " kind \"" + Kinds.nameOf(this) + "\" is not. Leave out --split.");
    }

    /**
     * These settings for data that they were not written for: with smaller batches where their own would make fewer than
     * {@value #FEWEST_STEPS} of it. Batches are powers of two then, of two examples at least.
     *
     * @param examples that are trained on
     */
    default DataSettings fitted(int examples) {
        int fitting = Math.max(2, Integer.highestOneBit(Math.max(1, examples / FEWEST_STEPS)));
        return batchSize() <= fitting ? this : withBatchSize(fitting);
    }

    /** The files that are read beside the source. */
    default List<String> files() {
        return List.of();
    }

    /**
     * These settings with the source and the {@link #files} named otherwise.
     *
     * @param place the name of the same file or folder, whatever name it is given
     */
    default DataSettings withPlaces(UnaryOperator<String> place) {
        return withSource(place.apply(source()));
    }

    /** What a family notes of how its model sees this data, for whoever shows it others. */
    default Map<String, String> notes() {
        return Map.of();
    }

    /**
     * The seed that splits are drawn by.
     *
     * @param seed of the run, where the settings name none
     */
    default long splitSeed(long seed) {
        return seed;
    }

    /**
     * Opens the source and cuts it into disjoint splits; the same seed gives the same splits, as long as the source is the same. For
     * data that nothing was trained on yet: what a run or a family was trained on is opened by its {@link DataProvenance}, which compares.
     */
    Splits open(long seed);

    /**
     * Does what {@link #open} does, with text encoded by the tokenizer that a model was trained with, whose own file need not be there any more.
     */
    default Splits reopen(long seed, ModelInput input) {
        return open(seed);
    }

    /**
     * The training batches of a split, augmented where the settings say so.
     *
     * @param train a split that these settings opened
     * @throws InputException when it does not fill one batch
     */
    Batches batches(Dataset train, long seed);

    /**
     * The batches that weights train on, in place of plain ones: mixed where the settings say so. What else is learnt or measured reads plain
     * batches.
     */
    default Batches mixed(Batches batches, long seed) {
        return batches;
    }

    /** Whether training examples are mixed with each other. */
    default boolean mixes() {
        return false;
    }

    /**
     * What a model reads of splits that these settings opened; what is measured for it is measured on the training split.
     *
     * @throws InputException when no model could read them
     */
    ModelInput input(Splits splits);

    /**
     * An input like that of data which is not here, for a dry run.
     *
     * @throws InputException when these settings do not say enough of it
     */
    default ModelInput standIn() {
        throw new InputException("A dry run must have data of the kind \"" + Kinds.nameOf(this) + "\" at " + source()
                + ", because its settings do not say what a model reads of it. Give the data.");
    }

    /**
     * What there is at another place that a trained model can read.
     *
     * @param input of the model
     * @throws InputException when there is nothing of that kind
     */
    default OtherData other(ModelInput input, String place) {
        Splits splits = withSource(place).reopen(splitSeed(0), input);
        return new OtherData(splits.train(), Optional.of(splits.selection()), splits.report(), splits.passedOver());
    }

    /**
     * What reads data for an input: the reader of the same name as the input, or that of the data that was trained on where there is none
     * or it is the same.
     *
     * @param trained what is known of the data that was trained on
     */
    static DataSettings of(ModelInput input, Optional<DataSettings> trained, String place, Kinds kinds) {
        String kind = Kinds.nameOf(input);
        boolean hasReader = kinds.of(DataSettings.class).containsKey(kind);
        if (trained.isPresent() && (!hasReader || Kinds.nameOf(trained.get()).equals(kind))) {
            return trained.get();
        }
        if (!hasReader) {
            throw new InputException("The file must say how the data of its model is read, for " + input.description()
                    + " has no reader of its own, but does not.");
        }
        return Yaml.parse( // which has defaults for what nobody says
                Json.writeLine(Map.of("kind", kind, "source", place)),
                "data of the kind " + kind,
                DataSettings.class,
                kinds);
    }

    /**
     * Labelled images.
     *
     * @param source a name of {@code weft data}, or a folder
     * @param selectionSize images held out of the training part for choosing members, exactly; absent to go by {@code split}
     * @param split how the images are shared out; absent for {@link SplitShares#DEFAULT}, or where there is a {@code selectionSize}
     * @param batchSize images of a training step
     * @param augmentation of training images
     * @param imageSize what a folder of images of any size is resized to; absent for the images' own size
     * @param colour whether a folder of images is read as colour or grey; absent to take it from the images
     * @param background what transparent pictures are laid on; absent for white
     * @param splitSeed of the draw of the splits; absent for the run's seed
     * @param centreCrop the part of a picture's shorter side that is seen where no crop is drawn: a picture of a folder keeps its shape,
     *     its shorter side becomes {@code imageSize / centreCrop}, and its centre is cut out; 0.875 is usual. Absent to stretch pictures
     * @param mixing of training images with each other, labels and all; absent for none
     */
    record Images(
            String source,
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer selectionSize,
            @JsonInclude(JsonInclude.Include.NON_NULL) SplitShares split,
            @JsonProperty(defaultValue = "64") int batchSize,
            Augmentation augmentation,
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer imageSize,
            @JsonInclude(JsonInclude.Include.NON_NULL) Colour colour,
            @JsonInclude(JsonInclude.Include.NON_NULL) Background background,
            @JsonInclude(JsonInclude.Include.NON_NULL) Long splitSeed,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double centreCrop,
            @JsonInclude(JsonInclude.Include.NON_NULL) Mixing mixing)
            implements DataSettings {
        /** As many classes as ImageNet has, for a dry run without data. */
        private static final int STAND_IN_CLASSES = 1000;

        public Images {
            if (source == null) {
                throw new InputException(
                        "Data must have a source: a name that " + WeftCommand.of("data") + " lists, or a folder.");
            }
            if (selectionSize != null && split != null) {
                throw new InputException("Data must have selectionSize or split, not both, but got selectionSize="
                        + selectionSize + ", split=" + split + ".");
            }
            if (selectionSize != null && selectionSize < 1 || batchSize < 1) {
                throw new InputException("Data must have selectionSize and batchSize >= 1, but got selectionSize="
                        + selectionSize + ", batchSize=" + batchSize + ".");
            }
            split = selectionSize == null && split == null ? SplitShares.DEFAULT : split;
            augmentation = augmentation == null ? Augmentation.none() : augmentation;
        }

        @Override
        public Images withSource(String other) {
            return toBuilder().source(other).build();
        }

        @Override
        public Images withSplitsOf(long seed) {
            return splitSeed != null ? this : toBuilder().splitSeed(seed).build();
        }

        @Override
        public Optional<SplitShares> shares() {
            return Optional.ofNullable(split);
        }

        @Override
        public Images withShares(SplitShares shares) {
            return toBuilder().selectionSize(null).split(shares).build();
        }

        @Override
        public Map<String, String> notes() {
            Map<String, String> notes = new LinkedHashMap<>();
            if (background != null) {
                notes.put(Family.BACKGROUND, String.valueOf(background.value()));
            }
            if (centreCrop != null) {
                notes.put(Family.CENTRE_CROP, String.valueOf(centreCrop));
            }
            return notes;
        }

        @Override
        public Images withBatchSize(int size) {
            return toBuilder().batchSize(size).build();
        }

        @Override
        public long splitSeed(long seed) {
            return splitSeed == null ? seed : splitSeed;
        }

        @Override
        public ImageSplits open(long seed) {
            FolderOptions options = FolderOptions.defaults();
            options = imageSize == null ? options : options.withSide(imageSize);
            options = colour == null ? options : options.withColour(colour);
            options = background == null ? options : options.withBackground(background);
            options = centreCrop == null ? options : options.withCentreCrop(centreCrop);
            ImageParts parts = DataCatalog.open(source, options);
            if (centreCrop != null && !DataCatalog.isPictures(source)) {
                throw new InputException("data.centreCrop must be of a folder of pictures, but the images of " + source
                        + " are of one size: leave it out.");
            }
            if (imageSize == null
                    && parts.train().height() != parts.train().width()) { // all of one size, and no square
                parts = DataCatalog.open(source, options.withSide(FolderOptions.DEFAULT_SIDE));
            }
            return selectionSize == null
                    ? ImageSplits.of(parts, split, splitSeed(seed))
                    : ImageSplits.of(parts, selectionSize, splitSeed(seed));
        }

        @Override
        public ImageInput input(Splits splits) {
            return ofImages((ImageSplits) splits);
        }

        /** What a model reads of images, with the means and deviations of the training split: for readers of other forms of images. */
        public static ImageInput ofImages(ImageSplits splits) {
            ImageDataset train = splits.train();
            if (train.height() != train.width()) {
                throw new InputException("Images must be square, but those of " + splits.source() + " are "
                        + train.height() + "×" + train.width() + ". Give data.imageSize.");
            }
            Normalisation normalisation = Normalisation.of(train);
            return new ImageInput(
                    train.channels(), train.height(), normalisation.mean(), normalisation.std(), train.classes());
        }

        @Override
        public ImageInput standIn() {
            if (imageSize == null) {
                throw new InputException("A dry run without data must have data.imageSize, but it is absent. Give the"
                        + " size, or data.");
            }
            return standIn(colour == Colour.GREY ? 1 : 3, STAND_IN_CLASSES);
        }

        /** The same, of so many channels and classes. */
        public ImageInput standIn(int channels, int classes) {
            return new ImageInput(
                    channels,
                    imageSize,
                    Collections.nCopies(channels, 0.5),
                    Collections.nCopies(channels, 0.25),
                    IntStream.range(0, classes).mapToObj(i -> "class" + i).toList());
        }

        /** Images as these settings lay and cut them, of the size and colour that the model reads. */
        @Override
        public OtherData other(ModelInput input, String place) {
            ImageInput images = (ImageInput) input;
            FolderOptions options = FolderOptions.defaults()
                    .withSide(images.size())
                    .withColour(images.channels() == 1 ? Colour.GREY : Colour.COLOUR)
                    .withBackground(background == null ? Background.WHITE : background);
            options = centreCrop == null ? options : options.withCentreCrop(centreCrop);
            ImageParts parts = DataCatalog.open(place, options);
            return new OtherData(parts.train(), parts.validation(), parts.testOrTrain(), parts.passedOver());
        }

        @Override
        public boolean mixes() {
            return mixing != null;
        }

        @Override
        public Batches mixed(Batches batches, long seed) {
            return mixing == null ? batches : new MixedImages(batches, mixing, seed);
        }

        @Override
        public Batches batches(Dataset train, long seed) {
            return new ImageBatches((ImageDataset) train, batchSize, seed, augmentation);
        }

        /** Images that are as a document has them that says no more than this. */
        public static Builder builder(String source) {
            return Builder.DEFAULTS.toBuilder().source(source).split(null);
        }

        /** A copy of these settings, to be changed. */
        public Builder toBuilder() {
            return new Builder(this);
        }

        /** Puts settings together; {@link #build} checks them. Each is the component of that name. */
        public static final class Builder {
            // Defaults are said once, to documents; this source is always replaced.
            private static final Images DEFAULTS =
                    (Images) Yaml.parse("{source: any}", "the defaults of images", DataSettings.class);

            private String source;
            private Integer selectionSize;
            private SplitShares split;
            private int batchSize;
            private Augmentation augmentation;
            private Integer imageSize;
            private Colour colour;
            private Background background;
            private Long splitSeed;
            private Double centreCrop;
            private Mixing mixing;

            private Builder(Images from) {
                this.source = from.source;
                this.selectionSize = from.selectionSize;
                this.split = from.split;
                this.batchSize = from.batchSize;
                this.augmentation = from.augmentation;
                this.imageSize = from.imageSize;
                this.colour = from.colour;
                this.background = from.background;
                this.splitSeed = from.splitSeed;
                this.centreCrop = from.centreCrop;
                this.mixing = from.mixing;
            }

            public Builder source(String value) {
                source = value;
                return this;
            }

            public Builder selectionSize(Integer value) {
                selectionSize = value;
                return this;
            }

            public Builder split(SplitShares value) {
                split = value;
                return this;
            }

            public Builder batchSize(int value) {
                batchSize = value;
                return this;
            }

            public Builder augmentation(Augmentation value) {
                augmentation = value;
                return this;
            }

            public Builder imageSize(Integer value) {
                imageSize = value;
                return this;
            }

            public Builder colour(Colour value) {
                colour = value;
                return this;
            }

            public Builder background(Background value) {
                background = value;
                return this;
            }

            public Builder splitSeed(Long value) {
                splitSeed = value;
                return this;
            }

            public Builder centreCrop(Double value) {
                centreCrop = value;
                return this;
            }

            public Builder mixing(Mixing value) {
                mixing = value;
                return this;
            }

            public Images build() {
                return new Images(
                        source,
                        selectionSize,
                        split,
                        batchSize,
                        augmentation,
                        imageSize,
                        colour,
                        background,
                        splitSeed,
                        centreCrop,
                        mixing);
            }
        }
    }

    /**
     * A text, whose next tokens are predicted. It is cut by position: training first, then selection, then report.
     *
     * @param source as {@link TextSource#open} takes it
     * @param tokenizer how the text becomes tokens
     * @param contextLength tokens of an example
     * @param selectionFraction of the text that is held out for choosing members
     * @param reportFraction of the text that is held out for reporting
     * @param batchSize windows of a training step
     */
    record Text(
            String source,

            @JsonProperty(defaultValue = "{kind: characters}")
            TokenizerSettings tokenizer,

            @JsonProperty(defaultValue = "64") int contextLength,
            @JsonProperty(defaultValue = "0.05") double selectionFraction,
            @JsonProperty(defaultValue = "0.05") double reportFraction,
            @JsonProperty(defaultValue = "64") int batchSize)
            implements DataSettings {
        /** The first character of a made-up alphabet: from here on there are characters without a gap. */
        private static final int FIRST_CHARACTER = 0xF0000;

        public Text {
            if (source == null || tokenizer == null) {
                throw new InputException("Text must have a source and a tokenizer, but got source=" + source
                        + ", tokenizer=" + tokenizer + ".");
            }
            if (contextLength < 2 || batchSize < 1) {
                throw new InputException("Text must have contextLength >= 2 and batchSize >= 1, but got contextLength="
                        + contextLength + ", batchSize=" + batchSize + ".");
            }
            if (!(selectionFraction > 0 && reportFraction > 0 && selectionFraction + reportFraction < 1)) {
                throw new InputException("Text must have selectionFraction and reportFraction > 0, together less than"
                        + " 1, but got selectionFraction=" + selectionFraction + ", reportFraction=" + reportFraction
                        + ".");
            }
        }

        @Override
        public Text withSource(String other) {
            return new Text(other, tokenizer, contextLength, selectionFraction, reportFraction, batchSize);
        }

        @Override
        public Text withSplitsOf(long seed) {
            return this;
        }

        @Override
        public Text withShares(SplitShares shares) {
            throw new InputException("A split " + shares + " must be of images, but text is cut by position. Leave out"
                    + " --split: data.selectionFraction and data.reportFraction say how text is cut.");
        }

        /** Windows of a text may begin anywhere, so that even a short one fills a batch. */
        @Override
        public Text fitted(int examples) {
            return this;
        }

        @Override
        public List<String> files() {
            return tokenizer.files();
        }

        @Override
        public Text withPlaces(UnaryOperator<String> place) {
            return new Text(
                    place.apply(source),
                    tokenizer.withPlaces(place),
                    contextLength,
                    selectionFraction,
                    reportFraction,
                    batchSize);
        }

        @Override
        public Text withBatchSize(int size) {
            return new Text(source, tokenizer, contextLength, selectionFraction, reportFraction, size);
        }

        /** Cuts by position alone, so every seed gives the same splits. */
        @Override
        public TextSplits open(long seed) {
            TextSource text = TextSource.open(source);
            return cut(text, tokenizer.of(text.text()));
        }

        @Override
        public TextSplits reopen(long seed, ModelInput input) {
            return cut(TextSource.open(source), ((TextInput) input).tokenizer());
        }

        @Override
        public TextInput input(Splits splits) {
            TextWindows train = ((TextSplits) splits).train();
            return new TextInput(train.tokenizer(), train.contextLength());
        }

        @Override
        public TextInput standIn() {
            return standIn(tokenizer.standInTokens());
        }

        /** The same, of so many different tokens. */
        public TextInput standIn(int tokens) {
            String alphabet = IntStream.range(0, tokens)
                    .mapToObj(i -> Character.toString(FIRST_CHARACTER + i))
                    .collect(Collectors.joining());
            return new TextInput(new CharacterTokenizer(alphabet), contextLength);
        }

        /** All of a text, in the tokens and windows that the model reads. */
        @Override
        public OtherData other(ModelInput input, String place) {
            TextInput text = (TextInput) input;
            TextSource opened = TextSource.open(place);
            TextWindows all = TextWindows.of(opened, text.tokenizer(), text.contextLength());
            return new OtherData(all, Optional.empty(), all, opened.passedOver());
        }

        private TextSplits cut(TextSource text, Tokenizer opened) {
            TextParts parts = TextParts.of(text, selectionFraction, reportFraction);
            return TextSplits.of(parts, opened, contextLength).beside(text.passedOver());
        }

        @Override
        public Batches batches(Dataset train, long seed) {
            return ((TextWindows) train).batches(batchSize, seed);
        }
    }
}
