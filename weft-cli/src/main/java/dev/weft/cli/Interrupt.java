package dev.weft.cli;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C for long work: the first one sets a flag that the work polls between steps, so that it can write its checkpoint; the
 * second ends the process at once. The command then returns {@link ExitCode#INTERRUPTED}.
 *
 * <pre>{@code
 * try (Interrupt interrupt = Interrupt.watch(options.err())) {
 *     train(..., interrupt);
 *     return interrupt.getAsBoolean() ? ExitCode.INTERRUPTED : ExitCode.DONE;
 * }
 * }</pre>
 *
 * While nothing is watched, Ctrl-C ends the process with 130, as the JVM does.
 */
final class Interrupt implements BooleanSupplier, AutoCloseable {
    private final PrintWriter err;
    private final Object previous;
    private volatile boolean requested;

    private Interrupt(PrintWriter err) {
        this.err = err;
        this.previous = install((proxy, method, args) -> {
            if (method.getName().equals("handle")) {
                pressed();
                return null;
            }
            return method.getName().equals("equals") ? (Object) (proxy == args[0]) : System.identityHashCode(proxy);
        });
    }

    /** Takes over SIGINT until closed. */
    static Interrupt watch(PrintWriter err) {
        return new Interrupt(err);
    }

    /** Whether Ctrl-C was pressed since {@link #watch}. */
    @Override
    public boolean getAsBoolean() {
        return requested;
    }

    @Override
    public void close() {
        restore(previous);
    }

    private void pressed() {
        if (requested) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        requested = true;
        err.println();
        err.println("weft: stopping after this step; press Ctrl-C again to stop at once");
        err.flush();
    }

    /**
     * A shutdown hook would not do: the JVM gives hooks no second Ctrl-C, and they run beside those of the native libraries.
     * sun.misc.Signal is supported (module jdk.unsupported) but javac warns at every mention, hence by name.
     */
    private static Object install(InvocationHandler handler) {
        try {
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            return handle(type, Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM has no signal handling", e);
        }
    }

    private static void restore(Object handler) {
        try {
            handle(Class.forName("sun.misc.SignalHandler"), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM has no signal handling", e);
        }
    }

    private static Object handle(Class<?> handlerType, Object handler) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        return signal.getMethod("handle", signal, handlerType)
                .invoke(null, signal.getConstructor(String.class).newInstance("INT"), handler);
    }
}
