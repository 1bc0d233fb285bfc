package org.example.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.io.InputException;
import dev.weft.recipe.DataSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

// tag::reader[]
/**
 * Particles in a table: a line for each example, its value and then {@code x,y,z,mass} of one particle after another, as many in every
 * line. The first seven of ten lines are trained on, members are chosen by the next, and the last are reported.
 *
 * @param source the file
 */
@JsonTypeName("particle-table")
public record ParticleTable(
        String source, @JsonProperty(defaultValue = "32") int batchSize) implements DataSettings {
    private static final int NUMBERS = 4;

    @Override
    public ParticleTable withSource(String other) {
        return new ParticleTable(other, batchSize);
    }

    @Override
    public ParticleTable withBatchSize(int size) {
        return new ParticleTable(source, size);
    }

    /** The splits are cut by position, so every seed gives the same ones. */
    @Override
    public ParticleTable withSplitsOf(long seed) {
        return this;
    }

    @Override
    public Splits open(long seed) {
        List<float[]> rows = rows();
        int train = rows.size() * 7 / 10;
        int selection = rows.size() * 17 / 20;
        return new ParticleSplits(
                source,
                new ParticleSets(source + "/train", rows.subList(0, train), 0),
                new ParticleSets(source + "/selection", rows.subList(train, selection), train),
                new ParticleSets(source + "/report", rows.subList(selection, rows.size()), selection));
    }

    @Override
    public Particles input(Splits splits) {
        return new Particles(((ParticleSplits) splits).train().particles());
    }

    @Override
    public Batches batches(Dataset train, long seed) {
        return train.batches(batchSize, seed);
    }

    private List<float[]> rows() {
        List<float[]> rows = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of(source))) {
                double[] cells = Arrays.stream(line.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
                if (cells.length % NUMBERS != 1
                        || cells.length == 1
                        || !rows.isEmpty() && cells.length != rows.get(0).length) {
                    throw new InputException(source + " line " + (rows.size() + 1)
                            + ": must have a value and four numbers a particle, as many as line 1, but has "
                            + cells.length + " cells.");
                }
                float[] row = new float[cells.length];
                for (int i = 0; i < row.length; i++) {
                    row[i] = (float) cells[i];
                }
                rows.add(row);
            }
        } catch (IOException | NumberFormatException e) {
            throw new InputException("Cannot read the table of particles " + source + ": " + e.getMessage() + ".", e);
        }
        if (rows.size() < 10) {
            throw new InputException(source + " must have 10 examples or more, but has " + rows.size() + ".");
        }
        return rows;
    }
}
// end::reader[]
