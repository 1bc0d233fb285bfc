package dev.weft.trust;

/** Hears how far long work is. */
@FunctionalInterface
public interface TrustProgress {
    /**
     * @param phase what is being done
     * @param done units finished
     * @param total units in all
     * @param unit the plural of what is counted
     * @param detail what else to show; may be empty
     */
    void update(String phase, long done, long total, String unit, String detail);
}
