package relay.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/// Hears the signals that operators send. By reflection, since the JDK's class for it is one that
/// the compiler warns of.
final class Signals {
    private Signals() {}

    /// Runs `action` on a thread of its own at each signal `name` (`HUP`, `TERM`, `INT`), instead
    /// of what the JVM would do.
    @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself alone
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler call =
                    (proxy, method, arguments) ->
                            switch (method.getName()) {
                                case "handle" -> {
                                    Thread.ofPlatform().name("signal-" + name).start(action);
                                    yield null;
                                }
                                case "equals" -> arguments[0] == proxy;
                                case "hashCode" -> System.identityHashCode(proxy);
                                default -> name;
                            };
            Object proxy =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(), new Class<?>[] {handler}, call);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM hears no signal " + name, e);
        }
    }
}
