package org.example.outside;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.io.InputException;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.seed.Mix;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

// tag::dataset[]
/** Examples of equally many particles, each with its value. */
final class ParticleSets implements Dataset {
    private final String name;
    private final List<float[]> rows; // the value, then x, y, z, mass of each particle
    private final int first;

    /** @param first the place of the first row in its file, from 0 */
    ParticleSets(String name, List<float[]> rows, int first) {
        this.name = name;
        this.rows = List.copyOf(rows);
        this.first = first;
    }

    int particles() {
        return rows.get(0).length / 4;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public String id(int index) {
        return "line/" + (first + index + 1);
    }

    @Override
    public int predictions(int index) {
        return 1;
    }

    @Override
    public String idsSha256() {
        return sha256(ByteBuffer.allocate(8).putInt(first).putInt(size()));
    }

    @Override
    public String contentSha256() {
        ByteBuffer content = ByteBuffer.allocate(Float.BYTES * size() * rows.get(0).length);
        rows.forEach(row -> {
            for (float number : row) {
                content.putFloat(number);
            }
        });
        return sha256(content);
    }

    private static String sha256(ByteBuffer content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Tensors of ports by name: what the model is given, and what it is compared with. */
    @Override
    public Batch batch(int[] indices) {
        int count = particles();
        float[] positions = new float[indices.length * count * 3];
        float[] masses = new float[indices.length * count];
        float[] values = new float[indices.length];
        for (int i = 0; i < indices.length; i++) {
            float[] row = rows.get(indices[i]);
            values[i] = row[0];
            for (int p = 0; p < count; p++) {
                System.arraycopy(row, 1 + 4 * p, positions, 3 * (i * count + p), 3);
                masses[i * count + p] = row[4 + 4 * p];
            }
        }
        return new Batch(
                Bundle.of(
                        Particles.POSITIONS, Tensors.fresh(positions, indices.length, count, 3),
                        Particles.MASSES, Tensors.fresh(masses, indices.length, count, 1)),
                Bundle.of(Particles.VALUE, Tensors.fresh(values, indices.length, 1)),
                Arrays.stream(indices).boxed().toList());
    }

    /** An epoch is a permutation of all examples, cut into full batches: a function of seed and step, as every batch must be. */
    @Override
    public Batches batches(int batchSize, long seed) {
        if (batchSize < 1 || batchSize > size()) {
            throw new InputException("batchSize must be from 1 to " + size() + ", the examples of " + name + ", but is "
                    + batchSize + ".");
        }
        return new Batches() {
            @Override
            public long stepsPerEpoch() {
                return size() / batchSize;
            }

            @Override
            public Batch batch(long step) {
                int[] order = Mix.permutation(size(), Mix.bits(seed, step / stepsPerEpoch()));
                int from = (int) (step % stepsPerEpoch()) * batchSize;
                return ParticleSets.this.batch(Arrays.copyOfRange(order, from, from + batchSize));
            }
        };
    }

    @Override
    public Halves halves(double part, long seed) {
        int cut = size() - (int) Math.round(part * size());
        return new Halves(
                new ParticleSets(name, rows.subList(0, cut), first),
                new ParticleSets(name + "/validation", rows.subList(cut, size()), first + cut));
    }

    @Override
    public void requireFits(int batchSize) {
        if ((long) batchSize * particles() * 3 > Integer.MAX_VALUE / Float.BYTES) {
            throw new InputException("batchSize " + batchSize + " is over 2 GiB: choose a smaller one");
        }
    }
}
// end::dataset[]
