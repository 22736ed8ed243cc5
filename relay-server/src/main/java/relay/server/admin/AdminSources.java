package relay.server.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import relay.core.delivery.StsControl;
import relay.core.queue.ContentSource;
import relay.core.queue.QueueControl;
import relay.core.queue.QueueView;
import relay.core.queue.QueuedMessage;
import relay.core.routing.PolicyTable;

/// What the admin port shows and moves. All of it is asked from the server's threads, several at a
/// time.
///
/// `metrics` gives Prometheus' text of `metricsContentType` and may block for a few seconds.
/// `readiness` says why mail cannot be accepted and stored now; empty where it can. `policy` gives
/// the table in force. `ownNames` are the host names under which the port may be addressed, beside
/// `localhost` and IP addresses. `dataFolder` has the token that changes must show, and their log; `contents` are the messages'.
public record AdminSources(
        QueueControl control,
        QueueView view,
        StsControl sts,
        Supplier<PolicyTable> policy,
        Supplier<List<String>> readiness,
        Supplier<String> metrics,
        String metricsContentType,
        List<String> ownNames,
        Path dataFolder,
        ContentSource contents,
        Backup backup,
        Replays replays,
        InstantSource clock) {
    /// Writes a copy of the queue to a new file and says how many bytes it has. Blocks for as long as
    /// the disk needs, on a platform thread.
    public interface Backup {
        long to(Path file) throws IOException;
    }

    /// Takes an exported message from a file back into the queue. `name` is the file's, for the
    /// records. Blocks until it is on disk. Throws where the file breaks off.
    public interface Replays {
        Replayed take(InputStream file, String name) throws IOException;
    }

    /// What became of it.
    public sealed interface Replayed {
        /// It is on disk, as a new message.
        record Taken(QueuedMessage message) implements Replayed {}

        /// It is no exported message.
        record Malformed(String why) implements Replayed {}

        record NotStored(String why) implements Replayed {}
    }

    public AdminSources {
        ownNames = List.copyOf(ownNames);
    }
}
