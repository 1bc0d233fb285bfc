package dev.weft.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file, mapped into memory: opening reads the header only, and a tensor's pages are read when they are touched.
 *
 * <p>There is nothing to close. A mapping lives as long as a buffer of it is reachable, so whoever uses a buffer's address from native
 * code keeps the buffer. The file must not be changed in place meanwhile; {@link Safetensors#write} replaces it, which is safe.
 */
public final class SafetensorsFile {
    private final Path file;
    private final long fileBytes;
    private final int headerBytes;
    private final SafetensorsHeader header;
    private final Map<String, ByteBuffer> buffers = new LinkedHashMap<>();

    private SafetensorsFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.fileBytes = channel.size();
        byte[] json = readHeader(file, channel);
        this.headerBytes = json.length;
        this.header = SafetensorsHeader.parse(file, json, fileBytes - dataBegin());
        mapTensors(channel);
    }

    /** @throws InputException when the file cannot be read or breaks any rule of the format */
    public static SafetensorsFile open(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new InputException(
                    "Cannot read " + file + ": it must be a safetensors file, but is a folder or a device.");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new SafetensorsFile(file, channel);
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }

    public Path path() {
        return file;
    }

    /** Names in the order in which the tensors lie in the file. */
    public List<String> names() {
        return List.copyOf(header.tensors().keySet());
    }

    public boolean contains(String name) {
        return header.tensors().containsKey(name);
    }

    /** @throws InputException when the file has no tensor of that name */
    public TensorEntry entry(String name) {
        TensorEntry entry = header.tensors().get(name);
        if (entry == null) {
            throw new InputException(file + " must hold a tensor \"" + name + "\", but does not."
                    + Suggest.nearest(name, header.tensors().keySet()));
        }
        return entry;
    }

    /** What the file says about itself, in the order of the file. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * The tensor's bytes: read-only, little-endian, direct, position 0; each call gives a new buffer over the same memory. Its address
     * suits its element type: a tensor that another program placed at an odd address is copied by each call.
     *
     * @throws InputException when the tensor is missing, or has over 2 GiB (more than one Java buffer can hold)
     */
    public ByteBuffer bytes(String name) {
        TensorEntry entry = entry(name);
        if (!buffers.containsKey(name)) {
            throw new InputException(file + ": tensor \"" + name + "\" has " + entry.byteSize()
                    + " bytes; tensors over 2 GiB cannot be read. Split it in two.");
        }
        boolean aligned = (dataBegin() + entry.begin()) % Safetensors.alignment(entry.dtype()) == 0;
        ByteBuffer buffer = buffers.get(name).duplicate();
        return (aligned ? buffer : copy(buffer)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Whether the file carries the checksum that {@link #verify} needs; files of other programs do not. */
    public boolean hasChecksum() {
        return metadata().containsKey(Safetensors.CHECKSUM);
    }

    /**
     * Reads the whole file and compares it with its checksum.
     *
     * @throws InputException when they differ, when the file carries no checksum, or when it cannot be read
     */
    public void verify() {
        String expected = metadata().get(Safetensors.CHECKSUM);
        if (expected == null) {
            throw new InputException(file + " has no checksum \"" + Safetensors.CHECKSUM
                    + "\" in its metadata, so it cannot be verified; only files that Weft wrote have one.");
        }
        if (!expected.equals(checksum())) {
            throw new InputException(
                    file + " is damaged: its content does not match its checksum, or another program rewrote it. "
                            + "Use another copy.");
        }
    }

    /** SHA-256 of the file with the digits of the checksum as zeros. */
    private String checksum() {
        MessageDigest digest = Safetensors.sha256();
        long digits = 8L + Safetensors.BEFORE_CHECKSUM.length;
        byte[] chunk = new byte[1 << 20];
        try (var in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes((int) Math.min(digits + 64, fileBytes));
            byte[] before = Safetensors.BEFORE_CHECKSUM;
            if (start.length < digits + 64 || !Arrays.equals(start, 8, (int) digits, before, 0, before.length)) {
                return "not where Weft writes it";
            }
            digest.update(start, 0, (int) digits);
            digest.update(Safetensors.NO_CHECKSUM.getBytes(StandardCharsets.US_ASCII));
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                digest.update(chunk, 0, count);
            }
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private long dataBegin() {
        return 8L + headerBytes;
    }

    private static byte[] readHeader(Path file, FileChannel channel) throws IOException {
        if (channel.size() < 9) {
            throw SafetensorsHeader.refuse(file, "it must have at least 9 bytes, but has " + channel.size(), null);
        }
        long length = read(channel, 0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length <= 0 || length > Safetensors.MAX_HEADER_BYTES || length > channel.size() - 8) {
            throw SafetensorsHeader.refuse(
                    file,
                    "its first 8 bytes give a header of " + Long.toUnsignedString(length)
                            + " bytes, which must be above 0, at most " + Safetensors.MAX_HEADER_BYTES
                            + ", and within the file's " + channel.size() + " bytes",
                    null);
        }
        byte[] json = read(channel, 8, (int) length).array();
        if (json[0] != '{') {
            throw SafetensorsHeader.refuse(file, "its header must begin with \"{\"", null);
        }
        return json;
    }

    private static ByteBuffer read(FileChannel channel, long position, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("it became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    /** Maps runs of neighbouring tensors of up to 2 GiB: few mappings (a process may have some 65,000), and no limit on the file. */
    private void mapTensors(FileChannel channel) throws IOException {
        List<String> run = new ArrayList<>();
        for (String name : header.tensors().keySet()) {
            TensorEntry entry = header.tensors().get(name);
            if (!run.isEmpty() && entry.end() - header.tensors().get(run.get(0)).begin() > Integer.MAX_VALUE) {
                mapRun(channel, run);
                run.clear();
            }
            if (entry.byteSize() <= Integer.MAX_VALUE) {
                run.add(name);
            }
        }
        mapRun(channel, run);
    }

    private void mapRun(FileChannel channel, List<String> run) throws IOException {
        if (run.isEmpty()) {
            return;
        }
        long begin = header.tensors().get(run.get(0)).begin();
        long end = header.tensors().get(run.get(run.size() - 1)).end();
        MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, dataBegin() + begin, end - begin);
        for (String name : run) {
            TensorEntry entry = header.tensors().get(name);
            ByteBuffer slice = mapped.slice((int) (entry.begin() - begin), (int) entry.byteSize());
            buffers.put(name, slice);
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip().asReadOnlyBuffer();
    }
}
