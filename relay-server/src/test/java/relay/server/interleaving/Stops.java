package relay.server.interleaving;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.Set;
import java.util.stream.Collectors;

/// Puts a stop before every step of a method that another thread could see: an access to a volatile
/// field, or to any field of a class that has `synchronized` methods, and a call of such a method or
/// of something in `java.util.concurrent`. Parking and the time are [Turns]'.
final class Stops implements CodeTransform {
    private static final ClassDesc TURNS = ClassDesc.of(Turns.class.getName());
    private static final MethodTypeDesc POINT =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String);
    private static final String LOCK_SUPPORT = "java/util/concurrent/locks/LockSupport";

    private final String place;
    private final Watched watched;
    private final Sabotage sabotage;
    private final Set<String> shared;
    private int line;

    Stops(ClassModel model, String place, Watched watched, Sabotage sabotage) {
        this.place = place;
        this.watched = watched;
        this.sabotage = sabotage;
        this.shared = shared(model);
    }

    private static Set<String> shared(ClassModel model) {
        boolean guards =
                model.methods().stream().anyMatch(m -> m.flags().has(AccessFlag.SYNCHRONIZED));
        return model.fields().stream()
                .filter(field -> !field.flags().has(AccessFlag.FINAL))
                .filter(field -> guards || field.flags().has(AccessFlag.VOLATILE))
                .map(field -> field.fieldName().stringValue())
                .collect(Collectors.toSet());
    }

    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
        if (element instanceof LineNumber number) line = number.line();
        if (isStep(element)) {
            builder.loadConstant(place + ":" + line);
            builder.invokestatic(TURNS, "point", POINT);
        }
        if (sabotage.replace(place, element, builder)) return;
        if (element instanceof InvokeInstruction call && isOfTurns(call)) {
            builder.invokestatic(TURNS, call.name().stringValue(), call.typeSymbol());
        } else if (!(element instanceof InvokeInstruction call && Waits.replace(call, builder))) {
            builder.with(element);
        }
    }

    private boolean isStep(CodeElement element) {
        return switch (element) {
            case FieldInstruction access -> shared.contains(access.name().stringValue());
            case InvokeInstruction call -> isStep(call);
            default -> false;
        };
    }

    private boolean isStep(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        if (owner.equals(LOCK_SUPPORT) || Waits.isOne(call)) return false;
        return owner.startsWith("java/util/concurrent/")
                || owner.equals("java/util/Queue")
                || (owner.startsWith("io/netty/") && call.name().equalsString("execute"))
                || watched.isOneStep(owner, call.name().stringValue());
    }

    private static boolean isOfTurns(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        return owner.equals(LOCK_SUPPORT)
                || (owner.equals("java/lang/System") && call.name().equalsString("nanoTime"));
    }
}
