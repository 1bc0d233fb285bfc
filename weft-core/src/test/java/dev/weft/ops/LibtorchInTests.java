package dev.weft.ops;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Tests make tensors with libtorch's own classes before they touch Weft's: here libtorch is loaded before any test, in every module. Not
 * before tests run: with several processes Maven itself looks for them, one module after another in one JVM, which can load it once.
 */
public final class LibtorchInTests implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        session.getLauncher().registerTestExecutionListeners(new TestExecutionListener() {
            @Override
            public void testPlanExecutionStarted(TestPlan plan) {
                Libtorch.load();
            }
        });
    }
}
