package relay.server.testing;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails every class of tests after which something of Netty was not released. JUnit finds it by
/// `META-INF/services`.
public final class LeakCheck implements AfterAllCallback {
    static {
        // Before Netty reads them: not in LeakCatcher, which is a class of Netty's already.
        System.setProperty("io.netty.leakDetection.level", "paranoid");
        System.setProperty("io.netty.leakDetection.targetRecords", "12");
        System.setProperty("io.netty.customResourceLeakDetector", LeakCatcher.class.getName());
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> leaks = LeakCatcher.leaks();
        if (leaks.isEmpty()) return;
        throw new AssertionError(leaks.size() + " leaks:\n" + String.join("\n", leaks));
    }
}
