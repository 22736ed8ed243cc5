package relay.server.cli;

import picocli.CommandLine.Command;

/// `relay sts`: only its verbs can be run.
@Command(
        name = "sts",
        description = "See, fetch and forget the MTA-STS policies of partners.",
        synopsisSubcommandLabel = "VERB")
final class StsCommand {}
