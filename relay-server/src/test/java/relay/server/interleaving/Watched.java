package relay.server.interleaving;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodBuilder;
import java.lang.classfile.MethodElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.reflect.AccessFlag;
import java.util.HashMap;
import java.util.Map;

/// Loads the classes of one package anew, with [Stops] in their methods.
final class Watched extends ClassLoader {
    private final String packageName;
    private final Sabotage sabotage;
    private final Map<String, ClassModel> models = new HashMap<>();

    Watched(String packageName, Sabotage sabotage) {
        super(Watched.class.getClassLoader());
        this.packageName = packageName;
        this.sabotage = sabotage;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(packageName + ".")) return super.loadClass(name, resolve);
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) return loaded;
            byte[] code = watched(model(name.replace('.', '/')));
            return defineClass(name, code, 0, code.length);
        }
    }

    /// Whether a call of this method is one step.
    boolean isOneStep(String internalName, String method) {
        if (!internalName.startsWith(packageName.replace('.', '/') + "/")) return false;
        ClassModel model = model(internalName);
        return model.methods().stream()
                .anyMatch(m -> m.methodName().equalsString(method) && isOneStep(model, m));
    }

    private synchronized ClassModel model(String internalName) {
        return models.computeIfAbsent(internalName, this::read);
    }

    private ClassModel read(String internalName) {
        try (InputStream in = getParent().getResourceAsStream(internalName + ".class")) {
            if (in == null) throw new NoClassDefFoundError(internalName);
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] watched(ClassModel model) {
        ClassTransform transform =
                (builder, element) -> {
                    if (element instanceof MethodModel method && isWatched(model, method)) {
                        var stops = new Stops(model, place(model, method), this, sabotage);
                        builder.transformMethod(
                                method,
                                MethodTransform.transformingCode(stops).andThen(Watched::unlock));
                    } else if (element instanceof MethodModel made && isConstructor(made)) {
                        // What it makes nobody sees yet; threads of it are the program's.
                        builder.transformMethod(made, MethodTransform.transformingCode(Waits.ONLY));
                    } else {
                        builder.with(element);
                    }
                };
        return ClassFile.of().transformClass(model, transform);
    }

    private boolean isWatched(ClassModel model, MethodModel method) {
        return !method.methodName().stringValue().startsWith("<") && !isOneStep(model, method);
    }

    private static boolean isConstructor(MethodModel method) {
        return method.methodName().equalsString("<init>");
    }

    private boolean isOneStep(ClassModel model, MethodModel method) {
        return method.flags().has(AccessFlag.SYNCHRONIZED)
                && !sabotage.unlocks(place(model, method));
    }

    private static void unlock(MethodBuilder builder, MethodElement element) {
        if (element instanceof AccessFlags flags) {
            builder.withFlags(flags.flagsMask() & ~ClassFile.ACC_SYNCHRONIZED);
        } else {
            builder.with(element);
        }
    }

    private static String place(ClassModel model, MethodModel method) {
        return model.thisClass().asSymbol().displayName() + "." + method.methodName();
    }
}
