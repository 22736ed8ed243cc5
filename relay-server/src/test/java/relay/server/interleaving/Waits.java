package relay.server.interleaving;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Calls that wait for another thread, or make one: [Turns] has a method for each, with the receiver
/// as its first parameter.
final class Waits {
    private static final ClassDesc TURNS = ClassDesc.of(Turns.class.getName());
    private static final ClassDesc THREAD = ClassDesc.of("java.lang.Thread");
    private static final ClassDesc BUILDER = THREAD.nested("Builder");
    private static final ClassDesc QUEUE = ClassDesc.of("java.util.concurrent.BlockingQueue");
    private static final ClassDesc FUTURE = ClassDesc.of("java.util.concurrent.CompletableFuture");

    private record Receiver(ClassDesc type, String method) {}

    private static final Map<String, Receiver> METHODS =
            Map.ofEntries(
                    Map.entry("java/lang/Thread.start()V", new Receiver(THREAD, "start")),
                    Map.entry("java/lang/Thread.join()V", new Receiver(THREAD, "join")),
                    Map.entry(
                            "java/lang/Thread.join(Ljava/time/Duration;)Z",
                            new Receiver(THREAD, "join")),
                    Map.entry("java/lang/Thread.isAlive()Z", new Receiver(THREAD, "alive")),
                    builder("OfVirtual", "start"),
                    builder("OfVirtual", "unstarted"),
                    builder("OfPlatform", "start"),
                    builder("OfPlatform", "unstarted"),
                    Map.entry(
                            "java/util/concurrent/BlockingQueue.poll"
                                    + "(JLjava/util/concurrent/TimeUnit;)Ljava/lang/Object;",
                            new Receiver(QUEUE, "poll")),
                    Map.entry(
                            "java/util/concurrent/BlockingQueue.take()Ljava/lang/Object;",
                            new Receiver(QUEUE, "take")),
                    Map.entry(
                            "java/util/concurrent/CompletableFuture.join()Ljava/lang/Object;",
                            new Receiver(FUTURE, "join")));

    static final CodeTransform ONLY =
            (builder, element) -> {
                if (!(element instanceof InvokeInstruction call && replace(call, builder))) {
                    builder.with(element);
                }
            };

    private Waits() {}

    private static Map.Entry<String, Receiver> builder(String kind, String method) {
        return Map.entry(
                "java/lang/Thread$Builder$"
                        + kind
                        + "."
                        + method
                        + "(Ljava/lang/Runnable;)Ljava/lang/Thread;",
                new Receiver(BUILDER, method));
    }

    static boolean isOne(InvokeInstruction call) {
        return receiver(call) != null;
    }

    private static @Nullable Receiver receiver(InvokeInstruction call) {
        if (call.opcode() == Opcode.INVOKESTATIC) return null;
        return METHODS.get(call.owner().asInternalName() + "." + call.name() + call.type());
    }

    /// Puts the call of [Turns] in its place, or gives false.
    static boolean replace(InvokeInstruction call, CodeBuilder builder) {
        Receiver receiver = receiver(call);
        if (receiver == null) return false;
        var type = call.typeSymbol().insertParameterTypes(0, receiver.type());
        builder.invokestatic(TURNS, receiver.method(), type);
        return true;
    }
}
