package relay.server.report;

import java.util.List;
import relay.core.address.Mailbox;

/// Who the reports are from: the address that sends them and answers for them, and a name for people.
/// `signature` has one element, or none where those by mail are not signed.
public record Reporting(Mailbox contact, String organization, List<DkimSignature> signature) {
    public Reporting {
        signature = List.copyOf(signature);
    }
}
