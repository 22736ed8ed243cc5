package relay.server.cli;

import picocli.CommandLine.Command;

/// `relay queue`: only its verbs can be run.
@Command(
        name = "queue",
        description = "See and move the queue of the running relay.",
        synopsisSubcommandLabel = "VERB")
final class QueueCommand {}
