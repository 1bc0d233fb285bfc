package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageSplitsTest {
    private static final InMemoryImages TRAIN = TestImages.numbered("train", 100, 4, 1, 2, 3);
    private static final InMemoryImages TEST = TestImages.numbered("test", 12, 4, 1, 2, 3);

    private static ImageParts parts(ImageDataset train, ImageDataset validation, ImageDataset test) {
        return new ImageParts("made", train, Optional.ofNullable(validation), Optional.ofNullable(test));
    }

    @Test
    void drawsSelectionFromTraining() {
        ImageSplits splits = ImageSplits.of(parts(TRAIN, null, TEST), 20, 5);
        assertThat(splits.train().size()).isEqualTo(80);
        assertThat(splits.selection().classCounts()).containsExactly(5, 5, 5, 5);
        assertThat(splits.report()).isSameAs(TEST);
        Set<String> union = new HashSet<>(ids(splits.train()));
        union.addAll(ids(splits.selection()));
        assertThat(union).hasSize(100).containsAll(ids(TRAIN));
        int first = ids(TRAIN).indexOf(splits.selection().id(0));
        assertThat(TestImages.pixels(splits.selection(), 0)).isEqualTo(TestImages.pixels(TRAIN, first));
        assertThat(splits.selection().label(0)).isEqualTo(TRAIN.label(first));
    }

    @Test
    void drawsTheSameFromReorderedExamples() {
        List<Integer> order = new ArrayList<>(IntStream.range(0, 100).boxed().toList());
        Collections.reverse(order);
        ImageSplits splits = ImageSplits.of(parts(TRAIN, null, TEST), 13, 5);
        ImageSplits reordered = ImageSplits.of(parts(TRAIN.subset("train", order), null, TEST), 13, 5);
        assertThat(new HashSet<>(ids(reordered.selection()))).isEqualTo(new HashSet<>(ids(splits.selection())));
        assertThat(ids(ImageSplits.of(parts(TRAIN, null, TEST), 13, 6).selection()))
                .isNotEqualTo(ids(splits.selection()));
    }

    @Test
    void takesTheSourcesOwnValidationPart() {
        InMemoryImages validation = TestImages.numbered("val", 8, 4, 1, 2, 3);
        ImageSplits splits = ImageSplits.of(parts(TRAIN, validation, TEST), 20, 5);
        assertThat(splits.train()).isSameAs(TRAIN);
        assertThat(splits.selection()).isSameAs(validation);
    }

    @Test
    void drawsReportToWhereTheSourceHasNoTestPart() {
        ImageSplits splits = ImageSplits.of(parts(TRAIN, null, null), 10, 5);
        assertThat(splits.train().size()).isEqualTo(80);
        assertThat(splits.selection().size()).isEqualTo(10);
        assertThat(splits.report().size()).isEqualTo(10);
        assertThatThrownBy(() -> ImageSplits.of(parts(TRAIN, null, null), 50, 5))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("from 1 to 49 examples");
    }

    @Test
    void refusesSharedExamplesAndImpossibleSizes() {
        assertThatThrownBy(() -> ImageSplits.of(parts(TRAIN, null, TRAIN), 10, 5))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("disjoint")
                .hasMessageContaining("train/000");
        for (int size : new int[] {0, -3, 100, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> ImageSplits.of(parts(TRAIN, null, TEST), size, 5))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("from 1 to 99 examples");
        }
    }

    @Test
    void recordVerifiesTheSameSplitsAndNoOthers() {
        SplitsRecord recorded = ImageSplits.of(parts(TRAIN, null, TEST), 20, 5).record();
        assertThat(recorded.selection().examples()).isEqualTo(20);
        ImageSplits.of(parts(TRAIN, null, TEST), 20, 5).verify(recorded);
        assertThatThrownBy(() -> ImageSplits.of(parts(TRAIN, null, TEST), 20, 6).verify(recorded))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The training split must be the one the run began with (80 examples");
    }

    @Test
    void recordNoticesOtherPixelsUnderTheSameIds() {
        SplitsRecord recorded = ImageSplits.of(parts(TRAIN, null, TEST), 20, 5).record();
        byte[] changed = new byte[TEST.size() * TEST.exampleBytes()];
        for (int i = 0; i < TEST.size(); i++) {
            TEST.pixels(i, changed, i * TEST.exampleBytes());
        }
        changed[changed.length - 1]++;
        InMemoryImages other = InMemoryImages.of(
                TEST.name(),
                TEST.classes(),
                TEST.channels(),
                TEST.height(),
                TEST.width(),
                changed,
                IntStream.range(0, TEST.size()).map(TEST::label).toArray(),
                ids(TEST));
        assertThat(other.idsSha256()).isEqualTo(TEST.idsSha256());
        assertThatThrownBy(
                        () -> ImageSplits.of(parts(TRAIN, null, other), 20, 5).verify(recorded))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The report split must hold what the run began with");
    }

    @Test
    void drawOfTheEmbeddedDataIsTheSameInEveryProcessAndRelease() {
        SplitsRecord recorded = ImageSplits.of(FashionMnist.embedded(), 1000, 0).record();
        assertThat(recorded.selection().idsSha256())
                .isEqualTo("627ee58f69e794cb30af595f6b6e7c5347b6376130eb33a92038ba7cbaa34dde");
    }

    @Test
    void sharesOfTheEmbeddedDataAreTheDrawsOfAThousand() {
        ImageSplits shares = ImageSplits.of(FashionMnist.embedded(), SplitShares.DEFAULT, 0);
        assertThat(shares.record())
                .isEqualTo(ImageSplits.of(FashionMnist.embedded(), 1000, 0).record());
    }

    @Test
    void sharesAreOfTheTrainingPartAndLeaveTheRestToTrain() {
        ImageSplits none = ImageSplits.of(parts(TRAIN, null, null), SplitShares.parse("60/30/10"), 5);
        assertThat(none.selection().classCounts()).containsExactly(7, 7, 8, 8);
        assertThat(none.report().size()).isEqualTo(10);
        assertThat(none.train().size()).isEqualTo(60);
        ImageSplits test = ImageSplits.of(parts(TRAIN, null, TEST), SplitShares.parse("60/30/10"), 5);
        assertThat(test.report()).isSameAs(TEST);
        assertThat(test.train().size()).isEqualTo(70);
        ImageSplits limited = ImageSplits.of(parts(TRAIN, null, null), SplitShares.parse("60/30/10, at most 8"), 5);
        assertThat(limited.selection().classCounts()).containsExactly(2, 2, 2, 2);
        assertThat(limited.report().size()).isEqualTo(8);
    }

    /** Classes of 25, 3, 4 and 3 images: proportional draws would leave the small ones out. */
    @Test
    void everyClassHasAnImageInEverySplit() {
        List<Integer> unequal = IntStream.range(0, 100)
                .filter(i -> i % 4 == 0 || i < 12 || i % 4 == 2 && i < 16)
                .boxed()
                .toList();
        for (String shares : List.of("70/15/15", "2/49/49", "98/1/1", "70/15/15, at most 1")) {
            ImageSplits splits =
                    ImageSplits.of(parts(TRAIN.subset("train", unequal), null, null), SplitShares.parse(shares), 3);
            for (ImageDataset split : List.of(splits.train(), splits.selection(), splits.report())) {
                assertThat(split.classCounts()).as(shares).allMatch(count -> count >= 1);
            }
        }
    }

    @Test
    void refusesAClassThatCannotBeInEverySplit() {
        List<Integer> few =
                IntStream.range(0, 100).filter(i -> i % 4 == 0 || i < 8).boxed().toList();
        assertThatThrownBy(() -> ImageSplits.of(parts(TRAIN.subset("train", few), null, null), SplitShares.DEFAULT, 3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("each class must have at least 3 images")
                .hasMessageContaining("class1 has 2, class2 has 2, class3 has 2");
        ImageSplits.of(parts(TRAIN.subset("train", few), null, TEST), SplitShares.DEFAULT, 3);
    }

    @Test
    void sharesReadBackAndRefuseWhatIsNoShare() {
        assertThat(SplitShares.parse("70/15/15").toString()).isEqualTo("70/15/15");
        assertThat(SplitShares.parse("70/15/15,at most 20")).hasToString("70/15/15, at most 20");
        for (String wrong : List.of("70/15", "70/20/15", "100/0/0", "0.7/0.15/0.15", "70/15/15, at most 0", "")) {
            assertThatThrownBy(() -> SplitShares.parse(wrong))
                    .as(wrong)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("70/15/15");
        }
    }

    private static List<String> ids(ImageDataset data) {
        return IntStream.range(0, data.size()).mapToObj(data::id).toList();
    }
}
