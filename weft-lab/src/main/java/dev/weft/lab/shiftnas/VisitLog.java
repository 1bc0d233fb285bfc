package dev.weft.lab.shiftnas;

import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.space.Member;
import dev.weft.weight.GeneratedWeights;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which member trained at each step: a file of eight bytes a step, at the step's own place, so that a run that was killed and goes on
 * writes over what it repeats.
 */
final class VisitLog implements AutoCloseable {
    private static final int UNKNOWN = -1;

    private final LevelledSpace space;
    private final RandomAccessFile file;

    /**
     * One step.
     *
     * @param asked the level that a generator was asked for, or -1 where none was
     */
    record Visit(Member member, int level, int asked) {}

    VisitLog(Path path, LevelledSpace space) {
        this.space = space;
        try {
            Files.createDirectories(path.getParent());
            this.file = new RandomAccessFile(path.toFile(), "rw");
        } catch (IOException e) {
            throw new InputException("Cannot write " + path + ": " + IoReason.of(e) + ".", e);
        }
    }

    /**
     * Notes the member of a step.
     *
     * @param step from 1
     * @param member in the slice view, so that its options are those that were picked
     */
    void note(long step, Member member) {
        int asked = GeneratedWeights.isGenerated(member) ? space.levelOf(GeneratedWeights.target(member)) : UNKNOWN;
        try {
            file.seek((step - 1) * 2 * Integer.BYTES);
            file.write(ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt(space.index(member))
                    .putInt(asked)
                    .array());
        } catch (IOException e) {
            throw new InputException("Cannot write the record of visits: " + IoReason.of(e) + ".", e);
        }
    }

    /** All steps in their order. */
    List<Visit> read() {
        try {
            byte[] bytes = new byte[(int) file.length()];
            file.seek(0);
            file.readFully(bytes);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            List<Visit> visits = new ArrayList<>();
            while (buffer.hasRemaining()) {
                Member member = space.member(buffer.getInt());
                visits.add(new Visit(member, space.level(member), buffer.getInt()));
            }
            return visits;
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
