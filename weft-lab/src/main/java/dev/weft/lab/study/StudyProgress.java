package dev.weft.lab.study;

/** Told how far a study is, on its thread. */
@FunctionalInterface
public interface StudyProgress {
    /**
     * @param phase what is being done: {@code train}, {@code search}
     * @param done finished units, those of former calls included
     * @param total in all, as far as is known
     * @param unit the plural of what is counted
     * @param detail which arm and seed
     */
    void update(String phase, long done, long total, String unit, String detail);

    static StudyProgress none() {
        return (phase, done, total, unit, detail) -> {};
    }
}
