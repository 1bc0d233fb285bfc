package dev.weft.lab;

/** Told how far a reproduction is, on its thread. */
@FunctionalInterface
public interface ReproductionProgress {
    /**
     * @param phase what is being done: {@code train}, {@code search}
     * @param done finished units, those of former calls included
     * @param total in all, as far as is known
     * @param unit the plural of what is counted
     * @param detail which arm and seed
     */
    void update(String phase, long done, long total, String unit, String detail);

    static ReproductionProgress none() {
        return (phase, done, total, unit, detail) -> {};
    }
}
