package dev.weft.cli;

/** What the process says when it ends; fixed for scripts. */
final class ExitCode {
    static final int DONE = 0;
    /** A check said no, or something unexpected failed. */
    static final int FAILED = 1;

    static final int USAGE = 2;
    static final int ENVIRONMENT = 3;
    static final int INTERRUPTED = 130;

    /** Whoever read standard output stopped before its end: what a shell says of a program that SIGPIPE ended. */
    static final int READER_GONE = 141;

    private ExitCode() {}
}
