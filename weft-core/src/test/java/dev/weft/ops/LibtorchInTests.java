package dev.weft.ops;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Tests make tensors with libtorch's own classes before they touch Weft's: here libtorch is loaded before any test, in every module. */
public final class LibtorchInTests implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Libtorch.load();
    }
}
