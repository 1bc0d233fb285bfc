package dev.weft.lab.shiftnas;

import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.loss.TrainingMember;
import dev.weft.ops.Bundle;
import dev.weft.train.TrainingListener;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The cost level of the member that trained at each step: a file of one byte a step, at the step's own place, so that a run that was killed
 * and goes on writes over what it repeats.
 */
final class VisitLog implements TrainingListener, AutoCloseable {
    private final LevelledSpace space;
    private final RandomAccessFile file;

    VisitLog(Path path, LevelledSpace space) {
        this.space = space;
        try {
            Files.createDirectories(path.getParent());
            this.file = new RandomAccessFile(path.toFile(), "rw");
        } catch (IOException e) {
            throw new InputException("Cannot write " + path + ": " + IoReason.of(e) + ".", e);
        }
    }

    @Override
    public void memberForwarded(long step, TrainingMember draw, Batch batch, Bundle outputs) {
        try {
            file.seek(step - 1);
            file.write(space.level(draw.member()));
        } catch (IOException e) {
            throw new InputException("Cannot write the record of visits: " + IoReason.of(e) + ".", e);
        }
    }

    /** How often each level was trained. */
    int[] counts() {
        try {
            byte[] levels = new byte[(int) file.length()];
            file.seek(0);
            file.readFully(levels);
            int[] counts = new int[space.levels()];
            for (byte level : levels) {
                counts[level]++;
            }
            return counts;
        } catch (IOException e) {
            throw new InputException("Cannot read the record of visits: " + IoReason.of(e) + ".", e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new InputException("Cannot write the record of visits: " + IoReason.of(e) + ".", e);
        }
    }
}
