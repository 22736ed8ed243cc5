package relay.server.cli;

import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import relay.server.cli.Actions.CheckedQueue;
import relay.server.cli.Actions.Repair;

@Command(
        name = "check",
        description =
                "Look at every octet of the queue on the disk, also while the relay runs. Exit status"
                        + " 1 where something is damaged.")
final class QueueCheckVerb extends Verb {
    private final Actions.CheckQueue check;

    @Option(
            names = "--repair",
            description =
                    "mend what can be without losing anything, while no relay runs: indexes, and"
                            + " contents that belong to no message")
    private boolean repair;

    QueueCheckVerb(RelayCommand root, Actions.CheckQueue check, Terminal terminal) {
        super(root, terminal);
        this.check = check;
    }

    @Override
    public Integer call() {
        Consumer<String> out = line -> terminal().out().println(Words.printable(line));
        return switch (check.check(conf(), repair ? Repair.YES : Repair.NO, out)) {
            case CheckedQueue.Sound _ -> DONE;
            case CheckedQueue.Damaged _ ->
                    refuse(FAILED, "what to do: docs/queue.md, \"When the file is damaged\"");
            case CheckedQueue.Failed(var why) -> refuse(FAILED, why);
            case CheckedQueue.BadConfiguration(var problems) -> refuse(problems);
        };
    }
}
