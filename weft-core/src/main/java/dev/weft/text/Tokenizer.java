package dev.weft.text;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * Between text and token ids, as a value that travels in the file of a family: a family that reads text needs no other file.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = CharacterTokenizer.class, name = "characters")})
public sealed interface Tokenizer permits CharacterTokenizer {
    /** The number of different tokens: ids are 0 to this, exclusive. */
    @JsonIgnore
    int vocabularySize();

    /**
     * The token ids of a text.
     *
     * @throws dev.weft.io.InputException when the text holds what no token stands for
     */
    int[] encode(String text);

    /** The text of token ids: the inverse of {@link #encode} wherever that is possible. */
    String decode(int[] tokens);
}
