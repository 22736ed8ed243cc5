package relay.server;

import java.util.ArrayList;
import java.util.List;
import relay.config.Configuration;

/// What of a changed configuration a reload does not put in force.
final class NeedsRestart {
    private NeedsRestart() {}

    static List<String> keys(Configuration old, Configuration changed) {
        var keys = new ArrayList<String>();
        if (!old.hostname().equals(changed.hostname())) keys.add("hostname");
        if (!old.dataFolder().equals(changed.dataFolder())) keys.add("data");
        if (!old.adminListen().equals(changed.adminListen())) keys.add("admin.listen");
        if (!old.trust().equals(changed.trust())) keys.add("tls.trust");
        if (!old.dns().equals(changed.dns())) keys.add("dns");
        if (!old.tracking().equals(changed.tracking())) keys.add("tracking");
        if (!old.protocolLog().equals(changed.protocolLog())) keys.add("protocolLog");
        if (!old.tlsReports().equals(changed.tlsReports())) keys.add("tlsReports");
        return keys;
    }
}
