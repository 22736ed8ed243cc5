package relay.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import relay.core.address.IpRange;

/// What this machine calls itself: by the resolver, so that it is fully qualified where the machine
/// knows its domain, else by the kernel.
final class MachineName {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private MachineName() {}

    /// May ask the DNS. `localhost` where the machine has no name at all.
    static String find() {
        try {
            String name = InetAddress.getLocalHost().getCanonicalHostName();
            boolean useless = IpRange.address(name).isPresent() || name.startsWith("localhost");
            return useless ? kernelName() : name;
        } catch (UnknownHostException _) {
            return kernelName();
        }
    }

    private static String kernelName() {
        try {
            return Files.readString(KERNEL).strip();
        } catch (IOException _) {
            return "localhost";
        }
    }
}
