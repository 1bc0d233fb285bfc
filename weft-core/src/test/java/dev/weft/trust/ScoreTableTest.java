package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.Csv;
import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreTableTest {
    private static ScoreTable table(String name, String text) {
        return ScoreTable.of(Csv.parse(text, Path.of(name)), "member", "score");
    }

    @Test
    void furtherColumnsOfTheSameNameAreFurtherTrainings() {
        ScoreTable table = table("t.csv", "score2,member,note,score,score3,score5\n2,\"a=1,b=2\",x,1,3,9\n");
        assertThat(table.values()).containsExactly(java.util.Map.entry("a=1,b=2", List.of(1.0, 2.0, 3.0)));
    }

    @Test
    void rowsInAnotherOrderGiveTheSameRanking() {
        ScoreTable scores = table("s.csv", "member,score\na,1\nb,2\nc,3\n");
        ScoreTable reordered = table("s.csv", "member,score\nc,3\na,1\nb,2\n");
        ScoreTable truth = table("t.csv", "member,score\nb,20\nc,30\na,10\n");
        assertThat(ScoreTable.rank(scores, truth, false)).isEqualTo(ScoreTable.rank(reordered, truth, false));
        assertThat(ScoreTable.rank(scores, truth, false).truths()).containsExactly(10.0, 20.0, 30.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "b,| score of member \"b\" must be a finite number, but is missing. Fill it in, or remove the row.",
                "b,n/a| score of member \"b\" must be a finite number, but is \"n/a\". Mend it, or remove the row.",
                "b,1d| score of member \"b\" must be a finite number, but is \"1d\". Mend it, or remove the row.",
                "b,1e999| score of member \"b\" must be a finite number, but is \"1e999\". Mend it, or remove the row.",
                "b,NaN| score of member \"b\" must be a finite number, but is NaN. Remove the row, or give the member a value.",
                "b,-inf| score of member \"b\" must be a finite number, but is -inf. Remove the row, or give the member a value.",
                "a,2| every member must be there once, but \"a\" is in line 2 already. Remove one of the two rows.",
                "' ,2'| column member must name a member, but is empty. Name it, or remove the row."
            })
    void whatIsWrongSaysItsLine(String row, String message) {
        assertThatThrownBy(() -> table("t.csv", "member,score\na,1\n" + row + "\n"))
                .isInstanceOf(InputException.class)
                .hasMessage("t.csv, line 3: " + message);
    }

    @Test
    void aFileWithoutRowsIsRefused() {
        assertThatThrownBy(() -> table("t.csv", "member,score\n"))
                .hasMessage("t.csv must have a row for each member, but has only a header.");
    }

    @Test
    void differentMembersAreRefusedUnlessTheCommonOnesAreAskedFor() {
        ScoreTable scores = table("s.csv", "member,score\na,1\nb,2\nc,3\nd,4\ne,5\nf,6\ng,7\n");
        ScoreTable truth = table("t.csv", "member,score\na,1\nb,2\nc,3\nx,4\n");
        assertThatThrownBy(() -> ScoreTable.rank(scores, truth, false))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "s.csv and t.csv must have the same members, but 4 are only in s.csv (d, e, f, …) and"
                                + " 1 is only in t.csv (x), and 3 are in both. Mend the files, or compare those in both: --common");
        assertThat(ScoreTable.rank(scores, truth, true).members()).containsExactly("a", "b", "c");
    }

    @Test
    void fewerThanThreeMembersAreRefused() {
        ScoreTable two = table("s.csv", "member,score\na,1\nb,2\n");
        assertThatThrownBy(() -> ScoreTable.rank(two, two, false))
                .hasMessage(
                        "s.csv and s.csv must share three members or more to be ranked, but share 2. Give more members.");
    }
}
