package relay.server.interleaving;

/// Runs a program in every order of its threads' steps that takes at most so many preemptions.
final class Interleavings {
    private Interleavings() {}

    /// How many orders within `bounds` there were. `program` and the rest of its package are loaded
    /// anew, broken by `sabotage`, and watched. Throws an [AssertionError] with the first order that
    /// goes wrong.
    static long explore(Class<? extends Program> program, Bounds bounds, Sabotage sabotage) {
        var loader = new Watched(program.getPackageName(), sabotage);
        var choices = new Choices(bounds);
        long orders = 0;
        do {
            Turns.run(fresh(loader, program.getName()), choices);
            orders++;
        } while (choices.another());
        return orders;
    }

    private static Program fresh(Watched loader, String name) {
        try {
            var constructor = loader.loadClass(name).getDeclaredConstructor();
            constructor.setAccessible(true);
            return (Program) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
