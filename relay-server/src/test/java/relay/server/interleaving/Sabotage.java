package relay.server.interleaving;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Breaks a program on purpose, to see that its check notices.
public interface Sabotage {
    Sabotage NONE = (_, _, _) -> false;

    /// Puts something else in the place of `element` of `method` (`Class.method`), or gives false.
    boolean replace(String method, CodeElement element, CodeBuilder builder);

    /// The methods named so are not called.
    static Sabotage notCalling(String method, String called) {
        return (where, element, builder) -> {
            if (!where.equals(method)) return false;
            if (!(element instanceof InvokeInstruction call)) return false;
            if (!call.name().equalsString(called)) return false;
            leaveOut(call, builder);
            return true;
        };
    }

    /// The field is not written.
    static Sabotage notWriting(String method, String field) {
        return (where, element, builder) -> {
            if (!where.equals(method)) return false;
            if (!(element instanceof FieldInstruction access)) return false;
            if (access.opcode() != Opcode.PUTFIELD) return false;
            if (!access.name().equalsString(field)) return false;
            pop(access.typeSymbol(), builder);
            builder.pop();
            return true;
        };
    }

    /// The method sees `answer` where it asks for a number or a truth of its own class.
    static Sabotage answering(String method, String asked, int answer) {
        return (where, element, builder) -> {
            if (!where.equals(method)) return false;
            if (element instanceof InvokeInstruction call && call.name().equalsString(asked)) {
                leaveOut(call, builder);
                builder.pop();
            } else if (element instanceof FieldInstruction read
                    && read.name().equalsString(asked)) {
                builder.pop();
            } else {
                return false;
            }
            builder.loadConstant(answer);
            return true;
        };
    }

    /// The method is not `synchronized`, whatever it says.
    static Sabotage notLocking(String method) {
        return new Sabotage() {
            @Override
            public boolean replace(String where, CodeElement element, CodeBuilder builder) {
                return false;
            }

            @Override
            public boolean unlocks(String where) {
                return where.equals(method);
            }
        };
    }

    default boolean unlocks(String method) {
        return false;
    }

    private static void leaveOut(InvokeInstruction call, CodeBuilder builder) {
        MethodTypeDesc type = call.typeSymbol();
        for (int i = type.parameterCount() - 1; i >= 0; i--) pop(type.parameterType(i), builder);
        if (call.opcode() != Opcode.INVOKESTATIC) builder.pop();
        switch (TypeKind.from(type.returnType())) {
            case VOID -> {}
            case LONG -> builder.lconst_0();
            case FLOAT -> builder.fconst_0();
            case DOUBLE -> builder.dconst_0();
            case REFERENCE -> builder.aconst_null();
            case BOOLEAN, BYTE, CHAR, SHORT, INT -> builder.iconst_0();
        }
    }

    private static void pop(ClassDesc type, CodeBuilder builder) {
        if (TypeKind.from(type).slotSize() == 2) builder.pop2();
        else builder.pop();
    }
}
