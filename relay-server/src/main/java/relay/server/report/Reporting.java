package relay.server.report;

import relay.core.address.Mailbox;

/// Who the reports are from: the address that sends them and answers for them, and a name for people.
public record Reporting(Mailbox contact, String organization) {}
