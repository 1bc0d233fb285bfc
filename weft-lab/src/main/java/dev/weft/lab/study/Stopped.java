package dev.weft.lab.study;

/** Ends the work of a study that was asked to stop; {@link StudyRun} catches it. */
final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stopped() {
        super("stopped", null, false, false);
    }
}
